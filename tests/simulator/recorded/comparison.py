"""Where a simulated answer differs from the recorded one, field by field.

What must differ (guids, times, addresses, signatures) is compared by its form.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.simulator.raw_client import RawAnswer
from tests.simulator.recorded.headers import headers_to_compare
from tests.simulator.recorded.recording import Exchange, Recording


class Kind(StrEnum):
    MISSING = "Azure has it, the simulator has not"
    EXTRA = "the simulator has it, Azure has not"
    VALUE = "the values differ"


@dataclass(frozen=True, slots=True)
class Difference:
    """`place` is such as `PUT body.properties.tags`; list items count as one place, written `[]`."""

    place: str
    kind: Kind
    recorded: Any = None
    simulated: Any = None

    def __str__(self) -> str:
        return f"{self.place}: {self.kind} ({str(self.recorded)[:200]!r} / {str(self.simulated)[:200]!r})"


SERVICE = r"https://(?:management\.azure\.com(?::443)?|graph\.microsoft\.com|localhost:\d+)"
SIGNED = frozenset({"t", "c", "s", "h", "$skiptoken"})
GUID = "[0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}"
# What stands in for a value of this form, wherever it occurs in a text.
VARIABLE = (
    (re.compile(GUID), "<guid>"),
    (re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])"), "<hex>"),
    (re.compile(r"\b(Put|Delete)\w+Operation\b"), "<operation>"),
    (re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)"), "<time>"),
    (re.compile(r"\b\d{8}T\d{6}Z\b"), "<time>"),
    (re.compile(SERVICE), "<service>"),
    (re.compile(r"\d+/\d+/\d{4} \d+:\d\d:\d\d [AP]M"), "<time>"),
    (re.compile(r"retried in \d+ seconds"), "<retried>"),
    (re.compile(r"\beyJ\w+"), "<job>"),
    (re.compile(r"https://aka\.ms/\w+Troubleshoot"), "<help>"),
    (re.compile(r"redacted@example\.com"), "<guid>"),
)
# Places whose values Azure chooses: both sides must have this form, or be equal.
FORMS = (
    (r"headers\.x-ms-ratelimit-remaining-resource", r"(Microsoft\.Compute/\w+;\d+,?)+"),
    (r"headers\.(x-ms-ratelimit-.*|retry-after|x-ms-user-quota-remaining)", r"\d+"),
    (r"headers\.x-ms-user-quota-resets-after", r"00:00:0\d"),
    (r"headers\.x-ms-operation-identifier", r"tenantId=.*,objectId=.*/[a-z0-9]+/.*"),
    (r"headers\.x-msedge-ref", r"Ref A: [0-9A-F]{32} Ref B: \w+ Ref C: .*Z"),
    (r"headers\.www-authenticate", r'Bearer authorization_uri="https://login\.[a-z.]+/.*", error="invalid_token".*'),
    (r".*\.(privateIPAddress|ipAddress)", r"[0-9a-f.:]+"),
    (r".*\.macAddress", r"[0-9A-F]{2}(-[0-9A-F]{2}){5}"),
    (r".*\.internalDomainNameSuffix", r"[a-z0-9]{26}\.[a-z]+\.internal\.cloudapp\.net"),
    (r".*\.internalFqdn", r"[\w-]+\.[a-z0-9]{26}\.[a-z]+\.internal\.cloudapp\.net"),
    (r".*\.(exactVersion|vmAgentVersion)", r"[\d.]+|Unknown"),
    (r".*\.(diskSizeGB|osDiskSizeInGb)", r"\d+"),
    (r".*\.tenantId", r"[0-9a-f-]{36}"),
    (r".*\.(displayName|quotaId|locationPlacementId|spendingLimit)", r".+"),
    (r".*\.subscriptionId", r"[0-9a-f-]{36}"),
    (r"body(\.value\[\])?\.etag|headers\.etag", r'"\d+"'),
    (r"headers\.x-ms-routing-request-id", rf"[A-Z0-9]+:\d{{8}}T\d{{6}}Z:{GUID}"),
    (r"headers\.x-ms-ags-diagnostic", r'\{"ServerInfo":\{"DataCenter":"[\w ]+",("\w+":"\w+",?){4}\}\}'),
    (r"body\.error\.innerError\.date", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d"),
    (r".*\.(publisherDomain|hint|secretText)", r"\S+"),
    (r".*\.customKeyIdentifier", r"[0-9A-F]{40}"),
)


WHAT_WAS_CUT = frozenset({"GET body.value[]", "GET body.values[]", "GET body.values[].properties.addressPrefixes[]"})


def compare(recording: Recording, exchange: Exchange, answer: RawAnswer) -> Iterator[Difference]:
    """Give the differences of one answer."""
    step = "poll" if exchange.polls else exchange.method
    if exchange.status != answer.status:
        yield Difference(f"{step} status", Kind.VALUE, exchange.status, f"{answer.status} {answer.body}")
        return
    recorded, simulated = headers_to_compare(recording, exchange, answer)
    yield from differences(f"{step} headers", recorded, simulated)
    for difference in differences(f"{step} body", exchange.answer, answer.body):
        if not (recording.is_cut and difference.kind is Kind.EXTRA and difference.place in WHAT_WAS_CUT):
            yield difference


def differences(place: str, recorded: Any, simulated: Any) -> Iterator[Difference]:
    """Give the differences of two JSON values at a place."""
    if isinstance(recorded, dict) and isinstance(simulated, dict):
        for key in recorded.keys() | simulated.keys():
            yield from _of_key(f"{place}.{_as_place(key)}", key, recorded, simulated)
    elif isinstance(recorded, list) and isinstance(simulated, list):
        one, other = _by_identity(recorded), _by_identity(simulated)
        for key in one.keys() | other.keys():
            yield from _of_key(f"{place}[]", key, one, other)
        if one.keys() == other.keys() and list(one) != list(other) and not place.endswith("body.value"):
            yield Difference(f"{place}[] order", Kind.VALUE, list(one), list(other))
    elif _is_url(recorded) and _is_url(simulated):
        yield from differences(f"{place}?", _taken_apart(recorded), _taken_apart(simulated))
    elif not _same(place, recorded, simulated):
        yield Difference(place, Kind.VALUE, recorded, simulated)


def _by_identity(items: list[Any]) -> dict[Any, Any]:
    """Give the items of a list by what tells them apart: their id, their name and place, or their position."""
    keys = [_identity(item) for item in items]
    unique = None not in keys and len(set(keys)) == len(keys)
    return dict(zip(keys if unique else range(len(items)), items, strict=True))


def _identity(item: Any) -> Any:
    if not isinstance(item, dict):
        return None
    if "id" in item:
        return _shape(str(item["id"])).lower()
    return f"{item['name']} {item.get('locations')}" if "name" in item else None


def _is_url(value: Any) -> bool:
    return isinstance(value, str) and re.match(SERVICE, value) is not None and "?" in value


def _of_key(place: str, key: Any, recorded: dict[Any, Any], simulated: dict[Any, Any]) -> Iterator[Difference]:
    if key not in simulated:
        yield Difference(place, Kind.MISSING, recorded[key])
    elif key not in recorded:
        yield Difference(place, Kind.EXTRA, None, simulated[key])
    else:
        yield from differences(place, recorded[key], simulated[key])


def _as_place(key: str) -> str:
    """Write a key that is an id as one place, whatever the id."""
    return "<id>" if key.startswith("/") else key


def _same(place: str, recorded: Any, simulated: Any) -> bool:
    if recorded == simulated and type(recorded) is type(simulated):
        return True
    forms = [form for where, form in FORMS if re.fullmatch(where, place.partition(" ")[2])]
    if any(all(re.fullmatch(form, str(value)) for value in (recorded, simulated)) for form in forms):
        return True
    if not isinstance(recorded, str) or not isinstance(simulated, str):
        return False
    return _shape(recorded) == _shape(simulated)


def _shape(text: str) -> str:
    for pattern, name in VARIABLE:
        text = pattern.sub(name, text)
    return text


def _taken_apart(url: str) -> dict[str, Any]:
    """Give the path of a URL, and its query without what signs it or marks a place in a list."""
    parts = urlsplit(url)
    query = {key: "" if key in SIGNED else value for key, value in parse_qsl(parts.query)}
    return {"path": _shape(parts.path).lower(), **query}
