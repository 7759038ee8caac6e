"""What is deployed to a subscription follows from what azd knows, and from nothing else."""

from typing import Any

import pytest

from scripts.installation import (
    EnforcedScopes,
    NotInstalled,
    SystemTopic,
    enforced_scopes,
    surplus_assignments,
    topic_of,
    watch_parameters,
    watched_subscriptions,
)
from shared.settings import parse_choices
from tests.infra.bicep import INFRA, parsed
from tests.scripts.conftest import ENVIRONMENT, EVENTS_IDENTITY, EXTENSIONS, GUARD, NETWORK, OTHER, OURS

IN_OURS = f"/subscriptions/{OURS}"
IN_OTHER = f"/subscriptions/{OTHER}"
ENFORCING = {"WAC_EXTENSION_MODE": "enforce", "WAC_NETWORK_MODE": "Enforce"}

SCOPES: dict[str, tuple[str, EnforcedScopes]] = {
    "nothing is enforced where no scope is named": ("", EnforcedScopes()),
    "a subscription": (IN_OURS, EnforcedScopes(subscription=True)),
    "a subscription by its id alone": (f" {OURS}/ ", EnforcedScopes(subscription=True)),
    "resource groups, each once": (
        f"{IN_OURS}/resourceGroups/rg-a, {IN_OURS}/resourcegroups/RG-A,{IN_OURS}/resourceGroups/rg-b",
        EnforcedScopes(resource_groups=("RG-A", "rg-b")),
    ),
    "a subscription has its groups in it": (
        f"{IN_OURS}/resourceGroups/rg-a,{IN_OURS}",
        EnforcedScopes(subscription=True),
    ),
    "another subscription's are none of this one's": (f"{IN_OTHER},{IN_OTHER}/resourceGroups/rg-a", EnforcedScopes()),
}


@pytest.mark.parametrize(("named", "expected"), SCOPES.values(), ids=SCOPES)
def test_the_enforcers_are_given_their_roles_where_scopes_are_named(named: str, expected: EnforcedScopes) -> None:
    assert enforced_scopes({"WAC_ENFORCE_SCOPES": named}, OURS.upper()) == expected


@pytest.mark.parametrize("named", [named for named, _ in SCOPES.values()], ids=SCOPES)
def test_the_app_reads_the_same_scopes(named: str) -> None:
    read = enforced_scopes({"WAC_ENFORCE_SCOPES": named}, OURS)
    of_it = [
        scope
        for scope in parse_choices({"WAC_ENFORCE_SCOPES": named}).enforce_scopes
        if scope.subscription_id == OURS
    ]
    assert read.subscription == any(scope.resource_group is None for scope in of_it)
    if not read.subscription:
        groups = {scope.resource_group.casefold() for scope in of_it if scope.resource_group}
        assert {name.casefold() for name in read.resource_groups} == groups


@pytest.mark.parametrize("named", ["everything", f"{IN_OURS}/resourceGroups/", "/providers/Microsoft.Management/x"])
def test_what_is_no_scope_stops_it_all(named: str) -> None:
    with pytest.raises(NotInstalled, match="is no scope: give"):
        enforced_scopes({"WAC_ENFORCE_SCOPES": named}, OURS)


def test_the_app_s_own_subscription_is_watched_first_and_each_once() -> None:
    assert watched_subscriptions(ENVIRONMENT) == (OURS,)
    assert watched_subscriptions(ENVIRONMENT | {"WAC_WATCH_SUBSCRIPTIONS": f"{OTHER}, {OURS},"}) == (OURS, OTHER)


@pytest.mark.parametrize("missing", sorted({*ENVIRONMENT} - {"AZURE_LOCATION", "WAC_REDIRECTS_PRINCIPAL_ID"}))
def test_whatever_is_missing_is_named_with_what_to_do(missing: str) -> None:
    environment = {name: value for name, value in ENVIRONMENT.items() if name != missing}
    with pytest.raises(NotInstalled, match=f"{missing} is not set: run azd provision"):
        watch_parameters(environment, watched_subscriptions(environment)[0], None)


def test_every_parameter_is_one_of_the_deployment_and_each_that_it_needs_is_given() -> None:
    topic = SystemTopic("theirs", "rg-theirs", takes_dead_letters=True)
    given = watch_parameters(ENVIRONMENT, OURS, topic)
    declared = parsed(INFRA / "watch.bicep")["parameters"]
    assert set(given) <= set(declared)
    assert {name for name, one in declared.items() if one["default"] is None} <= set(given)


def test_only_what_is_enforced_is_permitted() -> None:
    def permitted(**settings: str) -> tuple[Any, ...]:
        given = watch_parameters(ENVIRONMENT | settings, OURS, None)
        names = ("enforceExtensions", "enforceNetwork", "enforceSubscription", "enforceResourceGroups")
        return tuple(given[name]["value"] for name in names)

    assert permitted() == (False, False, False, [])
    assert permitted(WAC_EXTENSION_MODE="enforce") == (True, False, False, [])
    assert permitted(**ENFORCING, WAC_ENFORCE_SCOPES=IN_OURS) == (True, True, True, [])
    assert permitted(WAC_NETWORK_MODE="audit", WAC_ENFORCE_SCOPES=IN_OURS) == (False, False, True, [])


def test_alerts_link_to_where_people_read_the_docs() -> None:
    def linked(**settings: str) -> str:
        return str(watch_parameters(ENVIRONMENT | settings, OURS, None)["documentation"]["value"])

    assert linked() == linked(WAC_DOCUMENTATION="") == "docs/"
    assert linked(WAC_DOCUMENTATION="https://wiki.contoso.com/docs") == "https://wiki.contoso.com/docs/"


TOPICS: dict[str, tuple[dict[str, Any], SystemTopic | None]] = {
    "a topic of something else is not the subscription's": (
        {"topicType": "Microsoft.Storage.StorageAccounts", "name": "t", "resourceGroup": "rg"},
        None,
    ),
    "another team's without an identity": (
        {"topicType": "microsoft.resources.subscriptions", "name": "t", "resourceGroup": "rg", "identity": None},
        SystemTopic("t", "rg", takes_dead_letters=False),
    ),
    "another team's with our identity": (
        {
            "topicType": "Microsoft.Resources.Subscriptions",
            "name": "t",
            "resourceGroup": "rg",
            "identity": {"userAssignedIdentities": {EVENTS_IDENTITY.upper(): {}}},
        },
        SystemTopic("t", "rg", takes_dead_letters=True),
    ),
}


@pytest.mark.parametrize(("listed", "expected"), TOPICS.values(), ids=TOPICS)
def test_a_system_topic_that_is_there_is_taken(listed: dict[str, Any], expected: SystemTopic | None) -> None:
    assert topic_of([listed], EVENTS_IDENTITY) == expected
    given = watch_parameters(ENVIRONMENT, OURS, expected)
    assert given.get("systemTopicName", {}).get("value") == (expected and expected.name)
    if expected is not None:
        identity = EVENTS_IDENTITY if expected.takes_dead_letters else ""
        assert given["systemTopicIdentityId"]["value"] == identity


def test_our_own_system_topic_is_deployed_again() -> None:
    ours = SystemTopic("evgst-wac-guard", "RG-wac-guard-events", takes_dead_letters=True)
    assert "systemTopicName" not in watch_parameters(ENVIRONMENT, OURS, ours)


def assignment(role: str, principal: str, scope: str) -> dict[str, str]:
    name = f"WAC Guard {role} ({OURS})"
    return {"id": f"{role}@{scope}", "roleDefinitionName": name, "principalId": principal, "scope": scope}


def surplus(*assignments: dict[str, str], **settings: str) -> set[str]:
    parameters = watch_parameters(ENVIRONMENT | ENFORCING | settings, OURS, None)
    return set(surplus_assignments(assignments, parameters, OURS))


def test_what_is_wanted_is_left() -> None:
    scope = f"{IN_OURS}/resourceGroups/rg-a"
    wanted = (
        assignment("auditor", GUARD, IN_OURS),
        assignment("extension enforcer", EXTENSIONS, scope.upper()),
        assignment("network enforcer", NETWORK, scope),
    )
    assert surplus(*wanted, WAC_ENFORCE_SCOPES=scope) == set()


def test_a_ring_that_is_narrowed_is_taken_back() -> None:
    whole = assignment("extension enforcer", EXTENSIONS, IN_OURS)
    assert surplus(whole, WAC_ENFORCE_SCOPES=f"{IN_OURS}/resourceGroups/rg-a") == {whole["id"]}


def test_a_mode_that_is_back_to_audit_takes_its_role_back() -> None:
    network = assignment("network enforcer", NETWORK, IN_OURS)
    assert surplus(network, WAC_ENFORCE_SCOPES=IN_OURS, WAC_NETWORK_MODE="audit") == {network["id"]}
    assert surplus(network, WAC_ENFORCE_SCOPES=IN_OURS) == set()


def test_an_identity_that_had_it_before_loses_it() -> None:
    old = assignment("extension enforcer", GUARD, IN_OURS)
    assert surplus(old, WAC_ENFORCE_SCOPES=IN_OURS) == {old["id"]}


def test_people_and_other_roles_are_left_alone() -> None:
    people = assignment("diagnostician", "somebody", IN_OURS)
    reader = {"id": "reader", "roleDefinitionName": "Reader", "principalId": GUARD, "scope": IN_OURS}
    assert surplus(people, reader) == set()
