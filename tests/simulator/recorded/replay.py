"""Asks the simulator what a recording asked Azure, in the situation that it was recorded in."""

from __future__ import annotations

from collections.abc import Iterator

from simulator.identity import ARM_AUDIENCES, NOT_BEFORE
from simulator.world import World
from tests.simulator.raw_client import RawAnswer, RawClient
from tests.simulator.recorded.comparison import Difference, compare
from tests.simulator.recorded.recording import Exchange, Recording
from tests.simulator.recorded.situations import arrange

WORK_SECONDS = 60.0
LONG_ENOUGH = 3 * 3600.0


def new_world(recording: Recording) -> World:
    """Make a world with the recording's subscription, whose work takes a minute and whose waits are Azure's own."""
    world = World(subscriptions=(recording.subscription_id,))
    world.retry_after_scale = 1.0
    world.install_seconds = 0.0
    return world


async def replay(world: World, client: RawClient, recording: Recording) -> list[Difference]:
    """Give all differences of all answers."""
    await arrange(world, client, recording)
    _take_time(world)
    token = _token(world, recording)
    found: list[Difference] = []
    urls: dict[str, str] = {}
    for exchange in recording.exchanges:
        if _is_over(recording, exchange):
            await world.clock.advance(LONG_ENOUGH)
        if exchange.polls and not urls:
            continue
        answer = await _send(client, exchange, urls, {"Authorization": f"Bearer {token}"})
        if answer.status == 202 and exchange.status == 200 and not exchange.polls:
            # Azure was done at once in those days; what it answered has to be the same.
            await world.clock.advance(LONG_ENOUGH)
            answer = await client.send("GET", answer.headers["location"])
        urls |= {
            name: answer.headers[name] for name in ("azure-asyncoperation", "location") if name in answer.headers
        }
        found.extend(_once(compare(recording, exchange, answer)))
    return found


def _take_time(world: World) -> None:
    for knob in ("install", "uninstall", "machine", "power", "network", "group"):
        setattr(world, f"{knob}_seconds", WORK_SECONDS)


def _is_over(recording: Recording, exchange: Exchange) -> bool:
    """Tell whether the work had ended when this was asked."""
    return exchange is not recording.first and not exchange.under_way


def _token(world: World, recording: Recording) -> str:
    """Give the caller's token, which had expired where Azure said so."""
    expired = recording.first.error.get("code") == "ExpiredAuthenticationToken"
    known = world.identities
    return known.issue(ARM_AUDIENCES[0], known.system_assigned, **({"expires": NOT_BEFORE + 1} if expired else {}))


async def _send(client: RawClient, exchange: Exchange, urls: dict[str, str], headers: dict[str, str]) -> RawAnswer:
    if exchange.polls and urls:
        return await client.send("GET", urls["location" if exchange.wants_result else "azure-asyncoperation"])
    return await client.send(exchange.method, exchange.path, exchange.body, query=exchange.query, headers=headers)


def _once(found: Iterator[Difference]) -> Iterator[Difference]:
    """Give one difference of each place and kind: lists would repeat theirs."""
    seen = set()
    for difference in found:
        if (difference.place, difference.kind) not in seen:
            seen.add((difference.place, difference.kind))
            yield difference
