"""What is wrong with a run in which the app died, against one in which it did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from tests.crashes.conftest import Run, Tell
from tests.crashes.ending import Ending
from tests.crashes.story import Story


async def judge(tell: Tell, story: Story, quiet: Run, *deaths: int) -> list[str]:
    """Tell a story with these deaths; give what is wrong with it, each with where the app died."""
    run = await tell(story, *deaths)
    where = ", then ".join(f"write {number}: {run.writes[number - 1]}" for number in deaths[: run.deaths])
    return [f"{story.name}, after {where}: {wrong}" for wrong in _wrongs(quiet, run)]


def _wrongs(quiet: Run, run: Run) -> Iterator[str]:
    if not run.deaths:
        yield "the app did not die"
    if run.raised != quiet.raised:
        yield f"handlers raised {run.raised}"
    yield from run.faults
    yield from _differing("what is told", quiet.told, run.told)
    yield from _differences(quiet.ending, run.ending)


def _differences(quiet: Ending, ending: Ending) -> Iterator[str]:
    for name in ("resources", "installs", "applications", "patches", "subjects"):
        yield from _differing(name, getattr(quiet, name), getattr(ending, name))
    if quiet.listed != ending.listed:
        yield f"people are shown {ending.listed}, not {quiet.listed}"


def _differing(name: str, before: Mapping[str, Any], after: Mapping[str, Any]) -> Iterator[str]:
    for key in sorted(before.keys() | after.keys()):
        if before.get(key) != after.get(key):
            yield f"{name} of {key} is {after.get(key)}, not {before.get(key)}"
