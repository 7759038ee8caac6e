"""Network security groups and their rules. A rule is an entry of its own, but has its group's etag and state."""

from __future__ import annotations

from functools import partial

from simulator.arm.answers import Answer, ArmRequest
from simulator.arm.errors import network, network_child_not_found
from simulator.arm.ids import same
from simulator.arm.network import writes
from simulator.arm.network.rules import DEFAULT_RULE_TYPE, RULE_TYPE, SECURITY_GROUPS, normalise, refuse_conflicts
from simulator.arm.network.rules import refuse_what_azure_refuses as refuse
from simulator.arm.network.tracked import referring
from simulator.arm.paging import page
from simulator.store import Json
from simulator.world import World

GROUPS, RULES = "networkSecurityGroups", "securityRules"
GROUP_TYPE = f"{writes.PROVIDER}/{GROUPS}"
DEFAULT_RULES = (
    ("AllowVnetInBound", 65000, "Inbound", "Allow", "VirtualNetwork", "VirtualNetwork", "all VMs in VNET"),
    ("AllowAzureLoadBalancerInBound", 65001, "Inbound", "Allow", "AzureLoadBalancer", "*", "azure load balancer"),
    ("DenyAllInBound", 65500, "Inbound", "Deny", "*", "*", ""),
    (
        "AllowVnetOutBound",
        65000,
        "Outbound",
        "Allow",
        "VirtualNetwork",
        "VirtualNetwork",
        "all VMs to all VMs in VNET",
    ),
    ("AllowInternetOutBound", 65001, "Outbound", "Allow", "*", "Internet", "all VMs to Internet"),
    ("DenyAllOutBound", 65500, "Outbound", "Deny", "*", "*", ""),
)


def view(world: World, group: Json) -> Json:
    """Give a group as Azure shows it: with its rules, the default ones, and all that refer to it."""
    rules = [rule_view(rule, group) for rule in world.resources.in_collection(f"{group['id']}/{RULES}")]
    properties = group["properties"] | {"securityRules": rules, "defaultSecurityRules": _default_rules(group)}
    users = {
        "networkInterfaces": referring(world, "networkInterfaces", "networkSecurityGroup", group),
        "subnets": referring(world, "virtualNetworks/subnets", "networkSecurityGroup", group),
    }
    return group | {"properties": properties | {key: found for key, found in users.items() if found}}


def rule_view(rule: Json, group: Json) -> Json:
    """Give a rule as Azure shows it."""
    state = {"provisioningState": group["properties"]["provisioningState"]}
    return _rule(rule["name"], rule["id"], group, rule["type"], state | rule["properties"])


def store_rule(world: World, group: Json, name: str, asked: Json) -> Json:
    """Check a rule and put it into the world; raises ArmError 400."""
    rule_id = f"{group['id']}/{RULES}/{name}"
    properties = normalise(asked)
    refuse(rule_id, name, properties)
    others = [
        (rule["name"], rule["properties"])
        for rule in world.resources.in_collection(f"{group['id']}/{RULES}")
        if not same(rule["id"], rule_id)
    ]
    refuse_conflicts([*others, (name, properties)])
    rule = writes.child(world.resources.get(rule_id), rule_id, RULE_TYPE, properties)
    world.resources[rule_id] = rule
    return rule


def _store_asked_rule(world: World, group: Json, name: str, asked: Json) -> Json:
    """Store a rule as a request asks for it: the application security groups that it names must be there."""
    rule = store_rule(world, group, name, asked)
    for side in SECURITY_GROUPS:
        for reference in rule["properties"].get(side, ()):
            writes.require(world, reference, rule["id"])
    return rule


def _rule(name: str, rule_id: str, group: Json, rule_type: str, properties: Json) -> Json:
    return {"name": name, "id": rule_id, "etag": group["etag"], "type": rule_type, "properties": properties}


def _default_rules(group: Json) -> list[Json]:
    rules = []
    for name, priority, direction, access, source, destination, what in DEFAULT_RULES:
        traffic = f"{direction.lower()} traffic"
        description = f"Allow {traffic} from {what}" if access == "Allow" else f"Deny all {traffic}"
        asked = {
            "description": description,
            "protocol": "*",
            "sourcePortRange": "*",
            "destinationPortRange": "*",
            "sourceAddressPrefix": source,
            "destinationAddressPrefix": destination,
            "access": access,
            "priority": priority,
            "direction": direction,
        }
        state = {"provisioningState": group["properties"]["provisioningState"]}
        rule_id = f"{group['id']}/defaultSecurityRules/{name}"
        rules.append(_rule(name, rule_id, group, DEFAULT_RULE_TYPE, state | normalise(asked)))
    return rules


def list_groups(world: World, request: ArmRequest) -> Answer:
    """Answer the lists by group and by subscription."""
    return writes.listed(world, request, GROUPS, partial(view, world))


def get_group(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one group."""
    return writes.with_etag(view(world, writes.find(world, request, GROUPS, "name")))


def put_group(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT: the rules it does not name are gone."""
    group_id = writes.resource_id(world, request, GROUPS, request.params["name"])
    existing = world.resources.get(group_id)
    if existing:
        writes.refuse_if_busy(request, existing)
    group = writes.head(existing, group_id, GROUP_TYPE, request.document)
    world.resources[group_id] = group
    for key in world.resources.below(group_id):
        del world.resources[key]
    for rule in (request.document.get("properties") or {}).get("securityRules") or []:
        _store_asked_rule(world, group, rule["name"], rule.get("properties") or {})
    answer = Answer(200 if existing else 201, view(world, group))
    return writes.begin(world, request, answer, group["location"], lambda: writes.settle(group))


def patch_group(world: World, request: ArmRequest) -> Answer:
    """Answer a PATCH, which changes tags alone."""
    group = writes.find(world, request, GROUPS, "name")
    writes.change_tags(request, group)
    return Answer(200, view(world, group))


def delete_group(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE: refused while something refers to the group, 204 if it is not there."""
    group = world.resources.get(writes.resource_id(world, request, GROUPS, request.params["name"]))
    if group is None:
        return Answer(204)
    properties = view(world, group)["properties"]
    users = [*properties.get("networkInterfaces", []), *properties.get("subnets", [])]
    if users:
        text = (
            f"Network security group {group['id']} cannot be deleted because it is in use by the following "
            f"resources: {', '.join(user['id'] for user in users)}. In order to delete the Network security group, "
            "remove the association with the resource(s). To learn how to do this, see aka.ms/deletensg."
        )
        raise network(400, "InUseNetworkSecurityGroupCannotBeDeleted", text)
    return writes.delete(world, request, group["id"], group["location"])


def list_rules(world: World, request: ArmRequest) -> Answer:
    """Answer the list of a group's own rules."""
    group = writes.find(world, request, GROUPS, "name")
    rules = world.resources.in_collection(f"{group['id']}/{RULES}")
    return page(request, [rule_view(rule, group) for rule in rules], world.page_size)


def get_rule(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one rule: an absent one is the provider's 404, an absent group the gateway's."""
    group = writes.find(world, request, GROUPS, "name")
    rule_id = f"{group['id']}/{RULES}/{request.params['rule']}"
    rule = world.resources.get(rule_id)
    if rule is None:
        raise network_child_not_found(rule_id)
    return writes.with_etag(rule_view(rule, group))


def list_default_rules(world: World, request: ArmRequest) -> Answer:
    """Answer the list of the six default rules."""
    return Answer(200, {"value": _default_rules(writes.find(world, request, GROUPS, "name"))})


def get_default_rule(world: World, request: ArmRequest) -> Answer:
    """Answer a GET of one default rule."""
    group = writes.find(world, request, GROUPS, "name")
    wanted = request.params["rule"].lower()
    rule = next((rule for rule in _default_rules(group) if rule["name"].lower() == wanted), None)
    if rule is None:
        raise network_child_not_found(f"{group['id']}/defaultSecurityRules/{request.params['rule']}")
    return writes.with_etag(rule)


def put_rule(world: World, request: ArmRequest) -> Answer:
    """Answer a PUT of one rule: the whole group is a new version by it."""
    group = writes.find(world, request, GROUPS, "name")
    writes.refuse_if_busy(request, group)
    name = request.params["rule"]
    existed = f"{group['id']}/{RULES}/{name}" in world.resources
    rule = _store_asked_rule(world, group, name, request.document.get("properties") or {})
    writes.settle(group, writes.UPDATING)
    answer = Answer(200 if existed else 201, rule_view(rule, group))
    return writes.begin(world, request, answer, group["location"], lambda: writes.settle(group))


def delete_rule(world: World, request: ArmRequest) -> Answer:
    """Answer a DELETE of one rule: 204 if it is not there."""
    group = writes.find(world, request, GROUPS, "name")
    rule_id = f"{group['id']}/{RULES}/{request.params['rule']}"
    if rule_id not in world.resources:
        return Answer(204)
    writes.refuse_if_busy(request, group)
    writes.settle(group, writes.UPDATING)
    return writes.delete(world, request, rule_id, group["location"], settled=group)
