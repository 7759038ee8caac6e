"""Four identities for the app, each with the role that a deployment assigns to it, and no more."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from shared.azure.operations import GRAPH_READS, GRAPH_WRITES
from shared.azure.roles import AUDITOR, EXTENSION_ENFORCER, NETWORK_ENFORCER, Role
from simulator.graph.permissions import AppRole
from simulator.identity import Identity
from simulator.world import World

READER, EXTENSIONS, NETWORK, REDIRECTS = (f"1d000000-0000-4000-8000-00000000000{number}" for number in range(1, 5))
SETTINGS: Mapping[str, str] = MappingProxyType(
    {
        "WAC_CLIENT_ID": READER,
        "WAC_EXTENSIONS_CLIENT_ID": EXTENSIONS,
        "WAC_NETWORK_CLIENT_ID": NETWORK,
        "WAC_REDIRECTS_CLIENT_ID": REDIRECTS,
        "AzureWebJobsStorage__clientId": READER,
    }
)
_ROLES = ((READER, AUDITOR), (EXTENSIONS, EXTENSION_ENFORCER), (NETWORK, NETWORK_ENFORCER))


def add_identities(world: World) -> None:
    """Make the identities known; none is permitted anything in Resource Manager yet."""
    for client_id in (READER, EXTENSIONS, NETWORK, REDIRECTS):
        world.assign(world.identities.add(client_id), (), f"/subscriptions/{world.subscription_id}")
    world.topic.grant(identity(world, READER))
    for operation in GRAPH_READS:
        world.graph.grant(identity(world, READER), operation.action)
    for operation in GRAPH_WRITES:
        world.graph.grant(identity(world, REDIRECTS), operation.action)
    # It stays with nothing: whatever is done by it was done by mistake.
    world.assign(world.identities.system_assigned, (), f"/subscriptions/{world.subscription_id}")
    world.graph.revoke(world.identities.system_assigned, AppRole.READ_WRITE_OWNED_BY)
    world.topic.revoke(world.identities.system_assigned)


def identity(world: World, client_id: str) -> Identity:
    """Give an identity that was made known."""
    found = world.identities.find(client_id)
    assert found is not None
    return found


def own(world: World, application_id: str) -> None:
    """Make the identity that writes app registrations the owner of one: it may write no other."""
    world.graph.applications.owners[application_id] = [identity(world, REDIRECTS).object_id]


def assign_roles(world: World, *, without: str = "", enforcing_in: Iterable[str] | None = None) -> None:
    """Assign to each its role in the subscription; the enforcers' in the scopes named, if any are."""
    whole = f"/subscriptions/{world.subscription_id}"
    scopes = [whole] if enforcing_in is None else [*enforcing_in]
    for client_id, role in _ROLES:
        for scope in [whole] if role is AUDITOR else scopes:
            world.assign(identity(world, client_id), _actions(role, without), scope)


def _actions(role: Role, without: str) -> list[str]:
    return [action for action in role.actions if action != without]
