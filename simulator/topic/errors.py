"""What an Event Grid topic answers where it takes nothing: as recorded, or else as reported or documented.

https://learn.microsoft.com/azure/event-grid/troubleshoot-errors
"""

from __future__ import annotations

from datetime import datetime

from simulator.store import Json


class TopicError(Exception):
    """An error answer. `detail` is the code in its details, where that is another one."""

    def __init__(
        self, status: int, code: str, message: str, detail: str | None = None, headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail or code
        self.headers = headers or {}


def document(error: TopicError, request_id: str, now: datetime) -> Json:
    """Put an error into its envelope, with the report that people may send to Microsoft."""
    time = f"{now.month}/{now.day}/{now.year} {now.hour % 12 or 12}:{now:%M:%S %p}"
    report = f"Report '{request_id}:0:{time} (UTC)' to our forums for assistance or raise a support ticket."
    message = f"{error.message} {report}"
    inner = {"code": error.detail, "message": message}
    return {"error": {"code": error.code, "message": message, "details": [inner]}}


def invalid(message: str) -> TopicError:
    """Refuse what a request's body says."""
    return TopicError(400, "BadRequest", message, "InputJsonInvalid")


def not_found(url: str) -> TopicError:
    """Say that nothing is at an address: so it is with a topic that was deleted."""
    text = f"No HTTP resource was found that matches the request URI '{url}'."
    return TopicError(404, "NotFound", text, "ResourceNotFound")


def unauthorized(message: str) -> TopicError:
    """Say that nobody knows who sends."""
    return TopicError(401, "Unauthorized", message)


def forbidden(host: str) -> TopicError:
    """Say that the sender lacks the role."""
    text = (
        "The principal associated with access token presented with the incoming request does not have permission to"
        f" send data to {host.upper()}."
    )
    return TopicError(403, "Forbidden", text)


def too_large(most: int) -> TopicError:
    """Refuse a request, or an event in it, that is too long."""
    return TopicError(413, "RequestEntityTooLarge", f"The maximum size ({most}) has been exceeded.")


def throttled(seconds: float) -> TopicError:
    """Say that more comes than the topic's limit of events, or of bytes, within a second."""
    text = "The request rate is too high. Please retry the request after some time."
    return TopicError(429, "TooManyRequests", text, headers={"Retry-After": f"{seconds:g}"})


def unavailable() -> TopicError:
    """Say that the service can't answer now."""
    return TopicError(503, "ServiceUnavailable", "The service is unable to process the request. Please try again.")


def broken(status: int = 500) -> TopicError:
    """Say that something went wrong."""
    code = "BadGateway" if status == 502 else "InternalServerError"
    return TopicError(status, code, "The operation failed due to an internal server error. Please retry later.")
