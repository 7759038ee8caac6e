"""What people ordered goes ahead of what would be decided otherwise."""

from dataclasses import replace

from shared.decide.orders import Orders, decide_ordered, remember_orders
from shared.model.estate import Estate, SecurityRule
from shared.model.past import NOTHING, Hold, Past
from shared.model.plan import DeleteSecurityRule, Finding, Plan, PutSecurityRule
from shared.model.reason import Reason
from shared.model.write import Fate, Write
from tests.decide.actions import PATCH
from tests.decide.applications import APP, application, tenant
from tests.decide.estates import NSG, OBSERVED_AT, allow_out, estate, security_group

RULE = allow_out(
    "PortForWACService", 199, destination="WindowsAdminCenter", ports="443", description="Managed by WAC Guard."
)
PUT = PutSecurityRule(NSG.child("securityRules", RULE.name), None, RULE)
FOUND = Finding(NSG, Reason.OUTBOUND_DENIED, "denied")
PLAN = Plan(NSG, (FOUND,), (PUT,))
WRITE = Write("7", NSG, PUT, "test", "1", OBSERVED_AT, Fate.DONE)
HELD = Past(hold=Hold(OBSERVED_AT, "mine"))
UNDOING = Past(hold=Hold(OBSERVED_AT, "mine", undo="7"))
TO_UNDO = Orders(undo=WRITE)


def group(*rules: SecurityRule) -> Estate:
    return estate(subnet_group=security_group(*rules))


def reasons(plan: Plan) -> list[Reason]:
    return [finding.reason for finding in plan.findings]


def test_without_orders_a_plan_stays_as_it_is() -> None:
    assert decide_ordered(group(), PLAN, NOTHING, Orders()) == PLAN


def test_a_hold_is_told_and_leaves_the_plan_to_be_shown() -> None:
    plan = decide_ordered(group(), PLAN, HELD, Orders())
    assert (reasons(plan), plan.actions) == ([Reason.OUTBOUND_DENIED, Reason.HELD], (PUT,))


def test_a_contest_is_told_with_the_plan() -> None:
    plan = decide_ordered(group(), PLAN, Past(contested=True), Orders())
    assert reasons(plan) == [Reason.OUTBOUND_DENIED, Reason.CONTESTED]


def test_an_undo_is_all_that_is_written() -> None:
    plan = decide_ordered(group(RULE), PLAN, UNDOING, TO_UNDO)
    assert [type(action) for action in plan.actions] == [DeleteSecurityRule]
    assert (plan.undoes, reasons(plan)) == ("7", [Reason.HELD])
    assert remember_orders(UNDOING, TO_UNDO, group(RULE), NSG) == UNDOING


def test_an_undo_that_is_over_is_struck_out_and_the_hold_stays() -> None:
    plan = decide_ordered(group(), PLAN, UNDOING, TO_UNDO)
    assert (reasons(plan), plan.actions, plan.undoes) == ([Reason.OUTBOUND_DENIED, Reason.HELD], (PUT,), None)
    assert remember_orders(UNDOING, TO_UNDO, group(), NSG) == HELD


def test_an_undo_that_is_not_possible_is_told_at_every_look() -> None:
    changed = group(replace(RULE, priority=150, source_address_prefixes=("10.0.0.0/8",)))
    plan = decide_ordered(changed, PLAN, UNDOING, TO_UNDO)
    assert reasons(plan) == [Reason.UNDO_NOT_POSSIBLE, Reason.OUTBOUND_DENIED, Reason.HELD]
    assert remember_orders(UNDOING, TO_UNDO, changed, NSG) == UNDOING


def test_an_undo_of_a_patch_waits_while_another_may_yet_be_seen_which_may_be_itself() -> None:
    orders = Orders(undo=Write("7", APP, PATCH, "test", "1", OBSERVED_AT, Fate.DONE))
    moved = tenant(application(PATCH.desired.web_redirect_uris, PATCH.desired.spa_redirect_uris))
    waiting = replace(UNDOING, unsettled=("8",), writes=(OBSERVED_AT,))
    plan = decide_ordered(moved, Plan(APP), waiting, orders)
    assert (reasons(plan), plan.actions) == ([Reason.GATEWAY_SETTLING, Reason.HELD], ())
    assert remember_orders(waiting, orders, moved, APP) == waiting
    assert len(decide_ordered(moved, Plan(APP), UNDOING, orders).actions) == 1


def test_a_decommissioning_takes_away_and_puts_nothing() -> None:
    plan = decide_ordered(group(RULE), PLAN, NOTHING, Orders(decommission=True))
    assert [type(action) for action in plan.actions] == [DeleteSecurityRule]
    assert reasons(plan) == [Reason.DECOMMISSIONED]
