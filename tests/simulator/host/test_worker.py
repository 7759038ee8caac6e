"""The worker's interface is not documented: what the host relies on is held here, piece by piece."""

from __future__ import annotations

import inspect
import re
from importlib.metadata import version

import azure_functions_runtime as runtime  # type: ignore[import-untyped] # the package ships no types
from azure_functions_runtime import functions, handle_event, loader, native_invocation
from azure_functions_runtime.bindings.datumdef import Datum  # type: ignore[import-untyped] # the package ships no types
from azure_functions_runtime.utils import helpers, tracing  # type: ignore[import-untyped] # the package ships no types

from simulator.host.worker import Protos

READ = "1.3.0"
ADVICE = (
    f"simulator/host/worker.py was written against azure-functions-runtime {READ}: read it again, then change this"
)


def test_the_worker_is_the_version_that_was_read() -> None:
    assert version("azure-functions-runtime") == READ, ADVICE


def test_an_invocation_takes_id_function_inputs_and_metadata() -> None:
    parameters = list(inspect.signature(native_invocation.invocation_request_native).parameters)
    assert parameters[:4] == ["invocation_id", "function_id", "inputs", "trigger_metadata"], ADVICE
    assert inspect.iscoroutinefunction(native_invocation.invocation_request_native), ADVICE


def test_a_datum_takes_value_and_type() -> None:
    assert list(inspect.signature(Datum).parameters) == ["value", "type"], ADVICE


def test_the_public_functions_that_the_host_calls_are_there() -> None:
    for name in (
        "worker_init_request",
        "functions_metadata_request",
        "start_threadpool_executor",
        "invocation_id_cv",
    ):
        assert hasattr(runtime, name), f"{name} is gone. {ADVICE}"


def test_the_stand_in_for_protobuf_has_all_that_the_worker_asks_of_it() -> None:
    asking = (loader, functions, handle_event.worker_init_request, handle_event.functions_metadata_request)
    source = "".join(inspect.getsource(each) for each in (*asking, helpers.get_worker_metadata, tracing))
    for message, member in re.findall(r"protos\.([A-Z]\w+)(?:\.(\w+))?", source):
        assert hasattr(Protos, message), f"{message} is asked for. {ADVICE}"
        assert not member or hasattr(getattr(Protos, message), member), f"{message}.{member} is asked for. {ADVICE}"
