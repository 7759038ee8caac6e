"""How a run ended: what stands in Azure, what is remembered, and whether the trail agrees with what Azure saw."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from handlers.asking import name_subjects
from shared.azure.clients import AzureClients
from shared.azure.subjects import SubjectRow, list_subjects, read_subject
from shared.azure.trail import list_all_writes
from shared.decide.extension_request import request_new
from shared.model.plan import DeleteExtension, DeleteSecurityRule, PatchApplication, RefreshExtension
from shared.model.reason import Reason, Status
from shared.model.resource_id import APPLICATION, ResourceId
from shared.model.write import Fate, Write
from simulator.request_log import GRAPH_APPLICATIONS, GRAPH_TYPE, LoggedRequest
from simulator.store import Json
from simulator.world import World
from tests.flows.subscriber import picture, to_be_seen_to

_TOOK_EFFECT = frozenset({Fate.DONE, Fate.ACCEPTED, Fate.FAILED, Fate.REPLACED})
_TOLD = frozenset({Fate.DONE, Fate.FAILED, Fate.REFUSED})
_DOUBTS = frozenset(reason.value for reason in Reason if reason.status is Status.UNKNOWN)
_OPEN = frozenset({Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN})
_OF_THE_RUN = frozenset({"appId", "createdDateTime", "etag", "resourceGuid", "timeCreated", "vmId"})
_RANDOM = re.compile(r"(?<=_)[0-9a-f]{32}$")  # the end of a disk's name
# An observation is dated by Azure's answer, to the second; the write that follows from it comes in the same one.
_SAME_TIME = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Remembered:
    """What is kept of a subject, without its times."""

    status: str | None
    reasons: tuple[str, ...]
    held: bool
    undo: bool
    contested: bool
    removed: bool
    reinstalls: int
    kept: tuple[tuple[str, bool], ...]
    losses: tuple[str, ...]
    setbacks: tuple[tuple[str, str], ...]
    gateway_hosts: tuple[str, ...]
    audited: bool
    """Whether the audit of all app registrations came to its end."""


@dataclass(frozen=True, slots=True)
class Ending:
    """What must be the same, wherever the app died in between.

    Applications are told by their names: their ids are others in every run.
    """

    resources: Mapping[str, Json]
    installs: Mapping[str, int]
    applications: Mapping[str, Json]
    patches: Mapping[str, int]
    """How often each application was written: once for each need."""
    subjects: Mapping[str, Remembered]
    listed: tuple[tuple[str, str | None], ...]
    """What people are shown: a message that named no subject, too, by its text."""


async def read_ending(world: World, clients: AzureClients) -> Ending:
    """Tell how a run ended."""
    names = _names(world)
    accidents = _salts(world) | names
    patched = [one for one in world.requests.writes(resource_type=GRAPH_TYPE) if one.took_effect]
    return Ending(
        {key: _without_accidents(resource, accidents) for key, resource in world.resources.items()},
        Counter(install.extension_id.lower() for install in world.installs),
        {names[one["id"]]: _without_accidents(one, accidents) for _, one in world.graph.applications.listed()},
        Counter(_named(one.path, names) for one in patched),
        {_named(str(row.subject), names): _remembered(row, names) for row in await _read_rows(clients)},
        tuple(sorted((_named(one.subject, names), one.status) for one in await list_subjects(clients))),
    )


async def read_told(world: World, clients: AzureClients) -> dict[str, tuple[str | None, tuple[str, ...]]]:
    """Give what people are told of app registrations: no event ever brings one that was forgotten."""
    names = _names(world)
    return {
        _named(one.subject, names): (one.status, one.reasons)
        for one in await list_subjects(clients)
        if GRAPH_TYPE in one.subject.lower()
    }


async def find_faults(world: World, clients: AzureClients) -> list[str]:
    """Tell what is left open, and where the trail says other than what Azure saw."""
    writes = await list_all_writes(clients)
    faults = [
        f"{write.id} of {write.action.id.name} is still {write.fate}" for write in writes if write.fate in _OPEN
    ]
    for row in await _read_rows(clients):
        faults += [f"{row.subject.name} has {write} yet to settle" for write in row.past.unsettled]
        # The last try of a check that is given up may have been a death; else somebody's message never came again.
        if row.holder and row.past.status is not Status.UNKNOWN:
            faults.append(f"{row.subject.name} is still held by {row.holder}")
    faults += await _untold(world, clients, writes)
    told = _by_target((str(write.action.id), write) for write in writes if write.fate in _TOOK_EFFECT)
    seen = _by_target((_target(one), one) for one in world.requests.writes() if one.took_effect)
    for target in sorted(told.keys() | seen.keys()):
        faults += _disagreements(target, told.get(target, []), seen.get(target, []))
    return faults


async def _untold(world: World, clients: AzureClients, writes: Iterable[Write]) -> list[str]:
    """Tell where subscribers, who know but the events, have another picture than the reports and the trail."""
    known, heard = picture(world.topic.received), {one["data"].get("write") for one in world.topic.received}
    faults = [
        f"nobody was told of {one.id}, {one.fate}" for one in writes if one.fate in _TOLD and one.id not in heard
    ]
    for row in await _read_rows(clients):
        stands, shown = known.get(str(row.subject).lower(), set()), to_be_seen_to(row.report or {"findings": []})
        is_doubtful, past = row.past.status is Status.UNKNOWN, row.past
        if past.untold or past.told.resolving or (past.told.finding and not is_doubtful):
            faults.append(f"{row.subject.name} has yet to tell {past.told} and {past.untold}")
        if stands != shown and not (is_doubtful and shown - _DOUBTS <= stands):
            faults.append(f"subscribers know {stands} of {row.subject.name}, and its report shows {shown}")
    return faults


async def _read_rows(clients: AzureClients) -> list[SubjectRow]:
    subjects = name_subjects(await list_subjects(clients))
    return [(await read_subject(clients, subject))[0] for subject in subjects]


def _by_target[T](pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for target, one in pairs:
        found.setdefault(target.lower(), []).append(one)
    return found


def _disagreements(target: str, told: list[Write], seen: list[LoggedRequest]) -> list[str]:
    """Compare the writes of one resource, each with the one that comes as late in the other account."""
    if len(told) != len(seen):
        return [f"the trail tells of {len(told)} writes to {target}, and Azure saw {len(seen)}"]
    pairs = zip(told, seen, strict=True)
    return [
        f"Azure saw {request.method} {target} at {request.time}, and the trail tells of {write.id}: {write.action}"
        for write, request in pairs
        if _method(write) != request.method or abs(request.time - write.intended_at) > _SAME_TIME
    ]


def _method(write: Write) -> str:
    match write.action:
        case DeleteExtension() | DeleteSecurityRule():
            return "DELETE"
        case RefreshExtension() | PatchApplication():
            return "PATCH"
        case _:
            return "PUT"


def _target(request: LoggedRequest) -> str:
    """Give the id of what was written, as the trail has it."""
    return request.path.replace(GRAPH_APPLICATIONS, f"/providers/{APPLICATION}")


def _without_accidents(value: Any, accidents: Mapping[str, str]) -> Any:
    """Leave out what is another in every run, or say what it stands for."""
    match value:
        case dict():
            return {key: _without_accidents(one, accidents) for key, one in value.items() if key not in _OF_THE_RUN}
        case list():
            return [_without_accidents(one, accidents) for one in value]
        case str():
            return accidents.get(value, _RANDOM.sub("", value))
        case _:
            return value


def _salts(world: World) -> dict[str, str]:
    """Tell the salts by the VMs that they were made from."""
    ids = {vm: world.resources[vm]["properties"]["vmId"] for vm in world.machines}
    return {request_new("", vm_id, 0).settings["salt"]: f"made from {vm}" for vm, vm_id in ids.items()}


def _names(world: World) -> dict[str, str]:
    """Give the names of all applications that there ever were, by their object ids."""
    changes = ((one.application_id, one.after or one.before) for one in world.graph.applications.log)
    return {application_id: str(told["displayName"]) for application_id, told in changes if told}


def _named(text: str, names: Mapping[str, str]) -> str:
    """Put an application's name in place of its object id, at the end of a subject or of a path."""
    path, _, last = text.lower().rpartition("/")
    return f"{path}/{names[last]}" if last in names else text.lower()


def _remembered(row: SubjectRow, names: Mapping[str, str]) -> Remembered:
    past = row.past

    def name(target: ResourceId) -> str:
        return names.get(target.name, target.name)

    return Remembered(
        status=None if past.status is None else past.status.name,
        reasons=tuple(sorted(reason.value for reason in past.since)),
        held=past.hold is not None,
        undo=past.hold is not None and past.hold.undo is not None,
        contested=past.contested,
        removed=past.removed is not None,
        reinstalls=len(past.reinstalls),
        kept=tuple(sorted((name(target), kept.seen) for target, kept in past.kept.items())),
        losses=tuple(sorted(name(loss.target) for loss in past.losses)),
        setbacks=tuple(sorted((name(target), one.outcome.value) for target, one in past.setbacks.items())),
        gateway_hosts=() if past.gateway is None else past.gateway.hosts,
        audited=past.audit is not None and past.audit.is_complete,
    )
