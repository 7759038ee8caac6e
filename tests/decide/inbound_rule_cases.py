"""NSGs that are in the way in, or not."""

from __future__ import annotations

from dataclasses import replace

from shared.model.desired import Outrank, Rules
from tests.decide.estates import allow_in, deny_in
from tests.decide.rule_cases import ALWAYS, BOTH_OURS, IN, LACKING, OFFICE, Case

CASES = {
    "no inbound rule without named sources": Case(
        (deny_in(),), (), (IN,), said="Name the callers in WAC_INBOUND_SOURCES"
    ),
    "named sources are let in past the default deny": Case((), ("PortForWAC 4096",), (IN,), OFFICE),
    "and past a general one": Case((deny_in(),), ("PortForWAC 199",), (IN,), OFFICE),
    "and past one of the internet": Case((deny_in(source="Internet"),), ("PortForWAC 199",), (IN,), OFFICE),
    "not past one of their own addresses": Case(
        (deny_in(source="203.0.113.0/24"),), (), (IN,), OFFICE, said="Somebody singled"
    ),
    "not past one of the port": Case((deny_in(ports="6516"),), (), (IN,), OFFICE, said="Somebody singled"),
    "never past just-in-time access": Case(
        (deny_in("SecurityCenter-JITRule_1", 1000, ports="6516"),),
        (),
        (IN,),
        replace(OFFICE, outrank=Outrank.ANY),
        said="request access there",
    ),
    "sources that are let in already need no rule": Case(
        (allow_in("Office", 300, source="203.0.112.0/23", ports="6500-6599"),), desired=OFFICE
    ),
    "always asks for the inbound rule too": Case(
        (allow_in("Office", 300, source="203.0.112.0/23", ports="6500-6599"), *BOTH_OURS),
        ("PortForWAC 100",),
        (LACKING,),
        replace(OFFICE, rules=Rules.ALWAYS),
    ),
    "always asks for no inbound rule without sources": Case(BOTH_OURS, desired=ALWAYS),
    "a name that somebody's wide open rule has is left to them, and the rule told of": Case(
        (allow_in("PortForWAC", 100, source="*", ports="6516", destination="10.1.0.99"),),
        ("PortForWAC-wac-guard 4096",),
        (IN,),
        OFFICE,
    ),
}
