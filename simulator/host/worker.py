"""The one module that touches Microsoft's Python worker, whose interface is not documented.

Read in azure-functions-runtime 1.3.0: `worker_init_request` indexes the app, `functions_metadata_request` tells
what it found, `native_invocation.invocation_request_native` invokes. The worker keeps its registry in module globals:
one app per process. The first two expect a module of protobuf classes: `Protos` is as much of one as they look at.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from http.cookies import SimpleCookie
from pathlib import Path
from types import SimpleNamespace
from typing import Any

# The package ships no type information (no py.typed).
import azure_functions_runtime as runtime  # type: ignore[import-untyped]
from azure_functions_runtime.bindings.datumdef import Datum  # type: ignore[import-untyped]
from azure_functions_runtime.http_v2 import HttpV2Registry  # type: ignore[import-untyped]
from azure_functions_runtime.native_invocation import invocation_request_native  # type: ignore[import-untyped]

from simulator.host.functions import Function, Retries, UnsupportedApp, parse_function
from simulator.host.values import Failed, HttpAnswer, HttpCall, Input, Json, Outcome, Output, Succeeded

WORKER_LOGGER = "azure.functions"


class AppFailedToLoad(RuntimeError):
    """The worker could not import or index the app; the message has its traceback."""


class _Message(SimpleNamespace):
    """A protobuf message: whatever it is made with."""


class _BindingInfo(_Message):
    out = 1
    inout = 2
    undefined = 0


class _StatusResult(_Message):
    Failure = 0
    Success = 1


class Protos(SimpleNamespace):
    """Stands in for the module of protobuf classes."""

    BindingInfo = _BindingInfo
    StatusResult = _StatusResult
    FunctionMetadataResponse = _Message
    RpcException = _Message
    RpcFunctionMetadata = _Message
    RpcRetryOptions = _Message
    WorkerInitResponse = _Message
    WorkerMetadata = _Message


def invocation_of_this_context() -> str | None:
    """Name the invocation that the running code belongs to, in a coroutine or in a worker thread."""
    found: str | None = runtime.invocation_id_cv.get()
    return found


class Worker:
    """The loaded app."""

    def __init__(self, functions: tuple[Function, ...]) -> None:
        self.functions = functions

    @classmethod
    async def load(cls, app: Path, settings: Mapping[str, str]) -> Worker:
        """Import and index the app's function_app.py. Raises AppFailedToLoad, UnsupportedApp, SettingMissing."""
        start = SimpleNamespace(capabilities={}, function_app_directory=str(app))
        answer = await runtime.worker_init_request(
            SimpleNamespace(
                request=SimpleNamespace(worker_init_request=start),
                properties={"host": "127.0.0.1", "protos": Protos},
            )
        )
        if answer.result.status != _StatusResult.Success:
            failure = answer.result.exception
            raise AppFailedToLoad(f"{failure.message}\n{failure.stack_trace}")
        if HttpV2Registry.http_v2_enabled():
            raise UnsupportedApp("this local host does not support HTTP streams")
        found = (await runtime.functions_metadata_request(None)).function_metadata_results
        if not found:
            raise AppFailedToLoad(f"there is no function in {app / 'function_app.py'}")
        runtime.start_threadpool_executor()
        return cls(tuple(_function(each, settings) for each in found))

    async def invoke(
        self,
        invocation_id: str,
        function: Function,
        argument: Input,
        metadata: Mapping[str, Input],
        *,
        trace_parent: str = "",
    ) -> Outcome:
        """Run a function of the app to its end, as a part of a trace (a W3C `traceparent`)."""
        succeeded, returned, outputs, error, traceback = await invocation_request_native(
            invocation_id,
            function.id,
            [(function.trigger.name, _datum(argument))],
            {name: _datum(value) for name, value in metadata.items()},
            trace_parent=trace_parent,
        )
        if not succeeded:
            return Failed(error, traceback)
        return Succeeded(_output(returned), {name: _output(datum) for name, datum in outputs})


def _function(told: Any, settings: Mapping[str, str]) -> Function:
    """Read what the worker tells of a function. Raises SettingMissing, UnsupportedApp."""
    function = parse_function(told.function_id, told.name, told.raw_bindings, settings)
    policy = told.retry_options
    if policy is None:
        return function
    if policy.retry_strategy != "fixed_delay":
        raise UnsupportedApp(f"function {told.name}: this local host retries after a fixed delay alone")
    return replace(function, retries=Retries(policy.max_retry_count, policy.delay_interval))


def _datum(value: Input) -> Datum:
    match value:
        case str():
            return Datum(value, "string")
        case bytes():
            return Datum(value, "bytes")
        case Json(text):
            return Datum(text, "json")
        case HttpCall():
            return Datum(_http(value), "http")


def _http(call: HttpCall) -> dict[str, Any]:
    return {
        "method": _datum(call.method),
        "url": _datum(call.url),
        "headers": {name: _datum(text) for name, text in call.headers.items()},
        "query": {name: _datum(text) for name, text in call.query.items()},
        "params": {name: _datum(text) for name, text in call.params.items()},
        "body": _datum(call.body),
    }


def _output(datum: Any) -> Output:
    if datum is None or datum.type is None:
        return None
    match datum.type:
        case "http":
            return _answer(datum.value)
        case "string":
            return str(datum.value)
        case "bytes":
            return bytes(datum.value)
        case "json":
            return Json(datum.value)
    return Json(json.dumps(datum.value))


def _answer(value: Mapping[str, Any]) -> HttpAnswer:
    cookies: list[SimpleCookie] = value.get("cookies") or []
    return HttpAnswer(
        status=int(value["status_code"].value),
        headers={name: datum.value for name, datum in value["headers"].items()},
        set_cookies=tuple(morsel.OutputString() for cookie in cookies for morsel in cookie.values()),
        body=value["body"].value,
    )
