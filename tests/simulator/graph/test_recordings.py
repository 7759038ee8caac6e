"""Graph's answers against those that were recorded, field by field: status, headers and body."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator.graph.permissions import AppRole
from simulator.graph.state import Graph
from simulator.world import World
from tests.simulator.graph.accepted import ACCEPTED
from tests.simulator.graph.asking import Asking
from tests.simulator.graph.replaying import replay, why_left_out
from tests.simulator.recorded.accepted import not_accepted
from tests.simulator.recorded.recording import FOLDER, GRAPH_CATEGORIES, files, parameters, read


@pytest.mark.parametrize("path", parameters(GRAPH_CATEGORIES))
async def test_the_simulator_answers_as_graph_did(path: Path, world: World, graph: Asking) -> None:
    recording = read(path)
    if reason := why_left_out(recording):
        pytest.skip(reason)
    left = not_accepted(recording, await replay(world, graph.raw, recording), ACCEPTED)
    assert not left, "\n".join(map(str, left))


async def test_an_accepted_difference_that_is_gone_leaves_the_table(world: World, graph: Asking) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no recorded traffic at {FOLDER}")
    compared = [recording for recording in map(read, files(GRAPH_CATEGORIES)) if not why_left_out(recording)]
    found = []
    for recording in compared:
        world.graph = Graph(world)
        world.graph.grant(world.identities.system_assigned, AppRole.READ_WRITE_ALL)
        found += [(recording, difference) for difference in await replay(world, graph.raw, recording)]
    gone = [accepted for accepted in ACCEPTED if not any(accepted.covers(*one) for one in found)]
    assert not gone, "\n".join(map(str, gone))
