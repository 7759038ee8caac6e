"""What each kind of fault answers that strikes a request to Graph."""

from __future__ import annotations

from simulator.faults import Fault, FaultKind
from simulator.graph.answers import GraphAnswer
from simulator.graph.errors import GraphError, request_denied
from simulator.graph.throttling import throttled

THROTTLED_SECONDS = 5.0


def strike(fault: Fault) -> GraphAnswer:
    """Give the answer of a fault, where it is no error with a body; raises GraphError where it is one."""
    if fault.kind is FaultKind.UNAVAILABLE_WITHOUT_BODY:
        return GraphAnswer(503, headers=_wait(fault))
    error = _error(fault)
    if fault.retry_after is not None:
        error.headers.pop("Retry-After", None)
    error.headers |= _wait(fault)
    raise error


def _error(fault: Fault) -> GraphError:
    match fault.kind:
        case FaultKind.GRAPH_THROTTLED:
            return throttled(THROTTLED_SECONDS)
        case FaultKind.AUTHORIZATION_FAILED:
            return request_denied()
        case FaultKind.UNAVAILABLE:
            text = "The service is not available. Try the request again after a delay."
            return GraphError(503, "serviceNotAvailable", text)
        case FaultKind.BAD_GATEWAY:
            return GraphError(502, "UnknownError", "")
    return GraphError(500, "Service_InternalServerError", "Encountered an internal server error.")


def _wait(fault: Fault) -> dict[str, str]:
    asked = fault.retry_after
    return {"Retry-After": f"{asked:g}"} if asked is not None and asked >= 0 else {}
