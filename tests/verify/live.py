"""Takes what Azure just answered for a recording, so that it is compared as recorded traffic is."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable

from tests.simulator.raw_client import RawAnswer
from tests.simulator.recorded.accepted import ACCEPTED, Accepted, not_accepted
from tests.simulator.recorded.comparison import GUID, Difference, Kind
from tests.simulator.recorded.recording import Exchange, Recording

# What differs between any two subscriptions, and says nothing of how Azure answers.
OF_ANY_SUBSCRIPTION = (
    Accepted(r"headers\..*", Kind.EXTRA, "headers that not every front end adds"),
    Accepted(r"body\.(value\[\]\.)?(tags|identity|zones|plan).*", Kind.MISSING, "what people wrote"),
    Accepted(r"body\.nextLink", Kind.MISSING, "a page may be empty, and not be the last one"),
    Accepted(
        r"body(\.value\[\])?\.properties(\.subnets\[\]\.properties)?\.(ipConfigurations|subnets)",
        Kind.MISSING,
        "who uses it is not put there with it",
        of=r"live/(virtualNetworks|subnets|routeTables)/.*",
    ),
    Accepted(r"body\.value\[\]", Kind.MISSING, "sizes that are not simulated", of=r"live/skus/.*"),
    Accepted(r"body\.value\[\]", Kind.EXTRA, "sizes that the region has not", of=r"live/skus/.*"),
    Accepted(r"body\.values\[\].*", Kind.EXTRA, "tags of other regions", of=r"live/service_tags/.*"),
)

type Compare = Callable[[Recording], Awaitable[list[Difference]]]


def recorded(category: str, path: str, query: dict[str, str], answer: RawAnswer) -> Recording:
    """Make a recording of one GET and its answer."""
    exchange = Exchange("GET", path, query, None, answer.status, dict(answer.headers), answer.body)
    return Recording(f"live/{category}", "one", "live-2026", (exchange,), "", {})


async def left_of(recording: Recording, compare: Compare) -> list[str]:
    """Give what differs and is accepted nowhere, a line each; what the simulator does not even take is one."""
    try:
        found = await compare(recording)
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over is what somebody has to look at
        return [masked(f"{recording.first.path}: the simulator can't be brought there: {error!r}")]
    return [masked(str(one)) for one in not_accepted(recording, found, (*ACCEPTED, *OF_ANY_SUBSCRIPTION))]


def masked(text: str) -> str:
    """Write a line without ids of subscriptions and names of what is in them, so that it can be sent on."""
    text = re.sub(GUID, "<guid>", text)
    text = re.sub(r"(?i)(/resourceGroups/)[^/'\"\s]+", r"\1<group>", text)
    return re.sub(r"(/providers/[\w.]+/\w+/)[^/'\"\s]+", r"\1<name>", text)
