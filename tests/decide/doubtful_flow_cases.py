"""Flows where not all is known: tags without prefixes, routes, application security groups."""

from __future__ import annotations

from dataclasses import replace

from shared.model.estate import NextHop
from tests.decide.estates import allow_out, deny_in, deny_out
from tests.decide.flow_cases import (
    ALLOWED,
    ASG,
    DENIED,
    FROM_NETWORK,
    FROM_OFFICE,
    FROM_ON_PREMISES,
    GATEWAY,
    NO_TAGS,
    PARTLY,
    ROUTED,
    TO_SIGN_IN,
    TO_WAC,
    UNKNOWN,
    case,
    routes,
)

CASES = {
    "without prefixes, a deny of the internet denies the service": case(
        TO_WAC, deny_out(), access=DENIED, by="DenyInternet", **NO_TAGS
    ),
    "without prefixes, a deny of AzureCloud denies the service": case(
        TO_WAC, deny_out(destination="AzureCloud"), access=DENIED, by="DenyInternet", **NO_TAGS
    ),
    "without prefixes, a tag is itself": case(
        TO_WAC,
        deny_out(),
        allow_out("Wac", 150, destination="windowsadmincenter"),
        access=ALLOWED,
        by="Wac",
        **NO_TAGS,
    ),
    "without prefixes, the two services are still two": case(
        TO_SIGN_IN,
        allow_out("Wac", 150, destination="WindowsAdminCenter"),
        deny_out(),
        access=DENIED,
        by="DenyInternet",
        **NO_TAGS,
    ),
    "so they are where the prefixes of one of them are known": case(
        TO_WAC,
        allow_out("SignIn", 150, destination="AzureActiveDirectory"),
        deny_out(),
        access=DENIED,
        by="DenyInternet",
        service_tags={"windowsadmincenter": ("20.1.0.0/24",)},
    ),
    "without prefixes, a private prefix is surely not the service": case(
        TO_WAC, deny_out(destination="10.0.0.0/8"), access=ALLOWED, by="AllowInternetOutBound", **NO_TAGS
    ),
    "without prefixes, a deny of some public addresses may be of the service": case(
        TO_WAC, deny_out(destination="20.0.0.0/8"), access=UNKNOWN, **NO_TAGS
    ),
    "without prefixes, a deny of a tag that may hold the service can't be told": case(
        TO_WAC, deny_out(destination="AzureCloud.WestEurope"), access=UNKNOWN, **NO_TAGS
    ),
    "so it may where routes of one's own decide what the tags mean": case(
        TO_WAC,
        deny_out("DenyPart", 150, destination="20.0.0.0/8"),
        allow_out("All", 160),
        access=UNKNOWN,
        **NO_TAGS,
        **ROUTED,
    ),
    "a doubtful allow before an allow changes nothing": case(
        TO_WAC,
        allow_out("Region", 150, destination="AzureCloud.WestEurope"),
        access=ALLOWED,
        by="AllowInternetOutBound",
        **NO_TAGS,
    ),
    "a doubtful deny before a deny changes nothing": case(
        TO_WAC,
        deny_out("Region", 150, destination="AzureCloud.WestEurope"),
        deny_out(),
        access=DENIED,
        by="DenyInternet",
        **NO_TAGS,
    ),
    "a doubtful allow before a deny can't be told": case(
        TO_WAC, allow_out("Region", 150, destination="AzureCloud.WestEurope"), deny_out(), access=UNKNOWN, **NO_TAGS
    ),
    "a regional tag's prefixes are used where they are known": case(
        replace(TO_WAC, remote=("Storage",)),
        deny_out(destination="Storage.WestEurope"),
        access=PARTLY,
        by="DenyInternet AllowInternetOutBound",
    ),
    "a tag that nobody knows may be anything public": case(
        TO_WAC, deny_out(destination="CorpNetPublic"), access=UNKNOWN
    ),
    "what is no prefix at all may be anything": case(TO_WAC, deny_out(destination="111"), access=UNKNOWN),
    "a rule for some source ports may match": case(
        TO_WAC, deny_out(source_port_ranges=("1024-2048",)), access=UNKNOWN
    ),
    "a rule for all source ports by number matches": case(
        TO_WAC, deny_out(source_port_ranges=("0-65535",)), access=DENIED, by="DenyInternet"
    ),
    "a rule from an application security group may be for a VM whose interface was not read": case(
        TO_WAC,
        deny_out(source=(), source_application_security_group_ids=(ASG,)),
        access=UNKNOWN,
        network_interfaces={},
    ),
    "a rule towards an application security group never concerns a public service": case(
        TO_WAC,
        deny_out(destination=(), destination_application_security_group_ids=(ASG,)),
        access=ALLOWED,
        by="AllowInternetOutBound",
    ),
    "an inbound rule for an application security group may be for a VM whose interface was not read": case(
        FROM_NETWORK,
        deny_in(destination=(), destination_application_security_group_ids=(ASG,)),
        access=UNKNOWN,
        network_interfaces={},
    ),
    "a rule for another port is no matter, whatever group it is for": case(
        FROM_NETWORK,
        deny_in(destination=(), destination_application_security_group_ids=(ASG,), ports="443"),
        access=ALLOWED,
        by="AllowVnetInBound",
        network_interfaces={},
    ),
    "a protocol that nobody knows may be TCP": case(TO_WAC, deny_out(protocol="Quic"), access=UNKNOWN),
    "a port that can't be read may be any": case(TO_WAC, deny_out(ports="https"), access=UNKNOWN),
    "with routes of one's own, default rules still let a VM out, for both readings do": case(
        TO_WAC, access=ALLOWED, by="AllowInternetOutBound", **ROUTED
    ),
    "with routes of one's own, a deny of everything still denies": case(
        TO_WAC, deny_out(destination="*"), access=DENIED, by="DenyInternet", **ROUTED
    ),
    "with routes of one's own, a deny of Internet can't be told": case(TO_WAC, deny_out(), access=UNKNOWN, **ROUTED),
    "nor can it where the prefixes are not known either": case(
        TO_WAC, deny_out(), access=UNKNOWN, **ROUTED, **NO_TAGS
    ),
    "with routes of one's own, a deny of VirtualNetwork can't be told": case(
        TO_WAC, deny_out(destination="VirtualNetwork"), access=UNKNOWN, **ROUTED
    ),
    "with a private prefix of a route alone, a deny of Internet is as certain as ever": case(
        TO_WAC, deny_out(), access=DENIED, by="DenyInternet", route_table=routes("10.50.0.0/16")
    ),
    "the private prefix of a route to an appliance belongs to VirtualNetwork": case(
        FROM_ON_PREMISES, access=ALLOWED, by="AllowVnetInBound", route_table=routes("10.50.0.0/16")
    ),
    "that of a route to nowhere may belong to it": case(
        FROM_ON_PREMISES, access=UNKNOWN, route_table=routes("10.50.0.0/16", hop=NextHop.NONE)
    ),
    "other addresses than those of the routes do not": case(
        FROM_OFFICE, access=DENIED, by="DenyAllInBound", route_table=routes("10.50.0.0/16", "8.8.8.0/24")
    ),
    "with a public prefix of a route, what is in it can't be told": case(
        TO_WAC, deny_out(), access=UNKNOWN, route_table=routes("20.1.0.0/24")
    ),
    "and what is not in it can": case(
        TO_SIGN_IN, deny_out(), access=DENIED, by="DenyInternet", route_table=routes("20.1.0.0/24")
    ),
    "a service without known prefixes may be in it": case(
        TO_SIGN_IN, deny_out(), access=UNKNOWN, route_table=routes("20.1.0.0/24"), **NO_TAGS
    ),
    "a route for a service tag counts with its prefixes": case(
        TO_SIGN_IN, deny_out(), access=DENIED, by="DenyInternet", route_table=routes("WindowsAdminCenter")
    ),
    "a default route makes anything possible": case(
        TO_WAC, deny_out(), access=UNKNOWN, route_table=routes("0.0.0.0/0")
    ),
    "so do two halves": case(TO_WAC, deny_out(), access=UNKNOWN, route_table=routes("0.0.0.0/1", "128.0.0.0/1")),
    "and a service tag that nobody knows": case(
        TO_WAC, deny_out(), access=UNKNOWN, route_table=routes("CorpNetPublic")
    ),
    "a table without routes changes nothing": case(
        TO_WAC, deny_out(), access=DENIED, by="DenyInternet", route_table=routes()
    ),
    "with a gateway, a deny of Internet can't be told": case(TO_WAC, deny_out(), access=UNKNOWN, **GATEWAY),
    "with a gateway, the known network is VirtualNetwork for certain": case(
        FROM_NETWORK, deny_in(source="VirtualNetwork"), access=DENIED, by="DenyAllIn", **GATEWAY
    ),
    "with a gateway, callers from elsewhere may come through it": case(FROM_OFFICE, access=UNKNOWN, **GATEWAY),
    "where the network was not read, what holds for both readings holds": case(
        TO_WAC, deny_out(destination="AzureCloud"), access=DENIED, by="DenyInternet", virtual_networks={}
    ),
    "where the network was not read, its tags can't be told": case(
        TO_WAC, deny_out(), access=UNKNOWN, virtual_networks={}
    ),
}
