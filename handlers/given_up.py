"""What is in dead-letter blobs is judged: each event asks for a check, or is dropped with the reason."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime

from handlers.events import parse_raw_event
from shared.azure.dead_letters import ReadBlob
from shared.azure.parse_dead_letters import DeadLetter, parse_dead_letters, parse_time
from shared.model.check import Check
from shared.settings import Settings

_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Judged:
    """An event that was given up, of that blob, with the check that it asks for or why it asks for none."""

    blob: str
    letter: DeadLetter
    check: Check | None = None
    dropped: str | None = None

    @property
    def time(self) -> datetime | None:
        """When it happened, as far as the event tells."""
        return parse_time(self.letter.event_time)

    def sort_key(self) -> tuple[datetime, str]:
        """Put the oldest first, and what has no time last."""
        return self.time or _LAST, self.blob


@dataclass(frozen=True, slots=True)
class Left:
    """A blob that can't be read as dead letters, and why."""

    blob: str
    reason: str


@dataclass(slots=True)
class GivenUp:
    """What one request has read so far; `size` in bytes, of the blobs that are to be taken up."""

    blobs: list[ReadBlob] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)
    size: int = 0

    def checks(self) -> list[Check]:
        """Give one check of each subject, that of its newest event; the oldest first."""
        by_time = sorted((one.check for one in self.judged if one.check), key=_asked_at)
        return sorted({check.subject: check for check in by_time}.values(), key=_asked_at)

    @property
    def dropped(self) -> list[str]:
        """Give the reasons for which events are dropped, one for each."""
        return [one.dropped for one in self.judged if one.dropped is not None]


def judge(given_up: GivenUp, blobs: Iterable[ReadBlob], settings: Settings) -> None:
    """Add what blobs say to what is known."""
    for blob in blobs:
        try:
            letters = parse_dead_letters(blob.content)
        except ValueError as error:
            given_up.left.append(Left(blob.name, str(error)))
            continue
        given_up.blobs.append(blob)
        given_up.size += len(blob.content)
        given_up.judged += [_judge(blob.name, letter, settings) for letter in letters]


def _judge(blob: str, letter: DeadLetter, settings: Settings) -> Judged:
    try:
        return Judged(blob, letter, check=parse_raw_event(letter.event, settings))
    except ValueError as error:
        return Judged(blob, letter, dropped=str(error))


def _asked_at(check: Check) -> datetime:
    return check.asked_at or _LAST
