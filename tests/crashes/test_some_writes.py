"""The app may die at any moment: each story, with two deaths after writes that its name draws.

Every sixteenth story is told in all tests, the others where there is time for the campaign.
"""

import random

import pytest

from tests.crashes.conftest import Tell
from tests.crashes.stories import STORIES
from tests.crashes.story import Story
from tests.crashes.verdict import judge

_DEATHS = 2
_OFTEN = 16


@pytest.mark.parametrize(
    "story",
    [
        pytest.param(story, id=story.name, marks=[pytest.mark.crash] if number % _OFTEN else [])
        for number, story in enumerate(STORIES)
    ],
)
async def test_it_ends_the_same_whenever_the_app_dies_and_the_trail_tells_what_azure_saw(
    story: Story, tell: Tell
) -> None:
    quiet = await tell(story)
    assert (quiet.deaths, quiet.faults, bool(quiet.raised)) == (0, (), story.poisons)
    numbers = range(1, quiet.length + 1)
    deaths = random.Random(story.name).sample(numbers, min(_DEATHS, len(numbers)))
    wrongs = await judge(tell, story, quiet, *sorted(deaths))
    assert not wrongs, "\n".join(wrongs)
