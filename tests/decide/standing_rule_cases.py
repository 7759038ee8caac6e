"""NSGs that have rules of ours already, or that are to have them always."""

from __future__ import annotations

from dataclasses import replace

from shared.model.estate import Access
from shared.model.reason import Reason
from tests.decide.estates import allow_in, allow_out, deny_out
from tests.decide.rule_cases import ALWAYS, BOTH_OURS, DELIBERATE, DENY_WAC, LACKING, OUT, Case, ours_out

CASES = {
    "our rules that do their work are left": Case((*BOTH_OURS, deny_out())),
    "wherever they stand": Case(
        (ours_out(priority=120), ours_out("PortForAADService", 100, "azureactivedirectory"), deny_out())
    ),
    "and however their prefixes are written": Case(
        (ours_out(protocol="TCP", tag="WINDOWSADMINCENTER"), BOTH_OURS[1], deny_out()),
    ),
    "our rule is moved ahead of a new deny": Case(
        (*BOTH_OURS, deny_out(priority=150)), ("PortForWACService 149", "PortForAADService 148"), (OUT, OUT)
    ),
    "our rule that somebody made wider is put right where it stands": Case(
        (ours_out(ports="*"), BOTH_OURS[1], deny_out()),
        ("PortForWACService 199",),
        (LACKING,),
        said="is not as it should be",
    ),
    "our rule that somebody pointed elsewhere is put right": Case(
        (ours_out(tag="Storage"), BOTH_OURS[1], deny_out()), ("PortForWACService 199",), (OUT,)
    ),
    "our rule that somebody turned into a deny is somebody's decision": Case(
        (replace(ours_out(), access=Access.DENY), BOTH_OURS[1], deny_out()), (), (DELIBERATE,)
    ),
    "a name that somebody has is left to them": Case(
        (deny_out(), allow_in("portforwacservice", 100, source="10.0.0.1", ports="80")),
        ("PortForWACService-wac-guard 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "so are two": Case(
        (
            deny_out(),
            allow_in("PortForWACService", 100, source="10.0.0.1", ports="80"),
            allow_in("PortForWACService-wac-guard", 101, source="10.0.0.1", ports="80"),
        ),
        ("PortForWACService-wac-guard-2 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "our rule under its other name is known again": Case(
        (
            ours_out("PortForWACService-wac-guard"),
            BOTH_OURS[1],
            deny_out(),
            allow_in("PortForWACService", 100, source="10.0.0.1", ports="80"),
        ),
    ),
    "somebody's rule with Microsoft's name that is in effect needs no other": Case(
        (ours_out(description=None), replace(BOTH_OURS[1], description="by hand"), deny_out()),
    ),
    "somebody's rule with Microsoft's name that is hidden is left, and ours put": Case(
        (ours_out(description=None, priority=300), BOTH_OURS[1], deny_out()),
        ("PortForWACService-wac-guard 199",),
        (OUT,),
    ),
    "what can't be told is left alone": Case(
        (deny_out(destination="CorpNetPublic"),),
        (),
        (Reason.TRAFFIC_UNKNOWN, Reason.TRAFFIC_UNKNOWN),
        said="CorpNetPublic are not known",
    ),
    "what can't be told before a certain deny of everything is gone ahead of with it": Case(
        (deny_out("Doubtful", 150, destination="Internet", source_port_ranges=("1-9",)), deny_out()),
        ("PortForWACService 149", "PortForAADService 148"),
        (OUT, OUT),
    ),
    "a flow of which a part can't be told is not opened": Case(
        (allow_out("Doubtful", 150, destination="20.2.8.0/25", source_port_ranges=("1-9",)), deny_out()),
        ("PortForAADService 199",),
        (OUT, Reason.TRAFFIC_UNKNOWN, OUT),
        said="Another part of the flow can't be judged",
    ),
    "what may be allowed before a certain deny can't be told": Case(
        (allow_out("Doubtful", 150, destination="CorpNetPublic"), deny_out()),
        (),
        (Reason.TRAFFIC_UNKNOWN, Reason.TRAFFIC_UNKNOWN),
    ),
    "always asks for the rules where nothing denies": Case(
        (), ("PortForWACService 100", "PortForAADService 101"), (LACKING, LACKING), ALWAYS
    ),
    "upwards from Microsoft's numbers": Case(
        (allow_out("Other", 100, ports="80"), allow_out("Another", 101, ports="80")),
        ("PortForWACService 102", "PortForAADService 103"),
        (LACKING, LACKING),
        ALWAYS,
    ),
    "ahead of a deny that something hides": Case(
        (allow_out("All", 120), deny_out()),
        ("PortForWACService 199", "PortForAADService 198"),
        (LACKING, LACKING),
        ALWAYS,
    ),
    "behind a decision about a machine that is none of ours, as well": Case(
        (replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)),),
        ("PortForWACService 151", "PortForAADService 101"),
        (LACKING, LACKING),
        ALWAYS,
    ),
    "always is content with rules of ours": Case(
        (ours_out(priority=3000), ours_out("PortForAADService", 3001, "AzureActiveDirectory")), desired=ALWAYS
    ),
    "always is content with the same rule of somebody's": Case(
        (ours_out(description=None), ours_out("PortForAADService", 198, "AzureActiveDirectory", description=None)),
        desired=ALWAYS,
    ),
    "always never means against a decision": Case(
        (DENY_WAC,), ("PortForAADService 101",), (DELIBERATE, LACKING), ALWAYS
    ),
}
