"""What a failed request to Azure means: the thing is not there, it will pass, or it stands until somebody acts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

_PASSING_STATUSES = frozenset({401, 408, 412, 429, 500, 502, 503, 504})
_PASSING_CODES = frozenset(
    {
        "AnotherOperationInProgress",
        "Conflict",
        "OperationNotAllowed",  # the VM was stopped in between; disallowed extensions are seen before a write
        "OperationPreempted",
        "ReferencedResourceNotProvisioned",
        "RetryableError",
        "SecurityRuleConflict",  # somebody took the priority in between
    }
)
# Azure writes seconds; a date, which HTTP admits too, counts as nothing said.
_SECONDS = re.compile("[0-9]{1,7}")


class Absent(Exception):
    """Azure says that this, or what it belongs to, is not there."""


class PassingFailure(Exception):
    """Azure could not answer now. `retry_after` is what it asked for, if it did."""

    def __init__(self, message: str, retry_after: timedelta | None = None) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class Refusal(Exception):
    """Azure said no, and will until somebody changes a lock, a policy, a permission or the request."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code


@contextmanager
def explained() -> Iterator[None]:
    """Raise Absent, PassingFailure or Refusal in place of the SDK's errors."""
    try:
        yield
    except AzureError as error:
        raise explain_failure(error) from error


def explain_failure(error: AzureError) -> Absent | PassingFailure | Refusal:
    """Tell what an SDK's error means, by status and error code."""
    if not isinstance(error, HttpResponseError) or error.status_code is None or error.status_code < 400:
        known = "No token for Azure" if isinstance(error, ClientAuthenticationError) else "No answer from Azure"
        return PassingFailure(f"{known}: {error.message}")
    if error.status_code == 404:
        return Absent(_text(error))
    code = _code(error)
    if error.status_code in _PASSING_STATUSES or code in _PASSING_CODES:
        return PassingFailure(f"{error.status_code} {code}: {_text(error)}", _retry_after(error))
    return Refusal(code, _text(error))


def _code(error: HttpResponseError) -> str:
    return (error.error.code if error.error is not None else None) or error.reason or "Unknown"


def _text(error: HttpResponseError) -> str:
    return str((error.error is not None and error.error.message) or error.message)


def _retry_after(error: HttpResponseError) -> timedelta | None:
    asked = str(getattr(error.response, "headers", {}).get("Retry-After", ""))
    return timedelta(seconds=int(asked)) if _SECONDS.fullmatch(asked) else None
