"""What the operator chose, read from app settings; every fault is told at once."""

from __future__ import annotations

import difflib
import ipaddress
import re
from collections.abc import Callable, Mapping
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from shared.model.application import HTTPS_PORT, GatewayUrl
from shared.model.desired import DesiredState, Mode, MostChanges, Outrank, RedirectsMode, Rules, Scope

STORAGE = "AzureWebJobsStorage"
_GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_SERVICE_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]+(\.[A-Za-z0-9]+)?")
_SWITCHES = {"on": True, "true": True, "off": False, "false": False}
_NCRONTAB_FIELDS = 6
_NCRONTAB_FIELD = re.compile(r"[0-9*/,A-Za-z-]+")
_VERSION = re.compile(r"\d+(\.\d+){0,3}")


class SettingsError(Exception):
    """App settings that make no sense; the message lists every fault with what to put instead."""


def _listed(value: object) -> object:
    return tuple(filter(None, (part.strip() for part in value.split(",")))) if isinstance(value, str) else value


def _each[T](check: Callable[[str], T]) -> Callable[[tuple[str, ...]], tuple[T, ...]]:
    return lambda values: tuple(check(value) for value in values)


def _subscription_id(value: str) -> str:
    if not _GUID.fullmatch(value):
        raise ValueError(f"{value!r} is no subscription id: give GUIDs, separated by commas")
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
    if found is None or _computer_name(found[1]).isdigit() or not 1 <= int(found[3] or HTTPS_PORT) <= 65535:
        raise ValueError(
            f"{value!r} is no gateway: give URLs with host names, such as https://wac.contoso.com:6600, and commas"
            " between them"
        )
    return GatewayUrl(found[1].casefold(), int(found[3] or HTTPS_PORT))


def _computer_name(host: str) -> str:
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


_Texts = Annotated[tuple[str, ...], BeforeValidator(_listed)]
_Scopes = Annotated[tuple[Scope, ...], BeforeValidator(_each(_scope)), BeforeValidator(_listed)]
_GatewayUrls = Annotated[tuple[GatewayUrl, ...], BeforeValidator(_each(_gateway)), BeforeValidator(_listed)]
_Switch = Annotated[bool, BeforeValidator(_switch)]
_NOT_OURS = "is not a setting of WAC Guard"


class Choices(BaseModel):
    """What decisions and reading hang on, by environment variable; see the README for what each one means."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    subscriptions: Annotated[_Texts, AfterValidator(_each(_subscription_id))] = Field((), alias="WAC_SUBSCRIPTIONS")
    management_group: Annotated[str | None, AfterValidator(_management_group)] = Field(
        None, alias="WAC_MANAGEMENT_GROUP"
    )
    extension_mode: Mode = Field(Mode.AUDIT, alias="WAC_EXTENSION_MODE")
    network_mode: Mode = Field(Mode.AUDIT, alias="WAC_NETWORK_MODE")
    redirects_mode: RedirectsMode = Field(RedirectsMode.AUDIT, alias="WAC_REDIRECTS_MODE")
    enforce_scopes: _Scopes = Field((), alias="WAC_ENFORCE_SCOPES")
    exclude_tag: Annotated[tuple[str, str], BeforeValidator(_tag)] = Field(
        ("wac-guard", "exclude"), alias="WAC_EXCLUDE_TAG"
    )
    exclude_resource_groups: _Texts = Field((), alias="WAC_EXCLUDE_RESOURCE_GROUPS")
    port: int = Field(6516, alias="WAC_PORT", ge=1, le=65535)
    inbound_sources: Annotated[_Texts, AfterValidator(_each(_inbound_source))] = Field(
        (), alias="WAC_INBOUND_SOURCES"
    )
    rules: Rules = Field(Rules.NEEDED, alias="WAC_RULES")
    outrank: Outrank = Field(Outrank.GENERAL, alias="WAC_OUTRANK")
    minimum_extension_version: Annotated[str | None, AfterValidator(_extension_version)] = Field(
        None, alias="WAC_MINIMUM_EXTENSION_VERSION"
    )
    gateways: _GatewayUrls = Field((), alias="WAC_GATEWAYS")
    redirects_cleanup: _Switch = Field(default=False, alias="WAC_REDIRECTS_CLEANUP")
    writes_per_hour: int = Field(100, alias="WAC_WRITES_PER_HOUR", ge=0)
    most_changes: Annotated[MostChanges, BeforeValidator(_most_changes)] = Field(
        MostChanges(), alias="WAC_MAX_CHANGES"
    )
    sweep_schedule: Annotated[str, AfterValidator(_schedule)] = Field("0 0 * * * *", alias="WAC_SWEEP_SCHEDULE")
    redirects_schedule: Annotated[str, AfterValidator(_schedule)] = Field(
        "0 30 3 * * *", alias="WAC_REDIRECTS_SCHEDULE"
    )
    client_id: str | None = Field(None, alias="WAC_CLIENT_ID")
    arm_endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        "https://management.azure.com", alias="WAC_ARM_ENDPOINT"
    )
    graph_endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(
        "https://graph.microsoft.com", alias="WAC_GRAPH_ENDPOINT"
    )

    @model_validator(mode="after")
    def _names_one_estate(self) -> Self:
        if self.subscriptions and self.management_group:
            raise ValueError("WAC_SUBSCRIPTIONS and WAC_MANAGEMENT_GROUP are both set: keep the one that is meant")
        return self

    def watches(self, subscription_id: str) -> bool:
        """Tell whether that subscription is among those named, or none are; what lies in none ("") is watched."""
        named = {name.casefold() for name in self.subscriptions}
        return not named or not subscription_id or subscription_id.casefold() in named

    @property
    def desired(self) -> DesiredState:
        """What the decisions need to know of the settings."""
        return DesiredState(
            extension_mode=self.extension_mode,
            network_mode=self.network_mode,
            redirects_mode=self.redirects_mode,
            enforce_scopes=self.enforce_scopes,
            exclude_tag=self.exclude_tag,
            exclude_resource_groups=frozenset(name.casefold() for name in self.exclude_resource_groups),
            port=self.port,
            inbound_sources=self.inbound_sources,
            rules=self.rules,
            outrank=self.outrank,
            minimum_extension_version=self.minimum_extension_version,
            gateways=frozenset(_computer_name(url.host) for url in self.gateways),
            gateway_urls=tuple(dict.fromkeys(self.gateways)),
            redirects_cleanup=self.redirects_cleanup,
            writes_per_hour=self.writes_per_hour,
            most_changes=self.most_changes,
        )


class Settings(Choices):
    """All settings of the app: what it needs for its own state, besides."""

    queue_endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(alias="AzureWebJobsStorage__queueServiceUri")
    table_endpoint: Annotated[str, AfterValidator(_endpoint)] = Field(alias="AzureWebJobsStorage__tableServiceUri")


def parse_settings(environment: Mapping[str, str]) -> Settings:
    """Read the settings from environment variables; an empty one counts as not set.

    Raises SettingsError with every fault at once.
    """
    return _parse(Settings, _chosen(environment) | _storage(environment))


def parse_choices(environment: Mapping[str, str]) -> Choices:
    """Read the settings of whoever has no state of its own; what is said of storage is not looked at.

    Raises SettingsError with every fault at once.
    """
    return _parse(Choices, _chosen(environment))


def _chosen(environment: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in environment.items() if name.startswith("WAC_") and value.strip()}


def _storage(environment: Mapping[str, str]) -> dict[str, str]:
    found: dict[str, str] = {}
    account = environment.get(f"{STORAGE}__accountName")
    for service in ("queue", "table"):
        name = f"{STORAGE}__{service}ServiceUri"
        endpoint = environment.get(name) or (f"https://{account}.{service}.core.windows.net" if account else None)
        found |= {name: endpoint} if endpoint else {}
    return found


def _parse[Model: Choices](model: type[Model], chosen: Mapping[str, str]) -> Model:
    try:
        return model.model_validate(chosen)
    except ValidationError as error:
        faults = "\n".join(
            f"- {_fault(str((*fault['loc'], 'WAC_MANAGEMENT_GROUP')[0]), fault['type'], fault['msg'])}"
            for fault in error.errors()
        )
        raise SettingsError(f"The app settings need mending:\n{faults}") from None


def _fault(name: str, kind: str, message: str) -> str:
    if kind == "extra_forbidden":
        known = [field.alias or "" for field in Settings.model_fields.values()]
        near = difflib.get_close_matches(name, known, n=1)
        return f"{name} {_NOT_OURS}{f'; did you mean {near[0]}?' if near else ''}"
    if kind == "missing":
        return (
            f"{name} is missing: give that endpoint of the app's storage account, or {STORAGE}__accountName;"
            " the app reaches its storage with its identity, not with a connection string"
        )
    return f"{name}: {message.removeprefix('Value error, ')}"
