"""What stands between these tests and somebody's subscription: only what reads gets through."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

from azure.core.pipeline import PipelineRequest
from azure.core.pipeline.policies import SansIOHTTPPolicy

RESOURCE_GRAPH = "/providers/microsoft.resourcegraph/resources"
SECURITY_GROUPS = "/providers/microsoft.network/networksecuritygroups/"
SCRATCH_NAME = "wac-guard-verify-"


class WriteRefused(Exception):
    """A request that would write, which never left."""


@dataclass(frozen=True, slots=True)
class Scratch:
    """Where the tests of writes may write: NSGs of their own name, in the one group that somebody named."""

    subscription_id: str
    resource_group: str

    def holds(self, path: str) -> bool:
        """Tell whether a path names an NSG of these tests, or a rule in one."""
        group = f"/subscriptions/{self.subscription_id}/resourcegroups/{self.resource_group}".lower()
        start = f"{group}{SECURITY_GROUPS}{SCRATCH_NAME}"
        return path.startswith(start) and "/" not in path.removeprefix(start).replace("/securityrules/", "", 1)


class ReadsOnly(SansIOHTTPPolicy[Any, Any]):
    """Refuses all requests but GET, HEAD and queries of Resource Graph; PUT and DELETE pass in `scratch` alone."""

    def __init__(self, scratch: Scratch | None = None) -> None:
        self._scratch = scratch

    def on_request(self, request: PipelineRequest[Any]) -> None:
        """Let a request pass. Raises WriteRefused."""
        method, url = request.http_request.method.upper(), request.http_request.url
        if not self._may_pass(method, url):
            raise WriteRefused(f"{method} {url} would write, and was not sent")

    def _may_pass(self, method: str, url: str) -> bool:
        path = unquote(urlsplit(url).path).lower()
        if method in {"GET", "HEAD"}:
            return True
        if ".." in path or "//" in path:
            return False
        if method == "POST":
            return path == RESOURCE_GRAPH
        return method in {"PUT", "DELETE"} and self._scratch is not None and self._scratch.holds(path)
