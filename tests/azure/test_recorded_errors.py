"""What Azure's recorded refusals mean to the app, through the real SDKs."""

from datetime import timedelta
from pathlib import Path

import pytest

from shared.azure.clients import AzureClients
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.reading import Reader
from shared.azure.write import write
from shared.model.estate import Access, Direction, SecurityRule
from shared.model.plan import PutSecurityRule
from shared.model.resource_id import ResourceId
from tests.azure.conftest import Give
from tests.azure.recordings import Answer, answers_of, needs_recordings, recordings

pytestmark = needs_recordings

NSG = ResourceId("/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/networkSecurityGroups/n")
RULE = SecurityRule("r", 100, Direction.OUTBOUND, Access.ALLOW, "Tcp", ("*",), ("*",), ("*",), ("443",))

type Meaning = type[Absent | PassingFailure | Refusal]

# By status and code; what is not named here is told as Azure's no.
PASSING = {
    (400, "SecurityRuleConflict"),
    (409, "AnotherOperationInProgress"),
    (409, "OperationNotAllowed"),
    (429, "OperationNotAllowed"),
    (429, "RetryableError"),
    (429, "SubscriptionRequestsThrottled"),
    (503, "ServerTimeout"),
}
ABSENT = {
    (404, "NotFound"),
    (404, "ParentResourceNotFound"),
    (404, "ResourceGroupNotFound"),
    (404, "ResourceNotFound"),
}
REFUSED = {
    (400, "ApplicationGatewayLoadBalancingNotSupportedOnSecondaryIpConfigurations"),
    (400, "BadRequest"),
    (400, "GetEffectiveNetworkSecurityGroupsApiNotAllowed"),
    (400, "InUseSubnetCannotBeDeleted"),
    (400, "InvalidParameter"),
    (400, "InvalidQuery"),
    (400, "InvalidResourceReference"),
    (400, "LoadBalancingRulesNotSupportedOnSecondaryIpConfigurations"),
    (400, "NetworkSecurityGroupNotFoundForFlowLog"),
    (400, "NicInUse"),
    (400, "PrincipalNotFound"),
    (400, "PrivateIPAddressNotInAnySubnet"),
    (400, "PublicIPAddressCannotBeDeleted"),
    (400, "ResourcePurchaseValidationFailed"),
    (400, "StorageProvisioningStateNotSucceeded"),
    (403, "AuthorizationFailed"),
    (403, "LinkedAuthorizationFailed"),
    (409, "NotSupported"),
    (409, "PropertyChangeNotAllowed"),
}
MEANINGS: dict[tuple[int, str], Meaning] = {
    **dict.fromkeys(PASSING, PassingFailure),
    **dict.fromkeys(ABSENT, Absent),
    **dict.fromkeys(REFUSED, Refusal),
}


async def read(clients: AzureClients) -> None:
    groups = clients.network(NSG.subscription_id).network_security_groups
    await Reader(clients.limit, lambda _: None).one(groups.get, NSG.resource_group, NSG.name)


async def put_rule(clients: AzureClients) -> None:
    await write(clients, PutSecurityRule(NSG.child("securityRules", "r"), None, RULE))


def assert_means(error: Exception, recorded: Answer) -> None:
    assert type(error) is MEANINGS[recorded.status, recorded.code]
    assert recorded.body.get("error", recorded.body)["message"] in str(error)
    if isinstance(error, Refusal):
        assert error.code == recorded.code
    if isinstance(error, PassingFailure):
        asked = recorded.retry_after
        assert error.retry_after == (None if asked is None else timedelta(seconds=asked))


OF_ARM = [one for one in recordings("arm/errors", "manual") if not one.id.startswith("graph_")]


@pytest.mark.parametrize("recording", OF_ARM)
async def test_a_recorded_error_means_the_same_to_reads_and_writes(recording: Path, give: Give) -> None:
    for recorded in answers_of(recording):
        clients = give(recorded, recorded)
        for request in (read, put_rule):
            with pytest.raises((Absent, PassingFailure, Refusal)) as caught:
                await request(clients)
            assert_means(caught.value, recorded)


@pytest.mark.parametrize("recording", recordings("arm/retry_sequences"))
async def test_a_recorded_sequence_is_put_off_until_azure_takes_it(recording: Path, give: Give) -> None:
    recorded = answers_of(recording)
    assert recorded[0].status >= 400
    clients = give(*recorded)
    for answer in recorded:
        if answer.status < 300:
            await put_rule(clients)
            continue
        with pytest.raises(PassingFailure) as caught:
            await put_rule(clients)
        assert_means(caught.value, answer)
