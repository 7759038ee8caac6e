from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from simulator.host.options import BadHostJson, HostOptions, QueueOptions, parse_time_span, read_host_options


def written(folder: Path, text: str) -> Path:
    (folder / "host.json").write_text(text)
    return folder


def test_defaults_are_the_real_hosts(tmp_path: Path) -> None:
    assert read_host_options(written(tmp_path, '{"version": "2.0"}')) == HostOptions(
        route_prefix="api",
        function_timeout=timedelta(minutes=30),
        queues=QueueOptions(16, 8, 5, timedelta(0), timedelta(minutes=1), "base64"),
    )


def test_all_that_is_said_is_read(tmp_path: Path) -> None:
    queues = {
        "batchSize": 32,
        "newBatchThreshold": 0,
        "maxDequeueCount": 24,
        "visibilityTimeout": "00:00:15",
        "maxPollingInterval": "00:00:02",
        "messageEncoding": "none",
    }
    said = {
        "version": "2.0",
        "functionTimeout": "-1",
        "extensions": {"http": {"routePrefix": "/v1/"}, "queues": queues},
        "logging": {"logLevel": {"default": "Warning"}},
    }
    assert read_host_options(written(tmp_path, json.dumps(said))) == HostOptions(
        route_prefix="v1",
        function_timeout=None,
        queues=QueueOptions(32, 0, 24, timedelta(seconds=15), timedelta(seconds=2), "none"),
        log_level="Warning",
    )


@pytest.mark.parametrize(
    ("queues", "said"),
    [
        ({"batchSize": 33}, '"batchSize" must be a number from 1 to 32, not 33'),
        ({"batchSize": 0}, '"batchSize"'),
        ({"maxDequeueCount": 0}, '"maxDequeueCount" must be a number of 1 or more, not 0'),
        ({"newBatchThreshold": -1}, '"newBatchThreshold"'),
        ({"visibilityTimeout": "30"}, '"30" is not a time span'),
        ({"messageEncoding": "utf-16"}, '"messageEncoding" must be'),
    ],
)
def test_a_queue_option_that_the_real_host_refuses_is_refused(
    tmp_path: Path, queues: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadHostJson, match=said):
        read_host_options(written(tmp_path, json.dumps({"version": "2.0", "extensions": {"queues": queues}})))


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"version": "1.0"}'])
def test_a_host_json_of_no_known_version_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(BadHostJson):
        read_host_options(written(tmp_path, text))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("00:05:00", timedelta(minutes=5)),
        ("1.02:03:04", timedelta(days=1, hours=2, minutes=3, seconds=4)),
        ("00:00:00.25", timedelta(milliseconds=250)),
    ],
)
def test_time_spans_are_nets(text: str, span: timedelta) -> None:
    assert parse_time_span(text) == span
