"""NSGs with rules of ours that are needed no more, or seem so, or are there in vain."""

from __future__ import annotations

from dataclasses import replace

from shared.model.desired import Rules
from shared.model.estate import Access
from shared.model.reason import Reason
from tests.decide.estates import allow_out, deny_in, deny_out, machine
from tests.decide.rule_cases import (
    ALWAYS,
    ANY,
    BOTH_OURS,
    DELIBERATE,
    DENY_WAC,
    FULL,
    FULL_BELOW_200,
    IN,
    LACKING,
    NEEDLESS,
    NONE,
    OFFICE,
    OUT,
    Case,
    ours_in,
    ours_out,
)

AGAIN = "PortForWACService-wac-guard"
BOTH = ("PortForAADService", "PortForWACService")
UNKNOWN = Reason.TRAFFIC_UNKNOWN
NOT_FOR_WAC = machine(os_name="Windows 11 Enterprise")

CASES = {
    "what passes without our rules needs none": Case(
        BOTH_OURS,
        deletes=BOTH,
        reasons=(NEEDLESS, NEEDLESS),
        said="all that it is for passes by default rule AllowInternetOutBound (priority 65001). It is to be deleted.",
    ),
    "what somebody lets through by now needs none": Case(
        (*BOTH_OURS, allow_out("LetWacOut", 150, destination="WindowsAdminCenter"), deny_out()),
        deletes=("PortForWACService",),
        reasons=(NEEDLESS,),
        said="passes by rule LetWacOut (priority 150)",
    ),
    "always keeps the rules that it has": Case(BOTH_OURS, desired=ALWAYS),
    "though a decision hides one of them, which is told": Case(
        (*BOTH_OURS, DENY_WAC),
        reasons=(DELIBERATE,),
        desired=ALWAYS,
        said="That deny hides rule PortForWACService (priority 199) of ours. Somebody singled",
    ),
    "but not two of them for the same": Case(
        (*BOTH_OURS, ours_out(AGAIN, 3000)),
        deletes=(AGAIN,),
        reasons=(NEEDLESS,),
        desired=ALWAYS,
        said="rule PortForWACService (priority 199) of ours is for the same",
    ),
    "nor for no VM at all": Case(
        (*BOTH_OURS, ours_in()),
        deletes=("PortForWAC", *BOTH),
        reasons=(Reason.NO_ELIGIBLE_VM, NEEDLESS, NEEDLESS, NEEDLESS),
        desired=replace(OFFICE, rules=Rules.ALWAYS),
        machines=(NOT_FOR_WAC,),
        said="no VM behind the NSG needs what it is for",
    ),
    "a rule of ours that a decision hides goes, and the decision is named": Case(
        (*BOTH_OURS, DENY_WAC, deny_out()),
        deletes=("PortForWACService",),
        reasons=(DELIBERATE, NEEDLESS),
        said="it stands behind rule DenyWac (priority 150) and has no effect",
    ),
    "one that stands ahead of a decision still does what it did, and stays": Case(
        (ours_out(priority=140), BOTH_OURS[1], DENY_WAC, deny_out())
    ),
    "so does one that only a setting keeps from being put now": Case((*BOTH_OURS, deny_out()), desired=NONE),
    "one that is in vain for lack of room is told of": Case(
        (*FULL_BELOW_200, deny_out(), ours_out(priority=300)),
        reasons=(OUT, FULL, OUT, FULL),
        said="That deny hides rule PortForWACService (priority 300) of ours. No priority is free",
    ),
    "one that is moved ahead is none too many": Case(
        (*BOTH_OURS, DENY_WAC), ("PortForWACService 149",), (OUT, NEEDLESS), ANY, deletes=("PortForAADService",)
    ),
    "of two that do the same the first stays": Case(
        (*BOTH_OURS, ours_out(AGAIN, 150), deny_out()), deletes=("PortForWACService",), reasons=(NEEDLESS,)
    ),
    "the other one is put right where it stands, and the first goes": Case(
        (
            ours_out(tag="Storage"),
            BOTH_OURS[1],
            ours_out(AGAIN, 150, destination=("WindowsAdminCenter", "Storage")),
            deny_out(),
        ),
        (f"{AGAIN} 150",),
        (LACKING, NEEDLESS),
        deletes=("PortForWACService",),
    ),
    "one that was pointed elsewhere goes when another does the work": Case(
        (*BOTH_OURS, ours_out(AGAIN, 150, "Storage"), deny_out()),
        deletes=(AGAIN,),
        reasons=(NEEDLESS,),
        said="no VM behind the NSG needs what it is for",
    ),
    "what can't be told without ours is kept": Case((*BOTH_OURS, deny_out(destination="CorpNetPublic"))),
    "and what can't be told of one direction says nothing of the other": Case(
        (deny_out(destination="CorpNetPublic"), ours_in()),
        deletes=("PortForWAC",),
        reasons=(UNKNOWN, UNKNOWN, NEEDLESS),
    ),
    "without named sources no inbound rule is needed": Case(
        (ours_in(), deny_in(priority=4095)), deletes=("PortForWAC",), reasons=(NEEDLESS, IN)
    ),
    "a rule of ours that somebody turned into a deny is theirs": Case(
        (replace(ours_out(), access=Access.DENY),), reasons=(DELIBERATE,)
    ),
}
