"""The clients: made once, closed whole, and never doing more than they were asked to."""

import gc
import logging

import pytest

from shared.azure.check_queue import send_check
from shared.azure.clients import AzureClients, Purpose
from shared.azure.facts import AzureFacts
from shared.azure.failures import Refusal
from shared.azure.subjects import read_subject
from shared.azure.write import write
from shared.model.check import Check
from shared.model.estate import Access, Direction, SecurityRule
from shared.model.plan import PutSecurityRule
from shared.model.resource_id import ResourceId
from shared.settings import parse_choices, parse_settings
from simulator.local import LocalAzure
from tests.azure.conftest import Give
from tests.azure.recordings import Answer, Replay

VM = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/web")
_IDENTITIES = (
    "WAC_CLIENT_ID",
    "WAC_EXTENSIONS_CLIENT_ID",
    "WAC_NETWORK_CLIENT_ID",
    "WAC_REDIRECTS_CLIENT_ID",
)
NOT_REGISTERED = {
    "error": {
        "code": "MissingSubscriptionRegistration",
        "message": "The subscription is not registered to use namespace 'Microsoft.Network'. See https://aka.ms/rps-not-"
        "found for how to register subscriptions.",
    }
}


async def test_a_read_never_registers_a_resource_provider_though_the_sdk_would(
    give: Give, replay: tuple[Replay, AzureClients]
) -> None:
    refused = Answer(409, NOT_REGISTERED)
    clients = give(refused, Answer(200, {"registrationState": "Registered"}), Answer(200, {}), refused)
    with pytest.raises(Refusal) as caught:
        await AzureFacts(clients).service_tags("11111111-2222-3333-4444-555555555555", "westeurope")
    assert caught.value.code == "MissingSubscriptionRegistration"
    assert replay[0].asked == ["GET"]


async def test_nor_does_a_write(give: Give, replay: tuple[Replay, AzureClients]) -> None:
    rule = SecurityRule("r", 100, Direction.OUTBOUND, Access.ALLOW, "Tcp", ("*",), ("*",), ("*",), ("443",))
    nsg = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n")
    with pytest.raises(Refusal, match="MissingSubscriptionRegistration"):
        await write(give(Answer(409, NOT_REGISTERED)), PutSecurityRule(nsg.child("securityRules", "r"), None, rule))
    assert replay[0].asked == ["PUT"]


async def test_a_client_is_made_once_for_each_subscription_whatever_its_case(give: Give) -> None:
    clients = give()
    assert clients.compute("ABC") is clients.compute("abc")
    assert clients.network("abc") is not clients.network("def")
    assert clients.queue("one") is not clients.queue("two")
    assert clients.table("one") is clients.table("one") is not clients.table("two")


async def test_closing_leaves_no_connection_open(
    azure: LocalAzure, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    environment = azure.environment()
    for name, text in environment.items():
        monkeypatch.setenv(name, text)
    clients = AzureClients(parse_settings(environment))
    await AzureFacts(clients).service_tags(azure.world.subscription_id, "westeurope")
    await send_check(clients, Check(VM, "test", "c", None))
    await read_subject(clients, VM)
    await clients.close()
    del clients
    with caplog.at_level(logging.ERROR):
        gc.collect()
    assert caplog.records == []


async def test_without_storage_in_the_settings_there_is_no_queue_and_no_table_to_write_to() -> None:
    clients = AzureClients(parse_choices({}))
    with pytest.raises(TypeError, match="no storage"):
        clients.queue("checks")
    with pytest.raises(TypeError, match="no storage"):
        clients.table("subjects")
    await clients.close()


async def test_each_purpose_has_the_client_of_its_own_identity_and_none_besides() -> None:
    ids = {name: f"11111111-2222-3333-4444-55555555555{number}" for number, name in enumerate(_IDENTITIES)}
    clients = AzureClients(parse_choices(ids))
    assert clients.compute("s") is not clients.compute("s", Purpose.EXTENSIONS)
    assert clients.network("s") is not clients.network("s", Purpose.NETWORK)
    assert await clients.graph() is not await clients.graph(Purpose.REDIRECTS)
    await clients.close()


async def test_one_identity_for_all_has_one_client_for_all() -> None:
    clients = AzureClients(parse_choices({"WAC_CLIENT_ID": "11111111-2222-3333-4444-555555555555"}))
    assert clients.compute("s") is clients.compute("s", Purpose.EXTENSIONS)
    assert clients.network("s") is clients.network("s", Purpose.NETWORK)
    assert await clients.graph() is await clients.graph(Purpose.REDIRECTS)
    await clients.close()
