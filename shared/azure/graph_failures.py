"""What a failed request to Microsoft Graph means, in the words of `failures`."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError

from shared.azure.failures import (
    PASSING_STATUSES,
    STATUSES_OF_THE_WAY,
    Absent,
    PassingFailure,
    Refusal,
    seconds_to_wait,
)
from shared.azure.failures import explain_failure as explain_azure_failure
from shared.azure.throttling import GRAPH, note_throttling

if TYPE_CHECKING:
    from kiota_abstractions.api_error import APIError

# Directory_ConcurrencyViolation and kin: somebody else wrote the same object at the same moment.
_PASSING = PASSING_STATUSES | {409, 423}
_GONE = 410
_FIRST_ERROR = 400
# Of delta queries, and of lists whose next page was asked for too late.
_EXPIRED = frozenset({"syncstatenotfound", "syncstateinvalid", "resyncrequired", "directory_expiredpagetoken"})


class Expired(PassingFailure):
    """The link that a list or a delta query was to go on with is not known any more: begin anew."""


@contextmanager
def graph_explained(note_date: Callable[[str | None], None]) -> Iterator[None]:
    """Raise Absent, PassingFailure, Refusal or Expired in place of the errors of Graph's SDK, and note their date.

    What it raises for an answer that it can't read is of no class of its own: often a bare Exception.
    """
    import httpx  # noqa: PLC0415 - of Graph's SDK alone
    from kiota_abstractions.api_error import APIError  # noqa: PLC0415 - of Graph's SDK alone

    try:
        yield
    except APIError as error:
        note_date((error.response_headers or {}).get("date"))
        raise _explain(error) from error
    except httpx.HTTPError as error:
        raise PassingFailure(f"No answer from Microsoft Graph: {error!r}", may_have_taken_effect=True) from error
    except AzureError as error:
        raise explain_azure_failure(error) from error
    except Exception as error:
        raise PassingFailure(f"Graph's answer can't be read: {error}", may_have_taken_effect=True) from error


def _explain(error: APIError) -> Absent | PassingFailure | Refusal:
    status, headers = error.response_status_code or 0, error.response_headers or {}
    note_throttling(status, GRAPH)
    code, request_id = _code(error), headers.get("request-id")
    text = error.primary_message or code
    if status == 404:
        return Absent(text, request_id)
    if status == _GONE or code.casefold() in _EXPIRED:
        return Expired(text)
    is_of_the_way = status in STATUSES_OF_THE_WAY or status < _FIRST_ERROR
    if status in _PASSING or is_of_the_way:
        return PassingFailure(
            f"{status} {code}: {text}",
            seconds_to_wait(headers.get("retry-after", "")),
            request_id=request_id,
            may_have_taken_effect=is_of_the_way,
        )
    return Refusal(code, text, request_id=request_id)


def _code(error: APIError) -> str:
    told: Any = getattr(error, "error", None)
    return str(getattr(told, "code", None) or "Unknown")
