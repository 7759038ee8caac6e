"""Nothing is written in somebody's subscription: what would write never leaves."""

from __future__ import annotations

from typing import Any, cast

import pytest
from azure.core.pipeline import Pipeline, PipelineRequest
from azure.core.pipeline.transport import HttpTransport
from azure.core.rest import HttpRequest

from tests.verify.reads_only import ReadsOnly, Scratch, WriteRefused

ARM = "https://management.azure.com"
SUBSCRIPTION = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590"
GROUP = f"{SUBSCRIPTION}/resourceGroups/rg-scratch"
NSGS = "providers/Microsoft.Network/networkSecurityGroups"
OURS = f"{GROUP}/{NSGS}/wac-guard-verify-1"
SCRATCH = Scratch(SUBSCRIPTION.rpartition("/")[2], "RG-Scratch")


class Recorder(HttpTransport[Any, Any]):
    """Takes what left the pipeline."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, request: Any, **kwargs: Any) -> Any:
        self.sent.append(f"{request.method} {request.url}")
        return None

    def open(self) -> None: ...
    def close(self) -> None: ...
    def __enter__(self) -> Any:
        return self

    def __exit__(self, *args: Any) -> None: ...


def sent(method: str, path: str, scratch: Scratch | None = None) -> list[str]:
    recorder = Recorder()
    pipeline = Pipeline[Any, Any](recorder, [ReadsOnly(scratch)])
    pipeline.run(HttpRequest(method, ARM + path))
    return recorder.sent


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", f"{SUBSCRIPTION}/resourceGroups"),
        ("HEAD", GROUP),
        ("POST", "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01"),
    ],
)
def test_what_reads_passes(method: str, path: str) -> None:
    assert sent(method, path) == [f"{method} {ARM}{path}"]


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "POST", "put", "MERGE"])
@pytest.mark.parametrize("path", [GROUP, OURS, f"{GROUP}/providers/Microsoft.Compute/virtualMachines/vm/start"])
def test_what_would_write_never_leaves(method: str, path: str) -> None:
    with pytest.raises(WriteRefused, match="was not sent"):
        sent(method, path)


@pytest.mark.parametrize("path", ["/providers/Microsoft.ResourceGraph/resources/../x", f"{OURS}/listKeys"])
def test_no_other_post_passes_for_a_query(path: str) -> None:
    with pytest.raises(WriteRefused):
        sent("POST", path, SCRATCH)


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
@pytest.mark.parametrize("path", [OURS, f"{OURS}/securityRules/rule"])
def test_a_scratch_group_takes_the_nsgs_of_these_tests(method: str, path: str) -> None:
    assert sent(method, path, SCRATCH)


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("DELETE", GROUP),
        ("PUT", f"{GROUP}/{NSGS}/somebodys"),
        ("DELETE", f"{GROUP}/{NSGS}/somebodys/securityRules/wac-guard-verify-1"),
        ("PUT", f"{SUBSCRIPTION}/resourceGroups/other/{NSGS}/wac-guard-verify-1"),
        ("PUT", f"{SUBSCRIPTION}/resourceGroups/rg-scratch-2/{NSGS}/wac-guard-verify-1"),
        ("PUT", f"{OURS}/providers/Microsoft.Authorization/locks/lock"),
        ("DELETE", f"{OURS}/../somebodys"),
        ("DELETE", f"{OURS}/%2e%2e/somebodys"),
        ("PATCH", OURS),
        ("POST", OURS),
    ],
)
def test_a_scratch_group_takes_nothing_else(method: str, path: str) -> None:
    with pytest.raises(WriteRefused):
        sent(method, path, SCRATCH)


def test_a_request_is_refused_before_it_is_signed() -> None:
    request = PipelineRequest[Any](HttpRequest("DELETE", ARM + GROUP), cast("Any", None))
    with pytest.raises(WriteRefused):
        ReadsOnly().on_request(request)
