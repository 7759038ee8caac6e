from __future__ import annotations

import pytest

from simulator.build import (
    add_application,
    add_daemon,
    add_filler_applications,
    add_newer_gateway,
    add_older_gateway,
    add_server_application,
    add_single_page_application,
)
from simulator.graph.errors import GraphError
from simulator.store import Json
from simulator.world import World


def uris(application: Json) -> dict[str, list[str]]:
    """Give the redirect URIs of the platforms that have any."""
    platforms = ("web", "spa", "publicClient")
    return {platform: found for platform in platforms if (found := application[platform]["redirectUris"])}


def test_a_gateways_registration_has_the_shape_of_its_age(world: World) -> None:
    older = world.graph.find(add_older_gateway(world, "gateway.contoso.com"))
    newer = world.graph.find(add_newer_gateway(world, "gateway.contoso.com", display_name="Any name"))
    assert uris(older) == {"web": ["http://localhost:6516/*"]}
    assert set(older["web"]["implicitGrantSettings"].values()) == {True}
    host = "https://gateway.contoso.com:6600"
    assert uris(newer) == {"spa": [host, f"{host}/signin-oidc"]}
    assert set(newer["web"]["implicitGrantSettings"].values()) == {False}
    assert [one["displayName"] for one in (older, newer)] == [
        "WindowsAdminCenter-https://gateway.contoso.com",
        "Any name",
    ]
    for gateway in (older, newer):
        asked = {one["resourceAppId"] for one in gateway["requiredResourceAccess"]}
        assert asked == {"00000003-0000-0000-c000-000000000000", "797f4846-ba00-4fd7-ba43-dac1f8f63013"}
        owners = world.graph.applications.owners[gateway["id"]]
        assert owners == [world.identities.system_assigned.object_id]


def test_unrelated_applications_are_nobodys_that_we_are(world: World) -> None:
    made = (
        add_server_application(world, "Shop", "shop.contoso.com"),
        add_single_page_application(world, "Portal", "portal.contoso.com"),
        add_daemon(world, "Batch"),
    )
    shop, portal, batch = (world.graph.find(one) for one in made)
    assert (uris(shop), len(shop["passwordCredentials"])) == ({"web": ["https://shop.contoso.com/signin-oidc"]}, 1)
    assert uris(portal).keys() == {"spa"}
    assert (uris(batch), len(batch["passwordCredentials"])) == ({}, 1)
    assert not any(world.graph.applications.owners[one] for one in made)


def test_fillers_are_the_same_in_every_world_and_never_twice(world: World) -> None:
    made = [*add_filler_applications(world, 20), *add_filler_applications(world, 20)]
    other = World()
    assert [*add_filler_applications(other, 20), *add_filler_applications(other, 20)] == made
    assert len(set(made)) == len(world.graph.applications) == 40


def test_nothing_is_built_that_graph_would_not_take(world: World) -> None:
    with pytest.raises(GraphError, match="distinct values"):
        add_application(world, "Twice", web=["https://a"], spa=["https://a"])
