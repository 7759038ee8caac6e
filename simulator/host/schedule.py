"""Timer schedules: NCRONTAB, `{second} {minute} {hour} {day} {month} {day of week}`, the second optional."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, time, timedelta

_RANGES = ((0, 59), (0, 59), (0, 23), (1, 31), (1, 12), (0, 6))
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_PART = re.compile(r"(?P<from>\*|\w+)(?:-(?P<to>\w+))?(?:/(?P<step>\d+))?")
LONGEST_SEARCH = timedelta(days=4 * 366)


class BadSchedule(ValueError):
    """A schedule that is no NCRONTAB expression."""


@dataclass(frozen=True, slots=True)
class Schedule:
    seconds: tuple[int, ...]
    minutes: tuple[int, ...]
    hours: tuple[int, ...]
    days: tuple[int, ...]
    months: tuple[int, ...]
    weekdays: tuple[int, ...]

    def next_after(self, moment: datetime) -> datetime | None:
        """Give the first time later than `moment`, in its time zone; None when there is none in four years."""
        day = moment.date()
        while day - moment.date() < LONGEST_SEARCH:
            if day.month in self.months and day.day in self.days and day.isoweekday() % 7 in self.weekdays:
                for clock in self._times_of_day():
                    candidate = datetime.combine(day, clock, moment.tzinfo)
                    if candidate > moment:
                        return candidate
            day += timedelta(days=1)
        return None

    def _times_of_day(self) -> list[time]:
        return [time(h, m, s) for h in self.hours for m in self.minutes for s in self.seconds]


def parse_schedule(text: str) -> Schedule:
    """Parse an NCRONTAB expression. Raises BadSchedule."""
    fields = text.split()
    if len(fields) == len(_RANGES) - 1:
        fields = ["0", *fields]
    if len(fields) != len(_RANGES):
        raise BadSchedule(f"'{text}' is no NCRONTAB expression: it needs five or six fields")
    names: list[tuple[str, ...]] = [(), (), (), (), _MONTHS, _DAYS]
    return Schedule(*(_parse_field(*each) for each in zip(fields, _RANGES, names, strict=True)))


def _parse_field(field: str, bounds: tuple[int, int], names: tuple[str, ...]) -> tuple[int, ...]:
    return tuple(sorted({value for part in field.split(",") for value in _parse_part(part, bounds, names)}))


def _parse_part(part: str, bounds: tuple[int, int], names: tuple[str, ...]) -> range:
    low, high = bounds
    found = _PART.fullmatch(part)
    if not found:
        raise BadSchedule(f"'{part}' is no field of an NCRONTAB expression")
    if found["from"] == "*":
        first, last = low, high
    else:
        first = _number(found["from"], low, names)
        last = _number(found["to"], low, names) if found["to"] else (high if found["step"] else first)
    step = int(found["step"] or 1)
    if not low <= first <= last <= high or step == 0:
        raise BadSchedule(f"'{part}' is not within {low} to {high}")
    return range(first, last + 1, step)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    if text.isdigit():
        return int(text)
    if text[:3].casefold() in names:
        return names.index(text[:3].casefold()) + low
    raise BadSchedule(f"'{text}' is no field of an NCRONTAB expression")
