"""Whether the world is as it should be: everything that people would complain of, and the morning in numbers."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from simulator.app_log import name_of
from simulator.arm.compute.machine import Install
from simulator.demo.audit import Reports
from simulator.demo.belongings import others_belongings, our_rules
from simulator.demo.cases import Case, RegistrationCase
from simulator.demo.stage import Stage
from simulator.estate.situations import Expected
from simulator.request_log import Kind, LoggedRequest
from simulator.store import Json
from simulator.world import World


@dataclass(frozen=True, slots=True)
class Totals:
    """Requests are the app's own; `simulated` is in seconds."""

    events: int
    checks: int
    reads: int
    writes: int
    published: int
    simulated: float


def count(stage: Stage) -> Totals:
    """Count what has happened so far."""
    world = stage.azure.world
    requests = app_requests(world)
    delivered = [attempt for attempt in world.event_grid.attempts if attempt.status == 202]
    return Totals(
        events=sum(len(attempt.event_ids) for attempt in delivered),
        checks=stage.chronicle.checks,
        reads=sum(request.kind is Kind.READ for request in requests),
        writes=sum(request.kind is Kind.WRITE for request in requests),
        published=len(world.topic.received),
        simulated=(stage.now - stage.began).total_seconds(),
    )


def app_requests(world: World) -> list[LoggedRequest]:
    """Give the requests that the app's identity sent."""
    return [request for request in world.requests if request.caller == world.identities.system_assigned.client_id]


def find_faults(stage: Stage, reports: Reports) -> list[str]:
    """Tell, a sentence each, what is not as it should be."""
    return [
        *(fault for case in stage.cases.values() for fault in _faults_of(stage.azure.world, case, reports)),
        *(fault for one in stage.registrations for fault in _faults_of_registration(stage.azure.world, one, reports)),
        *_touched(stage),
        *_restless(stage),
        *_failures(stage),
    ]


def _faults_of(world: World, case: Case, reports: Reports) -> Iterator[str]:
    subjects = (case.vm_id, *case.nsg_ids)
    for subject, expected in zip(subjects, (case.vm, *case.nsgs), strict=True):
        yield from _differs(subject, expected, reports[subject])
    installs = len(installs_on(world, case.vm_id))
    if installs != case.installs:
        yield f"{case.name} was installed {installs} times, not {case.installs}."
    rules = {name: priority for nsg_id in case.nsg_ids for name, priority in our_rules(world, nsg_id).items()}
    if rules != case.rules:
        yield f"{case.name}: our rules are {_listed(rules)}, not {_listed(case.rules)}."


def _faults_of_registration(world: World, one: RegistrationCase, reports: Reports) -> Iterator[str]:
    registration, found = one.registration, world.graph.find(one.application_id)
    yield from _differs(registration.name, registration.expected, reports[one.subject])
    for platform, uris in (("web", registration.web), ("spa", registration.spa)):
        if sorted(found[platform]["redirectUris"]) != sorted(uris):
            is_so, should_be = (", ".join(some) or "none" for some in (found[platform]["redirectUris"], uris))
            yield f"{registration.name} has on platform {platform} {is_so}, not {should_be}."


def _differs(subject: str, expected: Expected, report: Json) -> Iterator[str]:
    reasons = sorted({finding["reason"] for finding in report["findings"]})
    if (report["status"], reasons) != (expected.status, sorted(expected.reasons)):
        is_so = " ".join((report["status"], *reasons))
        should_be = " ".join((expected.status, *expected.reasons))
        yield f"{name_of(subject)} is {is_so}, not {should_be}."


def installs_on(world: World, vm_id: str) -> list[Install]:
    """Give the installs that really ran on a VM."""
    below = f"{vm_id}/extensions/".lower()
    return [install for install in world.installs if install.extension_id.lower().startswith(below)]


def _touched(stage: Stage) -> Iterator[str]:
    now = others_belongings(stage.azure.world)
    for resource_id in stage.untouched.keys() | now.keys():
        if stage.untouched.get(resource_id) != now.get(resource_id):
            yield f"{resource_id} is another's, and was changed."


def _restless(stage: Stage) -> Iterator[str]:
    writes = [request for request in app_requests(stage.azure.world) if request.kind is Kind.WRITE]
    late = [one for one in writes if one.took_effect and stage.quiet_since and one.time >= stage.quiet_since]
    if late:
        yield f"{len(late)} writes since nothing happens any more, such as {late[0].method} {late[0].path}."


def _failures(stage: Stage) -> Iterator[str]:
    if stage.tally.failed:
        yield f"{stage.tally.failed} invocations failed."
    if dead_letters := stage.azure.world.event_grid.dead_letters:
        yield f"{len(dead_letters)} events ended as dead letters, the first one as {dead_letters[0].reason}."
    if errors := stage.chronicle.errors:
        yield f"{len(errors)} errors in the app's log, the first one: {errors[0]}"


def _listed(rules: dict[str, int]) -> str:
    return ", ".join(f"{name} ({priority})" for name, priority in sorted(rules.items())) or "none"
