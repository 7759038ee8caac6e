"""NSGs that are in the way out, or not."""

from __future__ import annotations

from dataclasses import replace

from tests.decide.estates import allow_in, allow_out, deny_out
from tests.decide.rule_cases import (
    ANY,
    BOTH_OURS,
    DELIBERATE,
    DENY_WAC,
    FULL,
    FULL_BELOW_200,
    LACKING,
    NONE,
    OUT,
    Case,
    ours_out,
)

CASES = {
    "what the default rules allow needs none": Case(()),
    "what a rule of another name allows needs none": Case(
        (
            allow_out("LetWacOut", 120, destination=("WindowsAdminCenter",), ports="443"),
            allow_out("SignIn", 121, destination="AzureActiveDirectory"),
            deny_out(),
        ),
    ),
    "a deny of the internet is gone ahead of": Case(
        (deny_out(),),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
        said="at priority 199, is to go ahead of it",
    ),
    "so is a deny of everything": Case(
        (deny_out(destination="*"),), ("PortForWACService 199", "PortForAADService 198"), (OUT, OUT)
    ),
    "so is a deny of AzureCloud": Case(
        (deny_out(destination="azurecloud"),), ("PortForWACService 199", "PortForAADService 198"), (OUT, OUT)
    ),
    "so is a deny of 0.0.0.0/0, for TCP alone and all ports by number": Case(
        (deny_out(destination="0.0.0.0/0", protocol="Tcp", ports="0-65535"),),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "where service tags are not known, the same": Case(
        (deny_out(),), ("PortForWACService 199", "PortForAADService 198"), (OUT, OUT), around={"service_tags": {}}
    ),
    "the nearest free priority ahead of the deny is taken": Case(
        (deny_out(), allow_out("Other", 199, ports="80"), allow_out("Another", 197, ports="80")),
        ("PortForWACService 198", "PortForAADService 196"),
        (OUT, OUT),
    ),
    "a priority of the other direction is free": Case(
        (deny_out(), allow_in("Other", 199, ports="80", source="10.0.0.1")),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "of two denies the first is gone ahead of": Case(
        (deny_out(), deny_out("DenyAll", 4096, destination="*")),
        ("PortForWACService 199", "PortForAADService 198"),
        (OUT, OUT),
    ),
    "a deny of the services' ports alone is somebody's decision": Case(
        (deny_out(ports=("443", "80")),), (), (DELIBERATE, DELIBERATE), said="Somebody singled this traffic out"
    ),
    "a deny of the service's tag is somebody's decision": Case(
        (DENY_WAC,), (), (DELIBERATE,), said="rule DenyWac (priority 150)"
    ),
    "it stays so for all ports": Case((deny_out(destination="WindowsAdminCenter"),), (), (DELIBERATE,)),
    "it stays so among other prefixes": Case(
        (deny_out(destination=("Internet", "windowsadmincenter")),), (), (DELIBERATE, DELIBERATE)
    ),
    "a deny of addresses is somebody's decision": Case(
        (deny_out(destination="20.0.0.0/8"),), (), (DELIBERATE, DELIBERATE)
    ),
    "a decision is not gone ahead of for another deny's sake": Case(
        (DENY_WAC, deny_out()), ("PortForAADService 199",), (DELIBERATE, OUT)
    ),
    "nor when it stands behind that other deny": Case(
        (deny_out(), replace(DENY_WAC, priority=300)), ("PortForAADService 199",), (DELIBERATE, OUT)
    ),
    "nor when it is for a part of the service": Case(
        (deny_out("DenyPart", 150, destination="20.2.8.0/25"), deny_out()),
        ("PortForAADService 199",),
        (DELIBERATE, DELIBERATE, OUT),
    ),
    "nor when it is for a machine that is none of ours": Case(
        (deny_out(), replace(DENY_WAC, priority=300, source_address_prefixes=("10.1.0.99",))),
        ("PortForAADService 199",),
        (DELIBERATE, OUT),
        said="would go ahead of another deny too. Somebody singled this traffic out with rule DenyWac (priority 300)",
    ),
    "our rule stands behind a decision about a machine that is none of ours": Case(
        (replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)), deny_out(priority=152)),
        ("PortForWACService 151", "PortForAADService 149"),
        (OUT, OUT),
    ),
    "our rule that stands ahead of such a decision is put behind it when it is put": Case(
        (
            ours_out(priority=140, ports="*"),
            replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)),
            BOTH_OURS[1],
            deny_out(),
        ),
        ("PortForWACService 199",),
        (LACKING,),
    ),
    "and where there is no room behind it, there is none": Case(
        (replace(DENY_WAC, source_address_prefixes=("10.1.0.99",)), deny_out(priority=151)),
        ("PortForAADService 149",),
        (OUT, FULL, OUT),
        said="no free priority for rule PortForWACService ahead of priority 151",
    ),
    "a decision that an allow overruled before does not count": Case(
        (
            allow_out("AllowWac", 120, destination="WindowsAdminCenter"),
            DENY_WAC,
            deny_out(priority=119, destination="*"),
        ),
        ("PortForWACService 118", "PortForAADService 117"),
        (OUT, OUT),
    ),
    "just-in-time access is a decision, however general its rule": Case(
        (deny_out("SecurityCenter-JITRule-1"),), (), (DELIBERATE, DELIBERATE), ANY, said="Just-in-time access wrote"
    ),
    "any deny is gone ahead of when a setting says so": Case((DENY_WAC,), ("PortForWACService 149",), (OUT,), ANY),
    "none is when a setting says so": Case((deny_out(),), (), (OUT, OUT), NONE, said="WAC_OUTRANK is none"),
    "no free priority is said, and nothing is written": Case(
        (*FULL_BELOW_200, deny_out()), (), (OUT, FULL, OUT, FULL), said="No priority is free"
    ),
    "a single free priority goes to the service": Case(
        (*FULL_BELOW_200[1:], deny_out()), ("PortForWACService 100",), (OUT, OUT, FULL)
    ),
}
