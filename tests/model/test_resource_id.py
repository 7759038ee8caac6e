"""ResourceId: an ARM id whatever its case, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.model.resource_id import (
    APPLICATION,
    ESTATE,
    HOME_TENANT,
    NETWORK_SECURITY_GROUP,
    RESOURCE_GROUP,
    SECURITY_RULE,
    TENANT,
    VIRTUAL_MACHINE,
    WHOLE_ESTATE,
    ResourceId,
    subscription_resource_id,
)
from shared.model.resource_id import SUBSCRIPTION as SUBSCRIPTION_TYPE

SUBSCRIPTION = "11111111-2222-3333-4444-555555555555"
GROUP = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-web"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web-1"
NSG = f"{GROUP}/providers/Microsoft.Network/networkSecurityGroups/nsg-web"

APP = "/providers/Microsoft.Graph/applications/0a1b2c3d-1111-4222-8333-444455556666"

NO_IDS = {
    "nothing": "",
    "a slash": "/",
    "a name": "web-1",
    "subscriptions without one": "/subscriptions/",
    "a subscription's collection": f"/subscriptions/{SUBSCRIPTION}/resourceGroups",
    "a subscription with a line after it": f"/subscriptions/{SUBSCRIPTION}\n",
    "a collection without a name": f"{GROUP}/providers/Microsoft.Compute/virtualMachines",
    "an empty name": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/",
    "a missing provider": f"{GROUP}/Microsoft.Compute/virtualMachines/web-1",
    "a tenant's resource": "/providers/Microsoft.Management/managementGroups/root",
    "what Graph has that is not looked at": "/providers/Microsoft.Graph/users/0a1b2c3d",
    "app registrations without one": "/providers/Microsoft.Graph/applications",
    "a part of an app registration": f"{APP}/owners/0a1b2c3d",
    "a way up from an app registration": "/providers/Microsoft.Graph/applications/..",
    "an app registration's path in Graph": "/applications/0a1b2c3d-1111-4222-8333-444455556666",
    "a way up the tree": f"{GROUP}/providers/Microsoft.Compute/virtualMachines/..",
    "a query": f"{VM}?api-version=2026-01-01",
    "an escape": f"{GROUP}%2Fproviders/Microsoft.Compute/virtualMachines/x/y",
    "a line break": f"{VM}\n",
}


@pytest.mark.parametrize("text", NO_IDS.values(), ids=NO_IDS.keys())
def test_what_is_no_resource_id_is_refused_with_what_one_looks_like(text: str) -> None:
    with pytest.raises(ValueError, match="one looks like /subscriptions/"):
        ResourceId(text)


def test_an_id_knows_its_parts() -> None:
    rule = ResourceId(f"{NSG}/securityRules/PortForWAC")
    assert (rule.subscription_id, rule.resource_group, rule.name) == (SUBSCRIPTION, "rg-web", "PortForWAC")
    assert rule.is_a(SECURITY_RULE)
    assert rule.parent == ResourceId(NSG)
    assert rule.parent is not None
    assert rule.parent.is_a(NETWORK_SECURITY_GROUP)
    assert rule.parent.parent is None
    assert rule.resource_group_id == ResourceId(GROUP)
    assert rule.resource_group_id.is_a(RESOURCE_GROUP)
    assert ResourceId(NSG).child("securityRules", "PortForWAC") == rule


def test_what_is_the_tenant_s_lies_in_no_subscription_and_has_no_parent() -> None:
    app = ResourceId(APP)
    assert (app.name, app.type) == ("0a1b2c3d-1111-4222-8333-444455556666", APPLICATION)
    for one, resource_type in ((app, APPLICATION), (HOME_TENANT, TENANT), (WHOLE_ESTATE, ESTATE)):
        assert one.is_a(resource_type)
        assert one.is_of_the_tenant
        assert (one.subscription_id, one.resource_group, one.parent) == ("", "", None)
        with pytest.raises(ValueError, match="lies in no resource group"):
            _ = one.resource_group_id
    assert not ResourceId(VM).is_of_the_tenant


def test_a_subscription_is_of_itself_and_lies_in_no_resource_group() -> None:
    subscription = subscription_resource_id(SUBSCRIPTION)
    assert subscription.is_a(SUBSCRIPTION_TYPE)
    assert (subscription.name, subscription.subscription_id) == (SUBSCRIPTION, SUBSCRIPTION)
    assert (subscription.resource_group, subscription.parent, subscription.is_of_the_tenant) == ("", None, False)
    with pytest.raises(ValueError, match="lies in no resource group"):
        _ = subscription.resource_group_id


def test_nothing_is_the_child_of_an_app_registration() -> None:
    with pytest.raises(ValueError, match="is no resource id"):
        ResourceId(APP).child("owners", "somebody")


@pytest.mark.parametrize(("whole", "resource_type"), [(VM, VIRTUAL_MACHINE), (APP, APPLICATION)])
@given(st.lists(st.booleans(), min_size=len(VM), max_size=len(VM)))
def test_the_case_of_an_id_never_matters_but_is_kept(whole: str, resource_type: str, upper: list[bool]) -> None:
    text = "".join(letter.upper() if up else letter.lower() for letter, up in zip(whole, upper, strict=False))
    assert ResourceId(text) == ResourceId(whole)
    assert hash(ResourceId(text)) == hash(ResourceId(whole))
    assert ResourceId(text).is_a(resource_type)
    assert str(ResourceId(text)) == text


def test_names_may_have_any_letters_that_azure_admits() -> None:
    name = "größe_(1).a-b"
    assert ResourceId(f"/subscriptions/{SUBSCRIPTION}/resourceGroups/{name}").name == name
