"""What people write in app settings, read into what it means; each kind of value says what is wrong with it."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from shared.model.application import HTTPS_PORT, GatewayUrl
from shared.model.desired import MostChanges, Scope

_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
# The exporter takes small letters alone.
_INSTRUMENTATION_KEY = re.compile(_GUID.pattern)
_SERVICE_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]+(\.[A-Za-z0-9]+)?")
_SWITCHES = {"on": True, "true": True, "off": False, "false": False}
# What Microsoft's worker takes for yes.
_TRUE = frozenset({"1", "true", "t", "yes", "y"})
_NCRONTAB_FIELDS = 6
_NCRONTAB_FIELD = re.compile(r"[0-9*/,A-Za-z-]+")
# A fragment would end up before the page's own.
_FOLDER = re.compile(r"https://[a-z0-9][a-z0-9.-]*(:\d{1,5})?(/[\w.~!$&'()*+,;=:@%/?-]*)?", re.ASCII | re.IGNORECASE)
_LONGEST_FOLDER = 500
_VERSION = re.compile(r"\d+(\.\d+){0,3}")


def _listed(value: object) -> object:
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


def _each[T](check: Callable[[str], T]) -> Callable[[tuple[str, ...]], tuple[T, ...]]:
    return lambda values: tuple(check(value) for value in values)


def _subscription_id(value: str) -> str:
    if not _GUID.fullmatch(value):
        raise ValueError(f"{value!r} is no subscription id: give GUIDs, separated by commas")
    return value


def _client_id(value: str) -> str:
    if not _GUID.fullmatch(value):
        raise ValueError(
            f"{value!r} is no client id: give the GUID that the managed identity's overview shows as such, which is"
            " neither its object id nor its resource id"
        )
    return value


def _scope(value: str) -> Scope:
    found = re.fullmatch(r"/?(?:subscriptions/)?([^/]+)(?:/resourceGroups/([^/]+))?/?", value, re.IGNORECASE)
    if not found or not _GUID.fullmatch(found[1]):
        raise ValueError(
            f"{value!r} is no scope: give /subscriptions/<id> or /subscriptions/<id>/resourceGroups/<name>,"
            " separated by commas"
        )
    return Scope(found[1], found[2])


def _tag(value: object) -> object:
    if not isinstance(value, str):
        return value
    name, separator, content = value.partition("=")
    if not (name.strip() and separator and content.strip()):
        raise ValueError(f"{value!r} is no tag: give name=value, such as wac-guard=exclude")
    return name.strip(), content.strip()


def _inbound_source(value: str) -> str:
    try:
        network = ipaddress.ip_network(value)
    except ValueError:
        if not _SERVICE_TAG.fullmatch(value) or value.casefold() == "any":
            raise ValueError(
                f"{value!r} is no source: give addresses, prefixes (without host bits) or service tags, separated by"
                " commas; to admit the whole internet, say Internet"
            ) from None
        return value
    if network.prefixlen == 0:
        raise ValueError(f"{value!r} admits everybody: name the callers' prefixes, or say Internet if that is meant")
    return value


def _extension_version(value: str | None) -> str | None:
    if value is not None and not _VERSION.fullmatch(value):
        raise ValueError(f"{value!r} is no extension version: give numbers with dots, such as 0.0.0.345")
    return value


def _gateway(value: str) -> GatewayUrl:
    found = re.fullmatch(r"https://([a-z0-9][a-z0-9-]*(\.[a-z0-9.-]+)?)(?::(\d{1,5}))?/?", value, re.IGNORECASE)
    # Windows knows a computer by its name: an address names none.
    if found is None or computer_name(found[1]).isdigit() or not 1 <= int(found[3] or HTTPS_PORT) <= 65535:
        raise ValueError(
            f"{value!r} is no gateway: give URLs with host names, such as https://wac.contoso.com:6600, and commas"
            " between them"
        )
    return GatewayUrl(found[1].casefold(), int(found[3] or HTTPS_PORT))


def computer_name(host: str) -> str:
    """Give the first label of a host, which is what Windows calls the computer."""
    return host.partition(".")[0]


def _switch(value: object) -> object:
    if not isinstance(value, str):
        return value
    if value.casefold() not in _SWITCHES:
        raise ValueError(f"{value!r} is neither on nor off: give one of these")
    return _SWITCHES[value.casefold()]


def _schedule(value: str) -> str:
    fields = value.split()
    if len(fields) != _NCRONTAB_FIELDS or not all(_NCRONTAB_FIELD.fullmatch(field) for field in fields):
        raise ValueError(
            f"{value!r} is no schedule: give six fields (second, minute, hour, day, month, weekday), such as"
            " 0 30 3 * * * for half past three every day (UTC)"
        )
    return value


def _most_changes(value: object) -> object:
    if not isinstance(value, str):
        return value
    found = re.fullmatch(r"(\d{1,3})\s*%|(\d{1,6})", value.strip())
    if found is None or int(found[1] or 0) > 100:
        raise ValueError(f"{value!r} is no number of changes: give a number, such as 50, or a part, such as 10%")
    return MostChanges(percent=int(found[1])) if found[1] else MostChanges(int(found[2]), 0)


def _management_group(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"[\w().-]{1,90}", value, re.ASCII):
        raise ValueError(f"{value!r} is no management group: give its id, as in the last part of its resource id")
    return value


def _endpoint(value: str) -> str:
    if not re.fullmatch(r"https://[^/\s]+(/[^\s]*)?", value):
        raise ValueError(f"{value!r} is no endpoint: give an address that begins with https://")
    return value.rstrip("/")


def _pairs(value: str) -> dict[str, str] | None:
    """Read `name=value` pairs with semicolons between them, as strictly as Azure's own reader does."""
    parts = value.split(";")
    if any(part.count("=") != 1 for part in parts):
        return None
    return {name.casefold(): content for name, content in (part.split("=") for part in parts)}


def _connection_string(value: str) -> str:
    if not _INSTRUMENTATION_KEY.fullmatch((_pairs(value) or {}).get("instrumentationkey", "")):
        raise ValueError(
            "that is no connection string of Application Insights: copy it from the resource's overview, whole"
            " (InstrumentationKey=...;IngestionEndpoint=https://...)"
        )
    return value


def _ingestion_identity(value: str) -> str:
    pairs = _pairs(value) or {}
    client_id = pairs.pop("clientid", "")
    if pairs != {"authorization": "AAD"} or (client_id and not _GUID.fullmatch(client_id)):
        raise ValueError(f"{value!r} names no identity: give Authorization=AAD or Authorization=AAD;ClientId=<id>")
    return client_id


def _true_like(value: object) -> object:
    return value.casefold() in _TRUE if isinstance(value, str) else value


def _topic(value: str | None) -> str | None:
    if value is not None and not re.fullmatch(r"https://[^/\s?]+/api/events/?", value, re.IGNORECASE):
        raise ValueError(
            f"{value!r} is no endpoint of an Event Grid topic: give the one that the topic's overview shows, such as"
            " https://name.westeurope-1.eventgrid.azure.net/api/events"
        )
    return None if value is None else value.rstrip("/")


def _documentation(value: str | None) -> str | None:
    if value is None:
        return None
    if not _FOLDER.fullmatch(value) or len(value) > _LONGEST_FOLDER or value.lower().endswith(".md"):
        raise ValueError(
            f"{value!r} is no folder of documentation: give the https address of the one that findings.md is in,"
            " without a fragment, such as https://github.com/contoso/wac-guard/blob/main/docs"
        )
    return value.rstrip("/")


Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
ClientId = Annotated[str, AfterValidator(_client_id)]
SubscriptionIds = Annotated[Texts, AfterValidator(_each(_subscription_id))]
Scopes = Annotated[tuple[Scope, ...], BeforeValidator(_each(_scope)), BeforeValidator(_listed)]
GatewayUrls = Annotated[tuple[GatewayUrl, ...], BeforeValidator(_each(_gateway)), BeforeValidator(_listed)]
InboundSources = Annotated[Texts, AfterValidator(_each(_inbound_source))]
Tag = Annotated[tuple[str, str], BeforeValidator(_tag)]
ExtensionVersion = Annotated[str | None, AfterValidator(_extension_version)]
Changes = Annotated[MostChanges, BeforeValidator(_most_changes)]
ManagementGroup = Annotated[str | None, AfterValidator(_management_group)]
Schedule = Annotated[str, AfterValidator(_schedule)]
Endpoint = Annotated[str, AfterValidator(_endpoint)]
Documentation = Annotated[str | None, AfterValidator(_documentation)]
Topic = Annotated[str | None, AfterValidator(_topic)]
Switch = Annotated[bool, BeforeValidator(_switch)]
ConnectionString = Annotated[str, AfterValidator(_connection_string)]
IngestionIdentity = Annotated[str, AfterValidator(_ingestion_identity)]
TrueLike = Annotated[bool, BeforeValidator(_true_like)]
