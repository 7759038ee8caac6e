"""Which subscriptions to read, of those that the sign-in sees."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

_NOT_SEEN = (
    "This sign-in sees no subscription of that id or name. `az account list --output table` shows those that it sees;"
    " for one of another tenant, run `az login --tenant <tenant id>`."
)


class Visible(Protocol):
    """A subscription as Azure lists it."""

    @property
    def id(self) -> str:
        """The GUID."""

    @property
    def name(self) -> str:
        """What people call it."""


@dataclass(frozen=True, slots=True)
class Scope[Subscription: Visible]:
    """What to read, and what was named but is not to be seen, each with what to say of it."""

    subscriptions: tuple[Subscription, ...]
    unseen: tuple[tuple[str, str], ...] = ()


def choose[Subscription: Visible](
    visible: Sequence[Subscription], named: Iterable[str], watches: Callable[[str], bool]
) -> Scope[Subscription]:
    """Choose those that are named by id or by name; if none are, those that the settings watch."""
    wanted = tuple(dict.fromkeys(named))
    if not wanted:
        return Scope(tuple(one for one in visible if watches(one.id)))
    chosen: dict[str, Subscription] = {}
    unseen = []
    for text in wanted:
        found = [one for one in visible if text.casefold() in (one.id.casefold(), one.name.casefold())]
        chosen |= {one.id: one for one in found}
        if not found:
            unseen.append((text, _NOT_SEEN))
    return Scope(tuple(chosen.values()), tuple(unseen))
