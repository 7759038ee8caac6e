"""An app registration's plan: whether it is a gateway's, what is wrong with it, and the PATCH that mends it."""

from __future__ import annotations

from shared.decide.application_state import SETTLING, explain_settling, is_as_before, is_whole
from shared.decide.gateway_findings import explain_gateway
from shared.decide.gateway_redirects import find_gateway_redirects
from shared.decide.gateway_score import Certainty, Recognised, recognise_gateway
from shared.decide.gateways import find_same_hosts
from shared.decide.other_applications import explain_other_application
from shared.decide.presence import decide_presence
from shared.decide.redirects import decide_migration
from shared.decide.remarks import explain_remark, name_of
from shared.model.application import Application
from shared.model.desired import DesiredState
from shared.model.estate import Estate
from shared.model.past import NOTHING, Past
from shared.model.plan import Finding, PatchApplication, Plan
from shared.model.reason import Reason
from shared.model.resource_id import ResourceId


def decide_application(estate: Estate, subject: ResourceId, desired: DesiredState, past: Past = NOTHING) -> Plan:
    """Decide on an app registration: only what is certainly a gateway's has actions, and those whatever the mode.

    The move comes first. What is left over goes once the move is seen, and only if the operator wants it cleaned up.
    """
    application = estate.applications.get(subject)
    findings = decide_presence(estate, subject, was_read=application is not None)
    if application is None or findings:
        return Plan(subject, findings)
    if not is_whole(application):
        return Plan(subject, (_read_in_part(application),))
    recognised = recognise_gateway(application, desired)
    if recognised.certainty is not Certainty.CERTAIN:
        remarks = explain_other_application(application, recognised)
        told = tuple(explain_remark(application, one, recognised.evidence) for one in remarks)
        return Plan(subject, told)
    settling = _still_settling(application, estate, past)
    return Plan(subject, settling) if settling else _decide_gateway(estate, application, recognised, desired)


def _decide_gateway(estate: Estate, application: Application, recognised: Recognised, desired: DesiredState) -> Plan:
    redirects = find_gateway_redirects(application, desired)
    migration = decide_migration(application, redirects)
    same_hosts = find_same_hosts(application, redirects, estate.gateways)
    remarks = explain_gateway(application, redirects, migration, desired, same_hosts)
    cleanup = migration.cleanup if desired.redirects_cleanup else None
    return Plan(
        application.id,
        tuple(explain_remark(application, one, recognised.evidence) for one in remarks),
        tuple(one for one in (migration.move, cleanup) if one is not None),
    )


def _read_in_part(application: Application) -> Finding:
    message = (
        f"{name_of(application)} was read without its {', '.join(application.unread)}: nothing is decided on a part."
    )
    return Finding(application.id, Reason.READ_FAILED, message, {"unread": list(application.unread)})


def _still_settling(application: Application, estate: Estate, past: Past) -> tuple[Finding, ...]:
    """Tell that Graph may not show yet what it has taken, in which case nothing is written once more."""
    kept = past.kept.get(application.id)
    if kept is None or kept.seen or not isinstance(kept.desired, PatchApplication):
        return ()
    at = max(past.writes, default=None)
    if at is None or estate.observed_at - at >= SETTLING or not is_as_before(application, kept.desired):
        return ()
    return (explain_settling(application, at),)
