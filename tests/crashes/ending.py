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
from shared.model.plan import DeleteExtension, DeleteSecurityRule, RefreshExtension, Status
from shared.model.write import Fate, Write
from simulator.request_log import LoggedRequest
from simulator.store import Json
from simulator.world import World

_TOOK_EFFECT = frozenset({Fate.DONE, Fate.ACCEPTED, Fate.FAILED, Fate.REPLACED})
_OPEN = frozenset({Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN})
_OF_THE_RUN = frozenset({"etag", "resourceGuid", "timeCreated", "vmId"})
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


@dataclass(frozen=True, slots=True)
class Ending:
    """What must be the same, wherever the app died in between."""

    resources: Mapping[str, Json]
    installs: Mapping[str, int]
    subjects: Mapping[str, Remembered]
    listed: tuple[tuple[str, str | None], ...]
    """What people are shown: a message that named no subject, too, by its text."""


async def read_ending(world: World, clients: AzureClients) -> Ending:
    """Tell how a run ended."""
    salts = _salts(world)
    return Ending(
        {key: _without_accidents(resource, salts) for key, resource in world.resources.items()},
        Counter(install.extension_id.lower() for install in world.installs),
        {str(row.subject).lower(): _remembered(row) for row in await _read_rows(clients)},
        tuple((one.subject, one.status) for one in await list_subjects(clients)),
    )


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
    told = _by_target((str(write.action.id), write) for write in writes if write.fate in _TOOK_EFFECT)
    seen = _by_target((one.path, one) for one in world.requests.writes() if one.took_effect)
    for target in sorted(told.keys() | seen.keys()):
        faults += _disagreements(target, told.get(target, []), seen.get(target, []))
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
        case RefreshExtension():
            return "PATCH"
        case _:
            return "PUT"


def _without_accidents(value: Any, salts: Mapping[str, str]) -> Any:
    """Leave out what is another in every run; a salt is told by the VM that it was made from."""
    match value:
        case dict():
            return {key: _without_accidents(one, salts) for key, one in value.items() if key not in _OF_THE_RUN}
        case list():
            return [_without_accidents(one, salts) for one in value]
        case str():
            return salts.get(value, _RANDOM.sub("", value))
        case _:
            return value


def _salts(world: World) -> dict[str, str]:
    ids = {vm: world.resources[vm]["properties"]["vmId"] for vm in world.machines}
    return {request_new("", vm_id, 0).settings["salt"]: f"made from {vm}" for vm, vm_id in ids.items()}


def _remembered(row: SubjectRow) -> Remembered:
    past = row.past
    return Remembered(
        status=None if past.status is None else past.status.name,
        reasons=tuple(sorted(reason.value for reason in past.since)),
        held=past.hold is not None,
        undo=past.hold is not None and past.hold.undo is not None,
        contested=past.contested,
        removed=past.removed is not None,
        reinstalls=len(past.reinstalls),
        kept=tuple(sorted((target.name, kept.seen) for target, kept in past.kept.items())),
        losses=tuple(sorted(loss.target.name for loss in past.losses)),
        setbacks=tuple(sorted((target.name, one.outcome.value) for target, one in past.setbacks.items())),
    )
