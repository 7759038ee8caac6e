"""What the operator chose, read from app settings; every fault is told at once."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shared.model.desired import DesiredState, Mode, MostChanges, Outrank, RedirectsMode, Rules
from shared.setting_values import (
    Changes,
    ClientId,
    ConnectionString,
    Documentation,
    Endpoint,
    ExtensionVersion,
    GatewayUrls,
    InboundSources,
    IngestionIdentity,
    ManagementGroup,
    Schedule,
    Scopes,
    SubscriptionIds,
    Switch,
    Tag,
    Texts,
    Topic,
    TrueLike,
    computer_name,
)

STORAGE = "AzureWebJobsStorage"
# Settings that Azure Functions, too, reads by these names.
_OF_THE_PLATFORM = (
    "APPLICATIONINSIGHTS_CONNECTION_STRING",
    "APPLICATIONINSIGHTS_AUTHENTICATION_STRING",
    "PYTHON_ENABLE_OPENTELEMETRY",
)


class SettingsError(Exception):
    """App settings that make no sense; the message lists every fault with what to put instead."""


_NOT_OURS = "is not a setting of WAC Guard"


class Choices(BaseModel):
    """What decisions and reading hang on, by environment variable; see the README for what each one means."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=False)

    subscriptions: SubscriptionIds = Field((), alias="WAC_SUBSCRIPTIONS")
    management_group: ManagementGroup = Field(None, alias="WAC_MANAGEMENT_GROUP")
    extension_mode: Mode = Field(Mode.AUDIT, alias="WAC_EXTENSION_MODE")
    network_mode: Mode = Field(Mode.AUDIT, alias="WAC_NETWORK_MODE")
    redirects_mode: RedirectsMode = Field(RedirectsMode.AUDIT, alias="WAC_REDIRECTS_MODE")
    enforce_scopes: Scopes = Field((), alias="WAC_ENFORCE_SCOPES")
    exclude_tag: Tag = Field(("wac-guard", "exclude"), alias="WAC_EXCLUDE_TAG")
    exclude_resource_groups: Texts = Field((), alias="WAC_EXCLUDE_RESOURCE_GROUPS")
    port: int = Field(6516, alias="WAC_PORT", ge=1, le=65535)
    inbound_sources: InboundSources = Field((), alias="WAC_INBOUND_SOURCES")
    rules: Rules = Field(Rules.NEEDED, alias="WAC_RULES")
    outrank: Outrank = Field(Outrank.GENERAL, alias="WAC_OUTRANK")
    minimum_extension_version: ExtensionVersion = Field(None, alias="WAC_MINIMUM_EXTENSION_VERSION")
    gateways: GatewayUrls = Field((), alias="WAC_GATEWAYS")
    redirects_cleanup: Switch = Field(default=False, alias="WAC_REDIRECTS_CLEANUP")
    writes_per_hour: int = Field(100, alias="WAC_WRITES_PER_HOUR", ge=0)
    most_changes: Changes = Field(MostChanges(), alias="WAC_MAX_CHANGES")
    sweep_schedule: Schedule = Field("0 0 * * * *", alias="WAC_SWEEP_SCHEDULE")
    redirects_schedule: Schedule = Field("0 30 3 * * *", alias="WAC_REDIRECTS_SCHEDULE")
    client_id: ClientId | None = Field(None, alias="WAC_CLIENT_ID")
    extensions_client_id: ClientId | None = Field(None, alias="WAC_EXTENSIONS_CLIENT_ID")
    network_client_id: ClientId | None = Field(None, alias="WAC_NETWORK_CLIENT_ID")
    redirects_client_id: ClientId | None = Field(None, alias="WAC_REDIRECTS_CLIENT_ID")
    arm_endpoint: Endpoint = Field("https://management.azure.com", alias="WAC_ARM_ENDPOINT")
    graph_endpoint: Endpoint = Field("https://graph.microsoft.com", alias="WAC_GRAPH_ENDPOINT")
    events_topic: Topic = Field(None, alias="WAC_EVENTS_TOPIC")
    documentation: Documentation = Field(None, alias="WAC_DOCUMENTATION")

    @model_validator(mode="after")
    def _names_one_estate(self) -> Self:
        if self.subscriptions and self.management_group:
            raise ValueError("WAC_SUBSCRIPTIONS and WAC_MANAGEMENT_GROUP are both set: keep the one that is meant")
        return self

    connection_string: ConnectionString | None = Field(
        None, alias="APPLICATIONINSIGHTS_CONNECTION_STRING", repr=False
    )
    ingestion_identity: IngestionIdentity | None = Field(None, alias="APPLICATIONINSIGHTS_AUTHENTICATION_STRING")
    """The client id of the identity that Application Insights asks for; "" where that is the app's own."""
    sends_its_logs: TrueLike = Field(default=False, alias="PYTHON_ENABLE_OPENTELEMETRY")
    """Whether the worker leaves it to the app to send log lines, in place of handing them to the host."""

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
            gateways=frozenset(computer_name(url.host) for url in self.gateways),
            gateway_urls=tuple(dict.fromkeys(self.gateways)),
            redirects_cleanup=self.redirects_cleanup,
            writes_per_hour=self.writes_per_hour,
            most_changes=self.most_changes,
        )


class Settings(Choices):
    """All settings of the app: what it needs for its own state, besides."""

    queue_endpoint: Endpoint = Field(alias="AzureWebJobsStorage__queueServiceUri")
    table_endpoint: Endpoint = Field(alias="AzureWebJobsStorage__tableServiceUri")
    storage_client_id: ClientId | None = Field(None, alias="AzureWebJobsStorage__clientId")
    """The identity that the host reaches the same queues with, if it is told one."""
    blob_endpoint: Endpoint = Field(alias="AzureWebJobsStorage__blobServiceUri")


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
    read = {name: value for name, value in environment.items() if name.startswith("WAC_") or name in _OF_THE_PLATFORM}
    return {name: value for name, value in read.items() if value.strip()}


def _storage(environment: Mapping[str, str]) -> dict[str, str]:
    identity = f"{STORAGE}__clientId"
    found = {identity: environment[identity]} if environment.get(identity) else {}
    account = environment.get(f"{STORAGE}__accountName")
    for service in ("queue", "table", "blob"):
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
