"""What the trail says of a subject, held against what Azure saw."""

from collections import Counter

from handlers.guard import Guard
from shared.azure.subjects import read_subject
from shared.azure.trail import list_writes
from shared.decide.undo import NEVER_WRITTEN
from shared.model.past import Past
from shared.model.resource_id import APPLICATION, ResourceId
from shared.model.write import Fate, Write
from simulator.local import LocalAzure
from simulator.request_log import GRAPH_APPLICATIONS

OPEN = frozenset({Fate.INTENDED, Fate.ACCEPTED, Fate.UNKNOWN})


async def trail_of(guard: Guard, subject: str) -> list[Write]:
    """Give all writes to a subject, the oldest first."""
    return await list_writes(guard.clients, ResourceId(subject))


async def past_of(guard: Guard, subject: str) -> Past:
    """Give what is remembered of a subject."""
    row, _ = await read_subject(guard.clients, ResourceId(subject))
    return row.past


async def fates(guard: Guard, subject: str) -> list[tuple[str, str, Fate]]:
    """Give the kind, target and fate of each write to a subject."""
    writes = await trail_of(guard, subject)
    return [(type(write.action).__name__, write.action.id.name, write.fate) for write in writes]


def took_effect(azure: LocalAzure, subject: str) -> Counter[str]:
    """Count the writes to a subject and to its children that took effect, by the ids of what was written."""
    requests = [request for request in azure.world.requests.writes() if request.took_effect]
    of_graph = f"/providers/{APPLICATION}".lower()
    ids = (request.path.lower().replace(GRAPH_APPLICATIONS, of_graph) for request in requests)
    return Counter(one for one in ids if f"{one}/".startswith(f"{subject}/".lower()))


async def verify_trail(azure: LocalAzure, guard: Guard, *subjects: str, settled: bool = True) -> None:
    """Hold the trails against the requests since the log was cleared last: all that was written, and nothing else.

    Settled ones leave nothing open, neither in the trail nor in what is remembered.
    """
    for subject in subjects:
        trail = await trail_of(guard, subject)
        began = min((request.time for request in azure.world.requests), default=azure.world.clock.now())
        written = Counter(
            str(write.action.id).lower()
            for write in trail
            if write.fate not in NEVER_WRITTEN and write.intended_at >= began
        )
        assert written == took_effect(azure, subject)
        for write in trail:
            assert write.concluded_at is not None
            assert write.correlation_id
        if settled:
            assert [write for write in trail if write.fate in OPEN] == []
            assert (await past_of(guard, subject)).unsettled == ()
