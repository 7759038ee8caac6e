"""Recorded traffic: one interaction with Azure, or several in a row."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from simulator.arm.ids import ArmId
from simulator.request_log import Kind, kind_of

FOLDER = Path(__file__).parents[3].parent / "shared" / "recordings"
CATEGORIES = (
    "arm/errors",
    "arm/resource_groups",
    "arm/resources_list_paging",
    "arm/retry_sequences",
    "arm/subscriptions",
    "compute/extension_delete_sequences",
    "compute/extension_get",
    "compute/extension_images",
    "compute/extension_list",
    "compute/extension_put_sequences",
    "compute/run_command_sequences",
    "compute/skus",
    "compute/vm_get",
    "compute/vm_instance_view",
    "compute/vm_list",
    "compute/vm_power_sequences",
    "compute/vm_put_sequences",
    "network/asg_get",
    "network/ip_flow_verify",
    "network/network_config_diagnostic",
    "network/next_hop",
    "network/nic_get",
    "network/nic_list",
    "network/nic_put_delete_sequences",
    "network/nsg_get",
    "network/nsg_list",
    "network/nsg_put_delete_sequences",
    "network/public_ip_get",
    "network/security_rule_delete_sequences",
    "network/security_rule_get",
    "network/security_rule_put_sequences",
    "network/service_tags",
    "network/vnet_subnet_get",
    "resourcegraph/queries",
)
GRAPH_CATEGORIES = (
    "graph/application_create",
    "graph/application_delete",
    "graph/application_get",
    "graph/application_list",
    "graph/application_other",
    "graph/application_patch",
    "graph/errors",
    "graph/service_principals",
)
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Where a tape dates nothing by itself: the year of the library whose tests made it.
SET_DATES = {"aso": "2023", "fluent-java": "2017", "fluent-net": "2018", "powershell-2017": "2017"}


@dataclass(frozen=True, slots=True)
class Exchange:
    """A request and its recorded answer; header names are in lower case, `body` is what was sent."""

    method: str
    path: str
    query: dict[str, str]
    body: Any
    status: int
    headers: dict[str, str]
    answer: Any

    @property
    def polls(self) -> bool:
        """Whether it asks how an operation goes."""
        return re.search(r"/operation(s|results)/", self.path, re.I) is not None

    @property
    def is_query(self) -> bool:
        """Whether it asks Resource Graph."""
        return kind_of(self.method, self.path) is Kind.READ and self.method == "POST"

    @property
    def wants_result(self) -> bool:
        """Whether it follows `Location` and not `Azure-AsyncOperation`."""
        return "monitor" in self.query or "/operationresults/" in self.path.lower()

    @property
    def under_way(self) -> bool:
        if self.polls and self.status == 202:
            return True
        return isinstance(self.answer, dict) and self.answer.get("status") == "InProgress"

    @property
    def resource(self) -> ArmId | None:
        """What the path names, if it names a resource or a list of them."""
        try:
            return ArmId.parse(self.path)
        except ValueError:
            return None

    @property
    def error(self) -> dict[str, Any]:
        """The recorded error, empty where there is none."""
        found = self.answer.get("error", {}) if isinstance(self.answer, dict) else {}
        return dict(found)


@dataclass(frozen=True, slots=True)
class Recording:
    """`set` is the collection it comes from, which tells what its recorder kept; `note` says what was cut.

    `context` has other resources that the same tape shows, by kind.
    """

    category: str
    name: str
    set: str
    exchanges: tuple[Exchange, ...]
    note: str
    context: dict[str, Any]

    @property
    def first(self) -> Exchange:
        return self.exchanges[0]

    @property
    def last_poll(self) -> Exchange | None:
        return next((exchange for exchange in reversed(self.exchanges) if exchange.polls and exchange.answer), None)

    @property
    def is_cut(self) -> bool:
        """Whether only a part of what Azure answered was kept."""
        return "trimmed" in self.note

    @property
    def date(self) -> str:
        """When it was recorded, as far as it tells: `2024-08`, or the year alone."""
        for exchange in self.exchanges:
            for text in (*exchange.headers.values(), json.dumps(exchange.answer)):
                if date := _date_in(text):
                    return date
        return SET_DATES.get(self.set, self.set.rpartition("-")[2])

    @property
    def subscription_id(self) -> str:
        segments = self.first.path.split("/")
        if len(segments) > 2 and segments[1] == "subscriptions":
            return segments[2]
        body = self.first.body if isinstance(self.first.body, dict) else {}
        named: list[str] = body.get("subscriptions") or ["00000000-0000-0000-0000-000000000000"]
        return named[0]


def read(path: Path) -> Recording:
    """Read a file of the folder."""
    document = json.loads(path.read_text())
    parts = document.get("sequence") or [document]
    category = f"{path.parent.parent.name}/{path.parent.name}"
    return Recording(
        category,
        path.stem,
        document["source"]["set"],
        tuple(map(_exchange, parts)),
        document.get("note", ""),
        document.get("context") or {},
    )


def files(categories: tuple[str, ...] = CATEGORIES) -> Iterator[Path]:
    """Give the files of all categories, none where the folder is absent."""
    for category in categories:
        yield from sorted((FOLDER / category).glob("*.json"))


def parameters(categories: tuple[str, ...] = CATEGORIES) -> list[Any]:
    """Give a test's parameter for each recording, or a single one that says where they are looked for."""
    if not FOLDER.is_dir():
        return [pytest.param(None, marks=pytest.mark.skip(reason=f"no recorded traffic at {FOLDER}"))]
    return [pytest.param(path, id=f"{path.parent.name}/{path.stem}") for path in files(categories)]


def _exchange(part: dict[str, Any]) -> Exchange:
    request, response = part["request"], part["response"]
    return Exchange(
        request["method"],
        request["path"],
        dict(request.get("query") or {}),
        request.get("body"),
        response["status"],
        {name: value if isinstance(value, str) else ", ".join(value) for name, value in response["headers"].items()},
        response["body"],
    )


def _date_in(text: str) -> str | None:
    if match := re.search(r"Ref C: (\d{4}-\d\d)", text):
        return match[1]
    if match := re.search(rf"\d\d ({'|'.join(MONTHS)}) (\d{{4}}) \d\d:", text):
        return f"{match[2]}-{MONTHS.index(match[1]) + 1:02}"
    if match := re.search(r":(20\d\d)(\d\d)\d\dT\d{6}Z:", text):
        return f"{match[1]}-{match[2]}"
    if match := re.search(r'"(?:startTime|time|timeCreated)": "(\d{4}-\d\d)', text):
        return match[1]
    return None
