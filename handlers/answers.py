"""Answers to HTTP requests: documents, and problems that say what to send or to do instead."""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ValidationError

from shared.azure.entities import UnreadableRow
from shared.azure.failures import Absent, PassingFailure, Refusal

logger = logging.getLogger(__name__)

# An ARM id has 2,000 characters at the very most; what is wrong with a body is told with what it says.
_LONGEST_BODY = 16 * 1024
_SOON = timedelta(seconds=10)
# What the host itself reads of a query: the function key, and the key's name.
_OF_THE_HOST = frozenset({"code", "clientid"})

type Example = Mapping[str, Any] | tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """A response: its status, its body as JSON, the media type, and headers of its own."""

    status: int
    body: str
    media_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))


class ProblemDocument(BaseModel):
    """What went wrong with a request, and what to send or to do instead (RFC 9457)."""

    title: str
    status: int
    detail: str
    example: Example | None = None
    retry_after_seconds: int | None = None


class Problem(Exception):
    """Why a request is not done; it is answered with a problem document."""

    def __init__(self, status: int, title: str, detail: str, example: Example | None = None) -> None:
        super().__init__(f"{title}: {detail}")
        self.document = ProblemDocument(title=title, status=status, detail=detail, example=example)


def answer(status: int, document: BaseModel) -> Answer:
    """Answer with a document."""
    return Answer(status, document.model_dump_json())


def answering[**P](handle: Callable[P, Awaitable[Answer]]) -> Callable[P, Awaitable[Answer]]:
    """Answer what keeps a request from being done with a problem document, too."""

    @functools.wraps(handle)
    async def answered(*given: P.args, **named: P.kwargs) -> Answer:
        try:
            return await handle(*given, **named)
        except Problem as problem:
            return _problem(problem.document)
        except (PassingFailure, Absent) as failure:
            return _put_off(failure)
        except (Refusal, UnreadableRow) as failure:
            return _failed(failure)

    return answered


def parse_body[T: BaseModel](form: type[T], body: bytes, name: str, example: Example) -> T:
    """Read a request's body. Raises Problem, which says what a `name` looks like."""
    if len(body) > _LONGEST_BODY:
        raise Problem(400, _no(name), f"The body has {len(body)} bytes; send {_LONGEST_BODY} at most.", example)
    try:
        return form.model_validate_json(body)
    except ValidationError as error:
        raise Problem(400, _no(name), tell_faults(error), example) from None


def parse_query[T: BaseModel](form: type[T], query: Mapping[str, str], name: str, example: Example) -> T:
    """Read a request's query. Raises Problem, which says what a `name` looks like."""
    asked = {key: value for key, value in query.items() if key.casefold() not in _OF_THE_HOST}
    try:
        return form.model_validate(asked)
    except ValidationError as error:
        raise Problem(400, _no(name), tell_faults(error), example) from None


def tell_faults(error: ValidationError) -> str:
    """Say in one line what is wrong with a document, each fault with where it is."""
    return "; ".join(
        f"{'.'.join(map(str, fault['loc'])) or 'body'}: {fault['msg'].removeprefix('Value error, ')}"
        for fault in error.errors()
    )


def _no(name: str) -> str:
    return f"The request is no {name}"


def _put_off(failure: PassingFailure | Absent) -> Answer:
    asked = failure.retry_after if isinstance(failure, PassingFailure) else None
    document = ProblemDocument(
        title="The app's storage can't be reached now",
        status=503,
        detail=f"{_sentence(failure)} Nothing is lost by asking again.",
        retry_after_seconds=max(1, math.ceil((asked or _SOON).total_seconds())),
    )
    return _problem(document)


def _failed(failure: Refusal | UnreadableRow) -> Answer:
    logger.error("Request failed", extra={"reason": str(failure)})
    if isinstance(failure, UnreadableRow):
        return _problem(ProblemDocument(title="The app's state can't be read", status=500, detail=_sentence(failure)))
    detail = (
        f"{_sentence(failure)} Grant the app's identity `Storage Table Data Contributor`, for its state,"
        " `Storage Queue Data Contributor`, for its queue, and `Storage Blob Data Contributor`, for dead letters, on"
        " the app's storage account."
    )
    return _problem(ProblemDocument(title="The app's storage refuses the app", status=500, detail=detail))


def _sentence(failure: Exception) -> str:
    return f"{str(failure).rstrip('. ')}."


def _problem(document: ProblemDocument) -> Answer:
    seconds = document.retry_after_seconds
    headers = {} if seconds is None else {"Retry-After": str(seconds)}
    body = document.model_dump_json(exclude_none=True)
    return Answer(document.status, body, "application/problem+json", MappingProxyType(headers))
