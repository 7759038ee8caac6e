"""What of ours stands where, by the trail alone."""

from __future__ import annotations

from collections.abc import Iterable

from shared.decide.undo import NEVER_WRITTEN
from shared.model.plan import DeleteExtension, DeleteSecurityRule, PutExtension, PutSecurityRule
from shared.model.resource_id import ResourceId
from shared.model.write import Fate, Write

_GONE = frozenset({Fate.ACCEPTED, Fate.DONE})


def decide_belongings(writes: Iterable[Write]) -> dict[ResourceId, Write]:
    """Give what we put where nothing of ours was and did not take away since, each with the write that put it last.

    An extension of somebody else's that we put back stays theirs. Whether somebody took or changed what is ours, the
    trail can't tell.
    """
    ours: set[ResourceId] = set()
    standing: dict[ResourceId, Write] = {}
    for write in sorted(writes, key=lambda one: one.id):
        if write.fate in NEVER_WRITTEN:
            continue
        target = write.action.id
        match write.action:
            case PutSecurityRule() | PutExtension(existing=None):
                ours.add(target)
                standing[target] = write
            case PutExtension():
                standing[target] = write
            case DeleteSecurityRule() | DeleteExtension(to_reinstall=False) if write.fate in _GONE:
                standing.pop(target, None)
    return {target: write for target, write in standing.items() if target in ours}
