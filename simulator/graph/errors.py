"""Graph's errors, word for word as recorded, or else as documented or reported."""

from __future__ import annotations


class GraphError(Exception):
    """An error answer; what it says of its request is added when it is sent."""

    def __init__(self, status: int, code: str, message: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.message = message
        self.headers = dict(headers or {})


def bad_request(message: str) -> GraphError:
    """Refuse, as the directory does, what a request says."""
    return GraphError(400, "Request_BadRequest", message)


def malformed(message: str) -> GraphError:
    """Refuse, as the OData layer in front of the directory does, how a request is written."""
    return GraphError(400, "BadRequest", message)


def unsupported(message: str) -> GraphError:
    """Refuse a query that is well written, but that the directory does not answer."""
    return GraphError(400, "Request_UnsupportedQuery", message)


def needs_advanced(operator: str) -> GraphError:
    """Refuse what is answered to advanced queries alone.

    https://learn.microsoft.com/graph/aad-advanced-queries#error-handling-for-advanced-queries-on-directory-objects
    """
    return unsupported(
        f"Operator '{operator}' is not supported because the required parameters might be missing. Try adding "
        "$count=true query parameter and ConsistencyLevel:eventual header. Refer to "
        "https://aka.ms/graph-docs/advanced-queries for more information"
    )


def unsupported_filter(name: str) -> GraphError:
    """Refuse a filter on a property that has one, but not this one."""
    return unsupported(
        f"Unsupported or invalid query filter clause specified for property '{name}' of resource 'Application'."
    )


def invalid_value(name: str, resource: str = "Application") -> GraphError:
    """Refuse the value of a top-level property, whatever in it is wrong."""
    return bad_request(f"Invalid value specified for property '{name}' of resource '{resource}'.")


def value_required(name: str, resource: str = "Application") -> GraphError:
    """Say that a property is missing which every new object must have."""
    return bad_request(f"A value is required for property '{name}' of resource '{resource}'.")


def request_denied() -> GraphError:
    """Say that the caller lacks a permission, never which."""
    return GraphError(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


def resource_not_found(object_id: str) -> GraphError:
    """Say that there is no object of that id."""
    text = f"Resource '{object_id}' does not exist or one of its queried reference-property objects are not present."
    return GraphError(404, "Request_ResourceNotFound", text)
