"""What a failed request to Azure means: the thing is not there, it will pass, or it stands until somebody acts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError, ODataV4Format

PASSING_STATUSES = frozenset({401, 408, 412, 429, 500, 502, 503, 504})
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
# Answers that say nothing of whether the request was carried out before.
STATUSES_OF_THE_WAY = frozenset({408, 500, 502, 503, 504})
# Azure writes seconds; a date, which HTTP admits too, counts as nothing said.
_SECONDS = re.compile("[0-9]{1,7}")


class Absent(Exception):
    """Azure says that this, or what it belongs to, is not there. `request_id` is the answer's x-ms-request-id."""

    def __init__(self, message: str, request_id: str | None = None) -> None:
        super().__init__(message)
        self.request_id = request_id


class PassingFailure(Exception):
    """Azure could not answer now. `retry_after` is what it asked for, if it did.

    `may_have_taken_effect` where nothing tells whether a write got through. `status` is the answer's, if one came.
    """

    def __init__(
        self,
        message: str,
        retry_after: timedelta | None = None,
        *,
        request_id: str | None = None,
        may_have_taken_effect: bool = False,
        status: int | None = None,
    ) -> None:
        super().__init__(message)
        self.retry_after = retry_after
        self.request_id = request_id
        self.may_have_taken_effect = may_have_taken_effect
        self.status = status


class Refusal(Exception):
    """Azure said no, and will until somebody changes a lock, a policy, a permission or the request.

    `details` are the fields of the error's additionalInfo, such as policyAssignmentName, that are text, a number or
    a truth value; a list of them where several infos differ.
    """

    def __init__(
        self,
        code: str,
        message: str,
        details: Mapping[str, Any] = MappingProxyType({}),
        request_id: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.details = details
        self.request_id = request_id


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
        return _unanswered(error)
    code, text, request_id = _code(error), _text(error), _header(error, "x-ms-request-id") or None
    if error.status_code == 404:
        return Absent(text, request_id)
    if error.status_code in PASSING_STATUSES or code in _PASSING_CODES:
        return PassingFailure(
            f"{error.status_code} {code}: {text}",
            seconds_to_wait(_header(error, "Retry-After")),
            request_id=request_id,
            may_have_taken_effect=error.status_code in STATUSES_OF_THE_WAY,
            status=error.status_code,
        )
    return Refusal(code, text, MappingProxyType(_details(error.error)), request_id)


def _unanswered(error: AzureError) -> PassingFailure:
    """Tell of no answer. Without a token nothing was sent; of the rest it can't be told.

    azure-core says ServiceRequestError, "nothing was sent", of every aiohttp.ClientError: of dropped connections too.
    """
    if isinstance(error, ClientAuthenticationError):
        return PassingFailure(f"No token for Azure: {error.message}")
    return PassingFailure(f"No answer from Azure: {error.message}", may_have_taken_effect=True)


def _code(error: HttpResponseError) -> str:
    return (error.error.code if error.error is not None else None) or error.reason or "Unknown"


def _text(error: HttpResponseError) -> str:
    return str((error.error is not None and error.error.message) or error.message)


def _header(error: HttpResponseError, name: str) -> str:
    return str(getattr(error.response, "headers", {}).get(name, ""))


def seconds_to_wait(asked: str) -> timedelta | None:
    """Read a Retry-After header; None where it says nothing, or a date."""
    return timedelta(seconds=int(asked)) if _SECONDS.fullmatch(asked) else None


def _details(error: ODataV4Format | None) -> dict[str, Any]:
    found: dict[str, list[Any]] = {}
    for info in _infos(error):
        for name, value in info.items():
            if isinstance(value, str | int | float) and value not in found.setdefault(name, []):
                found[name].append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in found.items()}


def _infos(error: ODataV4Format | None) -> Iterator[Mapping[str, Any]]:
    """Give what an error, and the errors in it, say in additionalInfo."""
    infos = (one.info for one in getattr(error, "additional_info", ()))
    yield from (info for info in infos if isinstance(info, Mapping))
    for inner in error.details if error is not None else ():
        yield from _infos(inner)
