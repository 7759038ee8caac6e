"""Which subscriptions to read, of those that the sign-in sees."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.azure.subscriptions import Subscription


@dataclass(frozen=True, slots=True)
class Scope:
    """What to read, and what was named but is not to be seen."""

    subscriptions: tuple[Subscription, ...]
    unseen: tuple[str, ...] = ()


def choose(visible: Sequence[Subscription], named: Iterable[str]) -> Scope:
    """Choose those that are named by id or by name; if none are, all."""
    wanted = tuple(dict.fromkeys(named))
    if not wanted:
        return Scope(tuple(visible))
    found = {text: [one for one in visible if _is_called(one, text)] for text in wanted}
    chosen = {one.id: one for ones in found.values() for one in ones}
    return Scope(tuple(chosen.values()), tuple(text for text, ones in found.items() if not ones))


def _is_called(subscription: Subscription, text: str) -> bool:
    names = (subscription.id.subscription_id, str(subscription.id), subscription.display_name)
    return text.casefold() in (one.casefold() for one in names)
