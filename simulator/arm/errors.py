"""Azure's error bodies, word for word as recorded, where a recording exists."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from simulator.arm.answers import Answer
from simulator.store import Json

MORE_ON_NOT_FOUND = "For more details please go to https://aka.ms/ARMResourceNotFoundFix"


class ArmError(Exception):
    """An error answer. The gateway's carry `x-ms-failure-cause: gateway` and never `details`."""

    def __init__(  # noqa: PLR0913 - these are the parts of Azure's envelope
        self,
        status: int,
        code: str,
        message: str,
        *,
        target: str | None = None,
        details: Sequence[Json] | None = None,
        extra: Json | None = None,
        headers: dict[str, str] | None = None,
        cause: str | None = None,
    ) -> None:
        super().__init__(f"{code}: {message}")
        self.status = status
        self.code = code
        self.body: Json = {"code": code, "message": message}
        if target is not None:
            self.body["target"] = target
        if details is not None:
            self.body["details"] = list(details)
        self.body |= extra or {}
        self.headers = dict(headers or {})
        if cause:
            self.headers["x-ms-failure-cause"] = cause

    @property
    def answer(self) -> Answer:
        return Answer(self.status, {"error": self.body}, self.headers)


def gateway(status: int, code: str, message: str, **headers: str) -> ArmError:
    """Make an error of the gateway itself."""
    return ArmError(status, code, message, headers=headers, cause="gateway")


def network(status: int, code: str, message: str, details: Sequence[Json] = ()) -> ArmError:
    """Make an error of the network provider: it always has `details`."""
    return ArmError(status, code, message, details=details)


def compute(status: int, code: str, message: str, target: str | None = None) -> ArmError:
    """Make an error of the compute provider."""
    return ArmError(status, code, message, target=target)


def resource_not_found(resource_type: str, names: str, group: str) -> ArmError:
    """Say that a tracked resource is absent; `names` are its name, or parent's and child's."""
    namespace, *types = resource_type.split("/")
    pairs = "/".join(f"{kind}/{name}" for kind, name in zip(types, names.split("/"), strict=True))
    text = f"The Resource '{namespace}/{pairs}' under resource group '{group}' was not found. {MORE_ON_NOT_FOUND}"
    return gateway(404, "ResourceNotFound", text)


def resource_group_not_found(name: str) -> ArmError:
    """Say that the group is absent: the gateway looks at that first."""
    return gateway(404, "ResourceGroupNotFound", f"Resource group '{name}' could not be found.")


def parent_not_found(verb: str, child_type: str, parent_id: str) -> ArmError:
    """Say that a child cannot be written since its parent is absent; `child_type` is without namespace."""
    text = (
        f"Failed to perform '{verb}' on resource(s) of type '{child_type}', "
        f"because the parent resource '{parent_id}' could not be found."
    )
    return gateway(404, "ParentResourceNotFound", text)


def network_child_not_found(resource_id: str) -> ArmError:
    """Say, as the network provider, that a rule, subnet or referenced resource is absent."""
    return network(404, "NotFound", f"Resource {resource_id} not found.")


class MethodNotAllowed(ArmError):
    """A method refused on a path that exists: this body has no envelope."""

    @property
    def answer(self) -> Answer:
        return Answer(self.status, {"Message": self.body["message"]})


def method_not_allowed(method: str) -> ArmError:
    """Refuse a method."""
    text = f"The requested resource does not support http method '{method}'."
    return MethodNotAllowed(405, "MethodNotAllowed", text)


def missing(name: str) -> ArmError:
    """Say, as Compute does, that the body lacks a parameter."""
    return compute(400, "InvalidParameter", f"Required parameter '{name}' is missing (null).", name)


def invalid_request_content(detail: Any) -> ArmError:
    """Say that the body is not the JSON it should be."""
    text = f"The request content was invalid and could not be deserialized: '{detail}'."
    return gateway(400, "InvalidRequestContent", text)
