"""The app may die at any moment: each story, with its death after each of its writes, and with two deaths.

CI takes a part of the writes, another part in each story; `CRASHES=all` in the environment takes them all.
"""

import os
import random

import pytest

from tests.crashes.conftest import Run, Tell
from tests.crashes.stories import STORIES
from tests.crashes.story import Story
from tests.crashes.verdict import judge

pytestmark = pytest.mark.crash

# The longest stories in several parts, so that all of a machine's cores have as much to do.
_PARTS = 3
_TAKES_ALL = os.environ.get("CRASHES") == "all"
_SHARE = 1 if _TAKES_ALL else 5
_PAIRS = 4 if _TAKES_ALL else 1

_quiet: dict[str, Run] = {}


async def tell_undisturbed(tell: Tell, story: Story) -> Run:
    """Tell a story without any death, once in each process of the tests."""
    if story.name not in _quiet:
        _quiet[story.name] = await tell(story)
    return _quiet[story.name]


def _deaths(story: Story, quiet: Run) -> list[int]:
    numbers = range(1, quiet.length + 1)
    return sorted(random.Random(story.name).sample(numbers, -(-quiet.length // _SHARE)))


@pytest.mark.parametrize("part", range(_PARTS))
@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_it_ends_the_same_after_whichever_write_the_app_dies(story: Story, part: int, tell: Tell) -> None:
    quiet = await tell_undisturbed(tell, story)
    wrongs = []
    for death in _deaths(story, quiet)[part::_PARTS]:
        wrongs += await judge(tell, story, quiet, death)
    assert not wrongs, "\n".join(wrongs)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
async def test_it_ends_the_same_when_the_app_dies_twice(story: Story, tell: Tell) -> None:
    quiet = await tell_undisturbed(tell, story)
    chance = random.Random(story.name)
    wrongs = []
    for _ in range(_PAIRS):
        first, second = sorted(chance.sample(range(1, len(quiet.writes) + 1), 2))
        wrongs += await judge(tell, story, quiet, first, second)
    assert not wrongs, "\n".join(wrongs)
