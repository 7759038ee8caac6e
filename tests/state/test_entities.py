"""Documents of any size, texts of any kind, ids with any character: what rows hold them as."""

import os
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.azure.entities import (
    OF_THE_TENANT,
    VERSION,
    UnreadableRow,
    digest,
    document,
    plain,
    read_document,
    read_record,
    subject_keys,
    versioned,
)
from shared.azure.tables import Row
from shared.model.past import Hold
from shared.model.resource_id import HOME_TENANT, ResourceId
from tests.state.any_values import resource_ids

AT = datetime(2030, 5, 6, 12, tzinfo=UTC)
SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
VM = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web"


def row_of(**properties: Any) -> Row:
    return Row("partition", "row", properties, "etag", AT)


@given(st.text(st.characters(exclude_categories=[])) | st.dictionaries(st.text(), st.integers()))
def test_any_document_comes_back(value: Any) -> None:
    assert read_document(row_of(**versioned(document("report", value))), "report") == value


def test_a_document_is_cut_into_as_many_properties_as_it_takes() -> None:
    noise = os.urandom(200_000).hex()
    parts = document("past", noise)
    assert list(parts) == ["past0", "past1", "past2", "past3"]
    assert [len(part) <= 64 * 1024 for part in parts.values()] == [True] * 4
    assert read_document(row_of(**versioned(parts)), "past") == noise


def test_a_document_that_is_not_there_is_none() -> None:
    assert read_document(row_of(version=VERSION), "report") is None


@pytest.mark.parametrize("version", [VERSION + 1, 0, None, "1"])
def test_a_row_of_another_schema_is_not_read_and_the_way_out_is_told(version: Any) -> None:
    with pytest.raises(UnreadableRow, match=r"The row row has schema version .* Deploy that version"):
        read_document(row_of(**versioned(document("past", {})) | {"version": version}), "past")


DAMAGES: dict[str, dict[str, bytes]] = {
    "it is no longer compressed": {"hold0": b"hello"},
    "its end is missing": {"hold0": document("hold", {"at": str(AT)})["hold0"][:-6]},
    "it is something else": document("hold", [1, 2]),
    "it is not there": {},
}


@pytest.mark.parametrize("properties", DAMAGES.values(), ids=DAMAGES.keys())
def test_a_damaged_row_is_named(properties: dict[str, bytes]) -> None:
    with pytest.raises(UnreadableRow, match="The document hold of the row row"):
        read_record(row_of(**versioned(properties)), "hold", Hold)


@given(resource_ids)
def test_ids_that_differ_in_case_alone_have_one_key(subject: ResourceId) -> None:
    folded = ResourceId(str(subject).casefold())
    assert subject_keys(folded) == subject_keys(subject)


@given(resource_ids)
def test_keys_have_no_character_that_azure_forbids_whatever_the_id(subject: ResourceId) -> None:
    assert all(re.fullmatch("[0-9a-z-]{1,100}", key) for key in subject_keys(subject))


def test_a_subscription_is_found_in_the_table_by_its_id() -> None:
    assert subject_keys(ResourceId(VM.upper()))[0] == SUBSCRIPTION


def test_what_lies_in_no_subscription_is_found_under_the_tenant() -> None:
    app = ResourceId("/providers/Microsoft.Graph/applications/0a1b2c3d-1111-4222-8333-444455556666")
    assert [subject_keys(one)[0] for one in (app, HOME_TENANT)] == [OF_THE_TENANT] * 2
    assert subject_keys(app) != subject_keys(HOME_TENANT)


PLAIN = {
    "web": "web",
    "two\nlines": "two\nlines",
    "\x00\x1b[31m\x85": "\ufffd\ufffd[31m\ufffd",
    "half a \ud83d pair": "half a ? pair",
    "x" * 32_000: "x" * 32_000,
    "x" * 32_001: "x" * 32_000 + "…",
    "x" + "💥" * 16_000: "x" + "💥" * 15_999 + "…",
}


@pytest.mark.parametrize(("text", "shown"), PLAIN.items(), ids=range(len(PLAIN)))
def test_a_text_for_people_holds_what_a_property_can(text: str, shown: str) -> None:
    assert plain(text) == shown


def test_a_text_has_the_key_of_its_bytes() -> None:
    assert digest("wäc") == digest("wäc".encode())
    assert digest("half a \ud83d pair") != digest("half a ? pair")
