"""What is kept of the model's values as JSON is all of them."""

import json
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given

from shared.azure.json_values import from_json, to_json
from shared.model.desired import Mode
from shared.model.estate import Access, Direction, Extension, SecurityRule
from shared.model.leash import Failure, Stop
from shared.model.past import NOTHING, Hold, Kept, Past
from shared.model.plan import Action, DeleteExtension, Outcome
from shared.model.reason import Reason, Status
from shared.model.resource_id import ResourceId
from shared.model.write import Write
from tests.state.any_values import any_of

VM = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"
NOON = datetime(2030, 5, 6, 12, tzinfo=UTC)


def kept(value: Any, kind: Any) -> Any:
    """Give a value as it comes back from storage."""
    return from_json(json.loads(json.dumps(to_json(value, kind))), kind)


@given(any_of(Past))
def test_any_past_comes_back_as_it_was(past: Past) -> None:
    assert kept(past, Past) == past


@given(any_of(Write))
def test_any_write_comes_back_as_it_was(write: Write) -> None:
    again = kept(write, Write)
    assert again == write
    assert type(again.action) is type(write.action)


@given(any_of(tuple[Failure, ...]))
def test_any_failures_come_back_as_they_were(failures: tuple[Failure, ...]) -> None:
    assert kept(failures, tuple[Failure, ...]) == failures


def test_nothing_comes_back_as_nothing() -> None:
    assert kept(NOTHING, Past) == NOTHING


def test_an_id_keeps_the_case_in_which_it_came() -> None:
    past = Past(
        kept={ResourceId(VM.replace("g", "G")): Kept(SecurityRule("r", 100, Direction.INBOUND, Access.DENY, "*"))}
    )
    assert [str(key) for key in kept(past, Past).kept] == [VM.replace("g", "G")]


def test_a_rule_of_a_thousand_prefixes_comes_back() -> None:
    prefixes = tuple(f"10.{number // 256}.{number % 256}.0/24" for number in range(4_000))
    rule = SecurityRule("r", 100, Direction.OUTBOUND, Access.ALLOW, "Tcp", prefixes)
    assert kept(rule, SecurityRule) == rule


def test_settings_that_nobody_may_change_are_written_all_the_same() -> None:
    frozen = MappingProxyType({"proxy": MappingProxyType({"mode": "application"}), "ports": (1, 2)})
    extension = Extension(ResourceId(VM), "p", "t", "Succeeded", frozen)
    assert to_json(extension, Extension)["settings"] == {"proxy": {"mode": "application"}, "ports": [1, 2]}


def test_what_stands_in_storage_is_what_people_would_write() -> None:
    past = Past(since={Reason.LOCKED: NOON}, status=Status.NON_COMPLIANT, hold=Hold(NOON, "not now"))
    written = to_json(past, Past)
    assert (written["since"], written["status"]) == ({"LOCKED": "2030-05-06T12:00:00+00:00"}, "NON_COMPLIANT")
    assert written["hold"] == {"at": "2030-05-06T12:00:00+00:00", "reason": "not now", "undo": None}
    assert to_json(timedelta(minutes=1.5), timedelta) == 90_000_000
    assert to_json(DeleteExtension(ResourceId(VM), Extension(ResourceId(VM), "p", "t", "Failed")), Action).keys() == {
        "DeleteExtension"
    }


def test_a_field_that_was_added_since_has_its_default() -> None:
    assert from_json({"at": NOON.isoformat(), "reason": "r"}, Hold) == Hold(NOON, "r")


NONSENSE: dict[str, tuple[Any, Any]] = {
    "a field that nobody knows": ({"contested": False, "colour": "red"}, Past),
    "a field that has to be there": ({"at": NOON.isoformat()}, Stop),
    "a text for a truth": ({"contested": "no"}, Past),
    "a truth for a text": ({"look": True}, Past),
    "no object": ([], Past),
    "no list": ({"writes": {}}, Past),
    "no time": ({"answered": "yesterday"}, Past),
    "no id": ({"kept": {"web": {}}}, Past),
    "a reason that nobody knows": ({"since": {"BECAUSE": NOON.isoformat()}}, Past),
    "a status that nobody knows": ({"status": "FINE"}, Past),
    "a status by its number": ({"status": 3}, Past),
    "an action that nobody knows": ({"FormatDisk": {}}, Action),
    "two actions at once": ({"PutExtension": {}, "DeleteExtension": {}}, Action),
    "an outcome that nobody knows": ("well", Outcome),
}


@pytest.mark.parametrize(("data", "kind"), NONSENSE.values(), ids=NONSENSE.keys())
def test_what_makes_no_sense_is_said_to_be_so(data: Any, kind: Any) -> None:
    with pytest.raises(ValueError, match=r".+"):
        from_json(data, kind)


def test_a_type_that_has_no_form_is_a_bug() -> None:
    with pytest.raises(TypeError, match="has no form in JSON"):
        to_json({Mode.AUDIT}, set[Mode])
