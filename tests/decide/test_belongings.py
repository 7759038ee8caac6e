"""What of ours stands where, by the trail: a table of trails, each write with its fate."""

from dataclasses import replace

import pytest

from shared.decide.belongings import decide_belongings
from shared.model.plan import Action, DeleteExtension, PutExtension
from shared.model.write import Fate, Write
from tests.decide.actions import DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH
from tests.decide.estates import OBSERVED_AT, VM, extension

THERE = extension()
REMOVED_TO_REINSTALL = DeleteExtension(PUT_EXTENSION.id, THERE, to_reinstall=True)
REMOVED = DeleteExtension(PUT_EXTENSION.id, THERE)
PUT_BACK = PutExtension(PUT_EXTENSION.id, THERE, PUT_EXTENSION.desired)

TRAILS: dict[str, tuple[list[tuple[Action, Fate]], bool]] = {
    "nothing was written": ([], False),
    "a rule was put": ([(PUT_RULE, Fate.DONE)], True),
    "a rule is being put": ([(PUT_RULE, Fate.ACCEPTED)], True),
    "nobody knows whether a rule was put": ([(PUT_RULE, Fate.UNKNOWN)], True),
    "a rule was put and changed by somebody": ([(PUT_RULE, Fate.REPLACED)], True),
    "a rule was refused": ([(PUT_RULE, Fate.REFUSED)], False),
    "a rule was never put": ([(PUT_RULE, Fate.NOT_DONE)], False),
    "a rule was put off": ([(PUT_RULE, Fate.POSTPONED)], False),
    "a rule was put and taken away": ([(PUT_RULE, Fate.DONE), (DELETE_RULE, Fate.DONE)], False),
    "a rule was put and is being taken away": ([(PUT_RULE, Fate.DONE), (DELETE_RULE, Fate.ACCEPTED)], False),
    "a rule could not be taken away": ([(PUT_RULE, Fate.DONE), (DELETE_RULE, Fate.REFUSED)], True),
    "a rule was taken away, perhaps": ([(PUT_RULE, Fate.DONE), (DELETE_RULE, Fate.UNKNOWN)], True),
    "a rule was put back": ([(PUT_RULE, Fate.DONE), (DELETE_RULE, Fate.DONE), (PUT_RULE, Fate.DONE)], True),
    "a second put was refused": ([(PUT_RULE, Fate.DONE), (PUT_RULE, Fate.REFUSED)], True),
    "an install failed, but stands": ([(PUT_EXTENSION, Fate.FAILED)], True),
    "somebody's extension was refreshed": ([(REFRESH, Fate.DONE)], False),
    "somebody's was reinstalled": ([(REMOVED_TO_REINSTALL, Fate.DONE), (PUT_BACK, Fate.DONE)], False),
    "an application was patched, which stays whose it is": ([(PATCH, Fate.DONE)], False),
    "ours was refreshed": ([(PUT_EXTENSION, Fate.DONE), (REFRESH, Fate.DONE)], True),
    "ours is being reinstalled": ([(PUT_EXTENSION, Fate.FAILED), (REMOVED_TO_REINSTALL, Fate.DONE)], True),
    "ours was reinstalled": (
        [(PUT_EXTENSION, Fate.FAILED), (REMOVED_TO_REINSTALL, Fate.DONE), (PUT_BACK, Fate.DONE)],
        True,
    ),
    "ours was taken away": ([(PUT_EXTENSION, Fate.DONE), (REMOVED, Fate.DONE)], False),
    "ours was taken away, and that undone": (
        [(PUT_EXTENSION, Fate.DONE), (REMOVED, Fate.DONE), (PUT_BACK, Fate.DONE)],
        True,
    ),
}


def trail_of(written: list[tuple[Action, Fate]]) -> list[Write]:
    write = Write("", VM, PUT_RULE, "test", "c", OBSERVED_AT)
    return [replace(write, id=f"{at}", action=action, fate=fate) for at, (action, fate) in enumerate(written)]


@pytest.mark.parametrize(("written", "is_ours"), TRAILS.values(), ids=TRAILS.keys())
def test_what_is_ours_by_the_trail(written: list[tuple[Action, Fate]], is_ours: bool) -> None:
    trail = trail_of(written)
    assert bool(decide_belongings(trail)) is is_ours
    assert decide_belongings(reversed(trail)) == decide_belongings(trail)


def test_each_resource_of_ours_is_given_with_the_write_that_put_it_last() -> None:
    trail = trail_of(
        [(PUT_RULE, Fate.DONE), (PUT_EXTENSION, Fate.DONE), (PUT_RULE, Fate.DONE), (PUT_RULE, Fate.REFUSED)]
    )
    found = decide_belongings(trail)
    assert {target: write.id for target, write in found.items()} == {PUT_RULE.id: "2", PUT_EXTENSION.id: "1"}
