"""What Microsoft Graph has of the tenant, and the knobs that set how it answers."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING
from uuid import uuid4

from simulator.graph.directory_objects import DirectoryObjects
from simulator.graph.errors import bad_request, resource_not_found
from simulator.graph.options import LARGEST_PAGE
from simulator.graph.permissions import Permissions
from simulator.graph.schema import GUID
from simulator.graph.store import Applications
from simulator.graph.throttling import GraphThrottling
from simulator.identity import Identity
from simulator.store import Json

if TYPE_CHECKING:
    from simulator.world import World


class DeltaItems(StrEnum):
    """What a later round of a delta query gives of an application that was changed."""

    CHANGED_PROPERTIES = "changed properties"
    WHOLE = "whole"


class Graph:
    """The tenant's applications and those who may own them. Durations are simulated seconds."""

    def __init__(self, world: World) -> None:
        self.clock = world.clock
        self.tenant_id = world.tenant_id
        self.applications = Applications(world.clock)
        self.objects = DirectoryObjects(world)
        self.permissions = Permissions(world)
        self.throttling = GraphThrottling(world.clock, world.tenant_id)
        self.publisher_domain = "contoso.onmicrosoft.com"

        self.lag_seconds = 0.0
        """How far lists and delta queries are behind; what is read by its object id is always the newest."""
        self.largest_page = LARGEST_PAGE
        """At the most so many are on a page of a list, whatever is asked for."""
        self.delta_items = DeltaItems.CHANGED_PROPERTIES
        self.delta_page_size = 100
        self.delta_generation = str(uuid4())
        """What every token of a delta query is good for."""

    def grant(self, identity: Identity, role: str) -> None:
        """Grant an app role, such as `Application.Read.All`. Raises ValueError for an unknown one."""
        self.permissions.grant(identity, role)

    def revoke(self, identity: Identity, role: str) -> None:
        """Take an app role away. Raises ValueError for an unknown one."""
        self.permissions.revoke(identity, role)

    def expire_delta_tokens(self) -> None:
        """Have every delta query that is under way, or was made, start afresh."""
        self.delta_generation = str(uuid4())

    def find(self, key: str) -> Json:
        """Give the application of an object id, or of a key such as `appId='…'`; raises GraphError 400 or 404."""
        name, _, value = key.partition("=")
        by_app_id = bool(value) and name.strip().lower() == "appid"
        identifier = (value if by_app_id else key).strip().strip("'")
        if not GUID.fullmatch(identifier):
            raise bad_request(f"Invalid object identifier '{identifier}'.")
        found = self.applications.by_app_id(identifier) if by_app_id else self.applications.get(identifier)
        if found is None:
            raise resource_not_found(identifier)
        return found
