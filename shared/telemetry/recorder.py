"""Where checks, throttling and counts are told. Whoever tells need not know whether anybody listens."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from datetime import timedelta
from typing import Protocol

from shared.model.check import Check
from shared.model.plan import Report
from shared.model.reason import Status
from shared.model.resource_id import ResourceId

type CheckRecord = AbstractContextManager[AnswerRecord]


class AnswerRecord(Protocol):
    """The record of one check under way."""

    def answer(self, report: Report) -> None:
        """Tell how it ended."""


class Recorder(Protocol):
    """What can be told. None of it raises, waits, or sends anything by itself."""

    def check(self, check: Check) -> CheckRecord:
        """Record the check that is answered in the context; what raises there has failed it."""

    def time_to_compliant(self, subject: ResourceId, time: timedelta) -> None:
        """Count a subject that became COMPLIANT, and how long that took."""

    def throttled(self, service: str, status_code: int) -> None:
        """Count an answer that asks to come back later."""

    def subjects(self, subscription_id: str, counts: Mapping[Status, int]) -> None:
        """Tell how many of a subscription's subjects have which status; those not named have none."""


class _NoAnswer:
    def answer(self, report: Report) -> None:
        """Leave it untold."""


class NoRecorder:
    """Records nothing."""

    _record: CheckRecord = nullcontext(_NoAnswer())

    def check(self, check: Check) -> CheckRecord:
        """Give a record that nobody keeps."""
        return self._record

    def time_to_compliant(self, subject: ResourceId, time: timedelta) -> None:
        """Leave it uncounted."""

    def throttled(self, service: str, status_code: int) -> None:
        """Leave it uncounted."""

    def subjects(self, subscription_id: str, counts: Mapping[Status, int]) -> None:
        """Leave it untold."""


_in_use: list[Recorder] = [NoRecorder()]


def recorder() -> Recorder:
    """Give the process's recorder."""
    return _in_use[0]


def use_recorder(chosen: Recorder) -> None:
    """Have all that is told from now on go to a recorder: there is one per process, as there is one telemetry SDK."""
    _in_use[0] = chosen
