"""Settings: safe when nothing is said, and every fault told at once with what to put instead."""

import pytest

from shared.model.application import GatewayUrl
from shared.model.desired import DesiredState, Mode, Outrank, RedirectsMode, Rules, Scope
from shared.model.resource_id import HOME_TENANT
from shared.settings import SettingsError, parse_choices, parse_settings

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
STORAGE = {"AzureWebJobsStorage__accountName": "wacguard"}
INSIGHTS, AUTHENTICATION = "APPLICATIONINSIGHTS_CONNECTION_STRING", "APPLICATIONINSIGHTS_AUTHENTICATION_STRING"
CONNECTION = (
    f"InstrumentationKey={SUBSCRIPTION};IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/"
)


def test_without_any_choice_nothing_may_be_written() -> None:
    settings = parse_settings(STORAGE)
    assert settings.desired == DesiredState()
    assert (settings.desired.extension_mode, settings.desired.network_mode) == (Mode.AUDIT, Mode.AUDIT)
    assert settings.desired.redirects_mode is RedirectsMode.AUDIT
    assert not settings.desired.redirects_cleanup
    assert settings.desired.enforce_scopes == ()
    assert settings.desired.inbound_sources == ()


def test_an_empty_setting_counts_as_not_set() -> None:
    assert parse_settings({**STORAGE, "WAC_EXTENSION_MODE": " ", "WAC_PORT": ""}) == parse_settings(STORAGE)


def test_every_choice_arrives_where_the_decisions_look_for_it() -> None:
    settings = parse_settings(
        {
            **STORAGE,
            "WAC_SUBSCRIPTIONS": SUBSCRIPTION.upper(),
            "WAC_EXTENSION_MODE": "enforce",
            "WAC_NETWORK_MODE": "enforce",
            "WAC_REDIRECTS_MODE": "migrate",
            "WAC_REDIRECTS_CLEANUP": "on",
            "WAC_ENFORCE_SCOPES": f"/subscriptions/{SUBSCRIPTION}/resourceGroups/ring-0, {SUBSCRIPTION}",
            "WAC_EXCLUDE_TAG": "wac=no",
            "WAC_EXCLUDE_RESOURCE_GROUPS": "rg-legacy, RG-Lab",
            "WAC_PORT": "6600",
            "WAC_INBOUND_SOURCES": "203.0.113.0/24,2001:db8::/32,AzureCloud.westeurope",
            "WAC_RULES": "always",
            "WAC_OUTRANK": "none",
            "WAC_MINIMUM_EXTENSION_VERSION": "0.0.0.345",
            "WAC_GATEWAYS": "https://WACGW01.contoso.com:6600, https://wacgw02, https://wac-3.contoso.com/",
            "WAC_WRITES_PER_HOUR": "0",
        }
    )
    assert settings.desired == DesiredState(
        extension_mode=Mode.ENFORCE,
        network_mode=Mode.ENFORCE,
        redirects_mode=RedirectsMode.MIGRATE,
        enforce_scopes=(Scope(SUBSCRIPTION, "ring-0"), Scope(SUBSCRIPTION)),
        exclude_tag=("wac", "no"),
        exclude_resource_groups=frozenset({"rg-legacy", "rg-lab"}),
        port=6600,
        inbound_sources=("203.0.113.0/24", "2001:db8::/32", "AzureCloud.westeurope"),
        rules=Rules.ALWAYS,
        outrank=Outrank.NONE,
        minimum_extension_version="0.0.0.345",
        gateways=frozenset({"wacgw01", "wacgw02", "wac-3"}),
        gateway_urls=(
            GatewayUrl("wacgw01.contoso.com", 6600),
            GatewayUrl("wacgw02", 443),
            GatewayUrl("wac-3.contoso.com", 443),
        ),
        redirects_cleanup=True,
        writes_per_hour=0,
    )
    assert settings.watches(SUBSCRIPTION)
    assert not settings.watches("99999999-2222-3333-4444-555555555555")


def test_what_lies_in_no_subscription_is_watched_whichever_are_named() -> None:
    for named in ({}, {"WAC_SUBSCRIPTIONS": SUBSCRIPTION}):
        assert parse_settings({**STORAGE, **named}).watches(HOME_TENANT.subscription_id)


@pytest.mark.parametrize(("text", "chosen"), [("on", True), ("True", True), ("off", False), ("FALSE", False)])
def test_a_switch_is_on_or_off_in_any_letters(text: str, chosen: bool) -> None:
    assert parse_settings({**STORAGE, "WAC_REDIRECTS_CLEANUP": text}).desired.redirects_cleanup is chosen


def test_a_gateway_s_url_is_what_a_browser_makes_of_it_and_counts_once() -> None:
    listed = "https://WAC.contoso.com:443/,https://wac.contoso.com, https://wac.contoso.com:6600"
    assert [str(url) for url in parse_settings({**STORAGE, "WAC_GATEWAYS": listed}).desired.gateway_urls] == [
        "https://wac.contoso.com",
        "https://wac.contoso.com:6600",
    ]


FAULTS = {
    ("WAC_EXTENION_MODE", "enforce"): "did you mean WAC_EXTENSION_MODE?",
    ("WAC_NETWORK_MODE", "enforced"): "WAC_NETWORK_MODE: Input should be 'audit' or 'enforce'",
    ("WAC_SUBSCRIPTIONS", "production"): "'production' is no subscription id: give GUIDs",
    ("WAC_ENFORCE_SCOPES", "rg-web"): "'rg-web' is no scope: give /subscriptions/<id>",
    ("WAC_ENFORCE_SCOPES", f"/subscriptions/{SUBSCRIPTION}/resourceGroups/a/providers/b"): "is no scope",
    ("WAC_EXCLUDE_TAG", "wac-guard"): "'wac-guard' is no tag: give name=value",
    ("WAC_PORT", "70000"): "WAC_PORT: Input should be less than or equal to 65535",
    ("WAC_PORT", "https"): "WAC_PORT: Input should be a valid integer",
    ("WAC_INBOUND_SOURCES", "*"): "'*' is no source",
    ("WAC_INBOUND_SOURCES", "any"): "'any' is no source",
    ("WAC_INBOUND_SOURCES", "0.0.0.0/0"): "'0.0.0.0/0' admits everybody",
    ("WAC_INBOUND_SOURCES", "::/0"): "'::/0' admits everybody",
    ("WAC_INBOUND_SOURCES", "10.0.0.1/8"): "'10.0.0.1/8' is no source",
    ("WAC_RULES", "never"): "WAC_RULES: Input should be 'needed' or 'always'",
    ("WAC_OUTRANK", "all"): "WAC_OUTRANK: Input should be 'none', 'general' or 'any'",
    ("WAC_MINIMUM_EXTENSION_VERSION", "latest"): "'latest' is no extension version",
    (
        "WAC_GATEWAYS",
        "wacgw01",
    ): "'wacgw01' is no gateway: give URLs with host names, such as https://wac.contoso.com:6600",
    ("WAC_GATEWAYS", "http://wacgw01:6600"): "'http://wacgw01:6600' is no gateway",
    ("WAC_GATEWAYS", "https://wacgw01, https://"): "'https://' is no gateway",
    ("WAC_GATEWAYS", "https://wacgw01/signin-oidc"): "is no gateway",
    ("WAC_GATEWAYS", "https://10.0.0.4:6600"): "'https://10.0.0.4:6600' is no gateway",
    ("WAC_GATEWAYS", "https://wacgw01:0"): "'https://wacgw01:0' is no gateway",
    ("WAC_GATEWAYS", "https://wacgw01:65536"): "'https://wacgw01:65536' is no gateway",
    ("WAC_REDIRECTS_MODE", "enforce"): "WAC_REDIRECTS_MODE: Input should be 'audit' or 'migrate'",
    ("WAC_REDIRECTS_CLEANUP", "later"): "'later' is neither on nor off: give one of these",
    ("WAC_WRITES_PER_HOUR", "-1"): "WAC_WRITES_PER_HOUR: Input should be greater than or equal to 0",
    ("WAC_WRITES_PER_HOUR", "many"): "WAC_WRITES_PER_HOUR: Input should be a valid integer",
    ("WAC_ARM_ENDPOINT", "http://management.azure.com"): "is no endpoint: give an address that begins with https://",
    (
        "WAC_EVENTS_TOPIC",
        "https://topic.westeurope-1.eventgrid.azure.net",
    ): "is no endpoint of an Event Grid topic: give the one that the topic's overview shows, such as https://",
    (
        "WAC_DOCUMENTATION",
        "http://wiki.contoso.com/docs",
    ): "is no folder of documentation: give the https address of the one that findings.md is in",
    ("WAC_DOCUMENTATION", "docs"): "'docs' is no folder of documentation",
    ("WAC_DOCUMENTATION", "https://wiki.contoso.com/docs/findings.md"): "is no folder of documentation",
    ("WAC_DOCUMENTATION", "https://wiki.contoso.com/docs#reasons"): "without a fragment",
    ("WAC_DOCUMENTATION", "https://ada:secret@wiki.contoso.com/docs"): "is no folder of documentation",
    ("WAC_DOCUMENTATION", 'https://wiki.contoso.com/"><script>'): "is no folder of documentation",
    ("WAC_DOCUMENTATION", f"https://wiki.contoso.com/{'a' * 500}"): "is no folder of documentation",
    ("WAC_GRAPH_ENDPOINT", "http://graph.microsoft.com"): "is no endpoint: give an address that begins with https://",
    (
        INSIGHTS,
        "00000000-1111-2222-3333-444444444444",
    ): "that is no connection string of Application Insights: copy it",
    (INSIGHTS, "InstrumentationKey=key"): "that is no connection string",
    (INSIGHTS, f"{CONNECTION};"): "that is no connection string",
    (INSIGHTS, f" {CONNECTION}"): "that is no connection string",
    ("WAC_CLIENT_ID", "id-wac-guard"): "'id-wac-guard' is no client id: give the GUID that the managed identity's",
    ("WAC_EXTENSIONS_CLIENT_ID", "none"): "'none' is no client id",
    ("WAC_NETWORK_CLIENT_ID", f"{SUBSCRIPTION}0"): "is no client id",
    ("WAC_REDIRECTS_CLIENT_ID", f"/subscriptions/{SUBSCRIPTION}"): "is no client id",
    ("AzureWebJobsStorage__clientId", "wacguard"): "'wacguard' is no client id",
    (AUTHENTICATION, "AAD"): "'AAD' names no identity: give Authorization=AAD or Authorization=AAD;ClientId=<id>",
    (AUTHENTICATION, "Authorization=AAD;ClientId=wac-guard"): "names no identity",
}


@pytest.mark.parametrize(("setting", "told"), FAULTS.items(), ids=[f"{name}={value}" for name, value in FAULTS])
def test_a_fault_is_told_with_what_to_put_instead(setting: tuple[str, str], told: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings({**STORAGE, setting[0]: setting[1]})
    assert told in str(caught.value)


def test_all_faults_are_told_at_once() -> None:
    faulty = {name: value for name, value in FAULTS if name != "WAC_EXTENION_MODE"}
    with pytest.raises(SettingsError) as caught:
        parse_settings(faulty)
    message = str(caught.value)
    assert [name for name in faulty if name not in message] == []
    assert "AzureWebJobsStorage__queueServiceUri is missing" in message
    assert "AzureWebJobsStorage__tableServiceUri is missing" in message
    assert "AzureWebJobsStorage__blobServiceUri is missing" in message


def test_the_storage_account_s_name_gives_its_endpoints() -> None:
    settings = parse_settings(STORAGE)
    assert settings.queue_endpoint == "https://wacguard.queue.core.windows.net"
    assert settings.table_endpoint == "https://wacguard.table.core.windows.net"
    assert settings.blob_endpoint == "https://wacguard.blob.core.windows.net"


def test_an_endpoint_that_is_named_goes_before_the_account_s_name() -> None:
    settings = parse_settings({**STORAGE, "AzureWebJobsStorage__tableServiceUri": "https://localhost:10002/dev/"})
    assert settings.table_endpoint == "https://localhost:10002/dev"
    assert settings.queue_endpoint == "https://wacguard.queue.core.windows.net"


@pytest.mark.parametrize("end", ["", "/"])
def test_a_topic_is_named_by_its_endpoint_and_there_is_none_unless_it_is(end: str) -> None:
    topic = "https://topic.westeurope-1.eventgrid.azure.net/api/events"
    assert parse_settings({**STORAGE, "WAC_EVENTS_TOPIC": f"{topic}{end}"}).events_topic == topic
    assert parse_settings({**STORAGE, "WAC_EVENTS_TOPIC": ""}).events_topic is None


@pytest.mark.parametrize(
    "folder",
    [
        "https://github.com/contoso/wac-guard/blob/main/docs",
        "https://dev.azure.com/contoso/wac/_git/wac-guard?path=/docs",
        "https://wiki.contoso.com:8443",
    ],
)
@pytest.mark.parametrize("end", ["", "/"])
def test_the_documentation_is_a_folder_by_its_https_address_and_there_is_none_unless_it_is_named(
    folder: str, end: str
) -> None:
    assert parse_settings({**STORAGE, "WAC_DOCUMENTATION": f"{folder}{end}"}).documentation == folder
    assert parse_settings({**STORAGE, "WAC_DOCUMENTATION": ""}).documentation is None


@pytest.mark.parametrize("service", ["queue", "table", "blob"])
def test_an_endpoint_of_storage_has_to_be_an_address(service: str) -> None:
    with pytest.raises(SettingsError, match=f"AzureWebJobsStorage__{service}ServiceUri: .* is no endpoint"):
        parse_settings({**STORAGE, f"AzureWebJobsStorage__{service}ServiceUri": "wacguard"})


def test_the_whole_internet_is_admitted_only_in_as_many_words() -> None:
    assert parse_settings({**STORAGE, "WAC_INBOUND_SOURCES": "Internet"}).inbound_sources == ("Internet",)


def test_without_a_connection_string_nothing_is_sent_to_application_insights() -> None:
    settings = parse_settings(STORAGE)
    assert (settings.connection_string, settings.ingestion_identity, settings.sends_its_logs) == (None, None, False)


@pytest.mark.parametrize(
    ("said", "identity"),
    [("Authorization=AAD", ""), (f"Authorization=AAD;ClientId={SUBSCRIPTION}", SUBSCRIPTION)],
)
def test_application_insights_is_reached_as_the_platform_s_settings_say(said: str, identity: str) -> None:
    settings = parse_settings(
        {**STORAGE, INSIGHTS: CONNECTION, AUTHENTICATION: said, "PYTHON_ENABLE_OPENTELEMETRY": "True"}
    )
    assert (settings.connection_string, settings.ingestion_identity) == (CONNECTION, identity)
    assert settings.sends_its_logs
    assert CONNECTION not in repr(settings)


def test_other_settings_of_the_function_app_are_none_of_our_business() -> None:
    assert parse_settings({**STORAGE, "FUNCTIONS_WORKER_RUNTIME": "python", "WACKY": "yes"}) == parse_settings(
        STORAGE
    )


def test_whoever_keeps_no_state_needs_no_storage_and_decides_by_the_same_choices() -> None:
    chosen = {"WAC_PORT": "6600", "WAC_INBOUND_SOURCES": "203.0.113.0/24"}
    assert parse_choices(chosen).desired == parse_settings({**STORAGE, **chosen}).desired
    with pytest.raises(SettingsError, match="WAC_PROT is not a setting of WAC Guard; did you mean WAC_PORT"):
        parse_choices({"WAC_PROT": "6600"})
