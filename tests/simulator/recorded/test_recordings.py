"""The simulator's answers against those that Azure gave, field by field: status, headers, body, and each step."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.simulator.recorded.accepted import ACCEPTED, not_accepted
from tests.simulator.recorded.conftest import Compare
from tests.simulator.recorded.left_out import why_left_out
from tests.simulator.recorded.recording import FOLDER, Recording, files, parameters, read


@pytest.mark.parametrize("path", parameters())
async def test_the_simulator_answers_as_azure_did(path: Path, compare: Compare) -> None:
    recording = read(path)
    if reason := why_left_out(recording):
        pytest.skip(reason)
    left = not_accepted(recording, await compare(recording))
    assert not left, "\n".join(map(str, left))


async def test_an_accepted_difference_that_is_gone_leaves_the_table(compare: Compare) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no recorded traffic at {FOLDER}")
    compared = [recording for recording in map(read, files()) if not why_left_out(recording)]
    found = [(recording, difference) for recording in compared for difference in await compare(recording)]
    gone = [accepted for accepted in ACCEPTED if not any(accepted.covers(*one) for one in found)]
    assert not gone, "\n".join(map(str, gone))


async def test_what_the_newest_recordings_show_is_mostly_met_without_any_exception(compare: Compare) -> None:
    if not FOLDER.is_dir():
        pytest.skip(f"no recorded traffic at {FOLDER}")
    newest = [recording for recording in map(read, files()) if _is_of_today(recording)]
    whole = [recording for recording in newest if not await compare(recording)]
    assert len(whole) / len(newest) > 0.8


def _is_of_today(recording: Recording) -> bool:
    return recording.date >= "2024-10" and not why_left_out(recording)
