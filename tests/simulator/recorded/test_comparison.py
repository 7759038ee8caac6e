"""The comparison must see what differs: one that sees nothing would accept every recording."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulator.recorded.comparison import Kind, differences

ARM = "https://management.azure.com"
LOCAL = "https://localhost:8443"
SUBSCRIPTION = "/subscriptions/6b085460-5f21-477e-ba44-1035046e9101"
OTHER_SUBSCRIPTION = "/subscriptions/00000000-1111-2222-3333-444444444444"
OPERATION = "/providers/Microsoft.Compute/locations/eastus/operations"


@pytest.mark.parametrize(
    ("recorded", "simulated", "place", "kind"),
    [
        ({"a": 1}, {}, "body.a", Kind.MISSING),
        ({}, {"a": None}, "body.a", Kind.EXTRA),
        ({"a": {"b": "x"}}, {"a": {"b": "y"}}, "body.a.b", Kind.VALUE),
        ({"a": "X"}, {"a": "x"}, "body.a", Kind.VALUE),
        ({"a": 1}, {"a": True}, "body.a", Kind.VALUE),
        ({"a": 1}, {"a": "1"}, "body.a", Kind.VALUE),
        ({"a": None}, {"a": {}}, "body.a", Kind.VALUE),
        ([1], [1, 2], "body[]", Kind.EXTRA),
        ([{"id": "/a"}, {"id": "/b"}], [{"id": "/a"}], "body[]", Kind.MISSING),
        ([{"id": "/a"}, {"id": "/b"}], [{"id": "/b"}, {"id": "/a"}], "body[] order", Kind.VALUE),
        ([{"name": "a", "x": 1}], [{"name": "a", "x": 2}], "body[].x", Kind.VALUE),
        ({"time": "2024-05-01T10:00:00Z"}, {"time": "yesterday"}, "body.time", Kind.VALUE),
        (f"{ARM}/a?api-version=1", f"{LOCAL}/a?api-version=2", "body?.api-version", Kind.VALUE),
        (f"{ARM}/a?api-version=1&t=9", f"{LOCAL}/a?api-version=1", "body?.t", Kind.MISSING),
    ],
)
def test_differences_are_seen(recorded: Any, simulated: Any, place: str, kind: Kind) -> None:
    assert [(it.place, it.kind) for it in differences("body", recorded, simulated)] == [(place, kind)]


@pytest.mark.parametrize(
    ("recorded", "simulated"),
    [
        ({"a": [1, {"b": None}]}, {"a": [1, {"b": None}]}),
        ({"vmId": "6b085460-5f21-477e-ba44-1035046e9101"}, {"vmId": "00000000-1111-2222-3333-444444444444"}),
        ({"time": "2024-05-01T10:00:00.1234567+00:00"}, {"time": "2026-01-02T03:04:05.7654321+00:00"}),
        (
            f"{ARM}{SUBSCRIPTION}{OPERATION}/6b085460-5f21-477e-ba44-1035046e9101?api-version=1&t=1&s=abc",
            f"{LOCAL}{OTHER_SUBSCRIPTION}{OPERATION}/00000000-1111-2222-3333-444444444444?api-version=1&t=2&s=xyz",
        ),
    ],
)
def test_what_must_differ_is_compared_by_its_form(recorded: Any, simulated: Any) -> None:
    assert list(differences("body", recorded, simulated)) == []


@pytest.mark.parametrize(
    ("place", "recorded", "simulated", "differs"),
    [
        ("GET headers", {"retry-after": "10"}, {"retry-after": "15"}, False),
        ("GET headers", {"retry-after": "10"}, {"retry-after": "soon"}, True),
        ("GET body", {"etag": '"1"'}, {"etag": '"22"'}, False),
        ("GET body", {"etag": '"1"'}, {"etag": "1"}, True),
        ("GET body", {"privateIPAddress": "10.0.0.4"}, {"privateIPAddress": "10.1.2.5"}, False),
        ("GET body", {"privateIPAddress": "10.0.0.4"}, {"privateIPAddress": ""}, True),
    ],
)
def test_values_azure_chooses_must_have_their_form(place: str, recorded: Any, simulated: Any, differs: bool) -> None:
    assert bool(list(differences(place, recorded, simulated))) is differs
