"""Flows of which it is known what becomes of them."""

from __future__ import annotations

from dataclasses import replace

from tests.decide.estates import allow_in, allow_out, deny_in, deny_out
from tests.decide.flow_cases import (
    ALLOWED,
    DENIED,
    FROM_INTERNET,
    FROM_NETWORK,
    FROM_OFFICE,
    PARTLY,
    PEERED,
    TO_WAC,
    case,
)

CASES = {
    "default rules let a VM reach the service": case(TO_WAC, access=ALLOWED, by="AllowInternetOutBound"),
    "default rules let the network in": case(FROM_NETWORK, access=ALLOWED, by="AllowVnetInBound"),
    "default rules keep the internet out": case(FROM_INTERNET, access=DENIED, by="DenyAllInBound"),
    "a deny of the internet denies the service": case(TO_WAC, deny_out(), access=DENIED, by="DenyInternet"),
    "a deny of everything denies the service": case(
        TO_WAC, deny_out(destination="*"), access=DENIED, by="DenyInternet"
    ),
    "a deny of 0.0.0.0/0 denies the service": case(
        TO_WAC, deny_out(destination="0.0.0.0/0"), access=DENIED, by="DenyInternet"
    ),
    "a deny of ::/0 does not touch traffic from an IPv4 address": case(
        TO_WAC, deny_out(destination="::/0"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a deny of AzureCloud denies the service": case(
        TO_WAC, deny_out(destination="AzureCloud"), access=DENIED, by="DenyInternet"
    ),
    "tags are known whatever their case": case(
        TO_WAC, deny_out(destination="INTERNET"), access=DENIED, by="DenyInternet"
    ),
    "a deny of another service leaves this one alone": case(
        TO_WAC, deny_out(destination="Storage"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "the lower number decides": case(
        TO_WAC, deny_out(), allow_out("Wac", 150, destination="WindowsAdminCenter"), access=ALLOWED, by="Wac"
    ),
    "an allow after the deny has no effect": case(
        TO_WAC,
        deny_out(),
        allow_out("Wac", 250, destination="WindowsAdminCenter"),
        access=DENIED,
        by="DenyInternet",
    ),
    "a rule for another port does not match": case(
        TO_WAC, deny_out(ports="80"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule whose range of ports holds 443 matches": case(
        TO_WAC, deny_out(ports=("80", "400-500")), access=DENIED, by="DenyInternet"
    ),
    "a rule for UDP does not match": case(
        TO_WAC, deny_out(protocol="Udp"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule for ICMP does not match": case(
        TO_WAC, deny_out(protocol="ICMP"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule for TCP matches in any case": case(TO_WAC, deny_out(protocol="tcp"), access=DENIED, by="DenyInternet"),
    "a rule for another private address does not match": case(
        TO_WAC, deny_out(source="10.1.0.5"), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "a rule for the network as source matches a VM in it": case(
        TO_WAC, deny_out(source="VirtualNetwork"), access=DENIED, by="DenyInternet"
    ),
    "a deny of some of the service's prefixes denies that part": case(
        TO_WAC, deny_out(destination="20.2.8.0/24"), access=PARTLY, by="DenyInternet AllowInternetOutBound"
    ),
    "several prefixes of one rule all count": case(
        TO_WAC, deny_out(destination=("20.1.0.0/24", "20.2.8.0/25")), access=DENIED, by="DenyInternet"
    ),
    "an inbound rule says nothing of outbound traffic": case(
        TO_WAC, deny_in(priority=100), access=ALLOWED, by="AllowInternetOutBound"
    ),
    "peered networks belong to VirtualNetwork": case(
        replace(FROM_NETWORK, remote=("10.9.3.0/24",)), access=ALLOWED, by="AllowVnetInBound", **PEERED
    ),
    "other private networks belong neither to VirtualNetwork nor to Internet": case(
        replace(FROM_NETWORK, remote=("10.9.3.0/24",)),
        allow_in("FromInternet", 100, source="Internet"),
        access=DENIED,
        by="DenyAllInBound",
    ),
    "the host's address belongs to VirtualNetwork": case(
        replace(FROM_NETWORK, remote=("168.63.129.16",)),
        deny_in(source="AzureLoadBalancer"),
        access=DENIED,
        by="DenyAllIn",
    ),
    "denying the network's own prefix keeps all of the network out": case(
        FROM_NETWORK, deny_in(source="10.1.0.0/16"), access=DENIED, by="DenyAllIn"
    ),
    "callers of another IP family make no flow": case(
        replace(FROM_OFFICE, remote=("2001:db8::/32",)), deny_in(), access=ALLOWED
    ),
}
