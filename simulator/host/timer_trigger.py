"""Timer triggers, in UTC and by the real clock."""

from __future__ import annotations

import asyncio
import json
import logging
from datetime import UTC, datetime

from simulator.host.functions import Function
from simulator.host.invocations import Invocations
from simulator.host.schedule import parse_schedule
from simulator.host.values import Json

TIMER_TRIGGER = "timerTrigger"

log = logging.getLogger("Host.Triggers.Timer")


class Timer:
    """One timer function. Raises BadSchedule when made of one whose schedule cannot be read."""

    def __init__(self, function: Function, invocations: Invocations) -> None:
        self._function = function
        self._invocations = invocations
        self._schedule = parse_schedule(function.trigger.text("schedule"))
        self.runs_on_startup = bool(function.trigger.properties.get("runOnStartup"))

    async def fire(self) -> None:
        """Run the function now."""
        await self._invocations.run(
            self._function, self.information(), reason=f"Timer fired at {datetime.now(UTC).isoformat()}"
        )

    def information(self) -> Json:
        """Give what a timer function gets, as JSON."""
        upcoming = self._schedule.next_after(datetime.now(UTC))
        status = {"Next": upcoming.isoformat() if upcoming else None}
        return Json(json.dumps({"Schedule": {"AdjustForDST": True}, "ScheduleStatus": status, "IsPastDue": False}))

    async def run(self) -> None:
        """Fire at every time of the schedule, for ever."""
        while upcoming := self._schedule.next_after(datetime.now(UTC)):
            log.info("The next run of %s is at %s", self._function.name, upcoming.isoformat())
            await _wait_until(upcoming)
            await self.fire()


async def _wait_until(moment: datetime) -> None:
    # Asked again after each sleep, which may end a little early by this clock, or late when the laptop slept too.
    if (seconds := (moment - datetime.now(UTC)).total_seconds()) > 0:
        await asyncio.sleep(seconds)
        await _wait_until(moment)
