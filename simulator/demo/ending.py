"""How the demo ends: tables of all VMs and all NSGs, what is wrong, and the morning in numbers."""

from __future__ import annotations

import json
from collections.abc import Iterator

from rich import box
from rich.console import Group
from rich.table import Table
from rich.text import Text

from simulator.app_log import describe_write, name_of
from simulator.demo.audit import Reports
from simulator.demo.belongings import our_rules
from simulator.demo.cases import Case, RegistrationCase
from simulator.demo.screen import STATUS_STYLES
from simulator.demo.verdict import Totals, installs_on
from simulator.store import Json
from simulator.world import World

_DONE = "bold blue"


def make_tables(world: World, cases: list[Case], registrations: list[RegistrationCase], reports: Reports) -> Group:
    """Make the tables of all VMs, all NSGs and all registrations of the story, from the app's own reports."""
    vms, nsgs = _table("VM"), _table("NSG")
    for case in cases:
        report = reports[case.vm_id]
        story = "" if report["findings"] else case.story
        vms.add_row(case.name, *_tell(report, _installs(world, case), story))
    for names, report, rules in _alike(world, cases, reports):
        together = len(names) > 1
        subject = f"{len(names)} NSGs" if together else names[0]
        nsgs.add_row(subject, *_tell(report, rules, ", ".join(names) if together else ""))
    applications = _table("app registration")
    for one in registrations:
        report = reports[one.subject]
        story = "" if report["findings"] else one.registration.story
        applications.add_row(one.registration.name, *_tell(report, _moved(world, one), story))
    return Group(vms, "", nsgs, "", applications)


def _table(subject: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, show_edge=False, padding=(0, 1, 0, 0), expand=True)
    table.add_column(subject, width=16)
    table.add_column("status", width=14)
    table.add_column("what was done, and why", ratio=1, overflow="fold")
    return table


def _tell(report: Json, done: str, story: str) -> tuple[Text, Group]:
    done = done or ", ".join(f"would {describe_write(action)}" for action in report["actions"])
    begin = Text.assemble((done, _DONE), "; " if done and story else "", (story, "dim"))
    lines = [*([begin] if begin or not report["findings"] else ()), *_findings(report)]
    return Text(report["status"], STATUS_STYLES[report["status"]]), Group(*lines)


def _findings(report: Json) -> Iterator[Text]:
    """Give each reason with the first message for it: two flows may be denied by one rule."""
    told = set()
    for finding in report["findings"]:
        if finding["reason"] not in told:
            told.add(finding["reason"])
            yield Text.assemble((finding["reason"], STATUS_STYLES[finding["status"]]), ": ", finding["message"])


def _moved(world: World, one: RegistrationCase) -> str:
    """Say how often the registration was written, and where its redirect URIs are now."""
    path = f"/applications/{one.application_id}"
    patches = [each for each in world.requests.writes() if each.path.endswith(path) and each.took_effect]
    return f"patched {' and '.join(f'{patch.time:%H:%M}' for patch in patches)}" if patches else ""


def _installs(world: World, case: Case) -> str:
    return ", ".join(f"installed {install.time:%H:%M}" for install in installs_on(world, case.vm_id))


def _rules(world: World, nsg_id: str) -> str:
    return ", ".join(f"put {name} ({priority})" for name, priority in sorted(our_rules(world, nsg_id).items()))


def _alike(world: World, cases: list[Case], reports: Reports) -> Iterator[tuple[list[str], Json, str]]:
    """Put together the NSGs of which the same is to be told, but for their names."""
    groups: dict[str, list[str]] = {}
    for nsg_id in (nsg_id for case in cases for nsg_id in case.nsg_ids):
        report = reports[nsg_id]
        is_single = report["actions"] or _rules(world, nsg_id)
        alike = nsg_id if is_single else json.dumps(_anonymous(report, nsg_id))
        groups.setdefault(alike, []).append(nsg_id)
    for nsg_ids in groups.values():
        first = nsg_ids[0]
        report = reports[first] if len(nsg_ids) == 1 else _anonymous(reports[first], first)
        yield [name_of(nsg_id) for nsg_id in nsg_ids], report, _rules(world, first)


def _anonymous(report: Json, nsg_id: str) -> Json:
    findings = [
        {
            "reason": finding["reason"],
            "status": finding["status"],
            "message": finding["message"].replace(name_of(nsg_id), "it"),
        }
        for finding in report["findings"]
    ]
    return {"status": report["status"], "findings": findings, "actions": []}


def make_verdict(
    faults: list[str], totals: Totals, cases: list[Case], registrations: list[RegistrationCase], seconds: float
) -> Group:
    """Say whether the world is as it should be, and what it took; `seconds` are real ones."""
    numbers = (
        f"{totals.events} events delivered, {totals.checks} checks, {totals.reads} reads and {totals.writes} writes"
        f" in Azure, {totals.published} events published; {totals.simulated / 3600:g} simulated hours in"
        f" {seconds:.0f} seconds."
    )
    right_or_wrong = _wrong(faults) if faults else _right(cases, registrations)
    return Group("", *right_or_wrong, Text(numbers, "dim"))


def _right(cases: list[Case], registrations: list[RegistrationCase]) -> Iterator[Text]:
    groups = sum(len(case.nsg_ids) for case in cases)
    installs = sum(case.installs for case in cases)
    yield Text.assemble(
        ("✓ The world is as it should be. ", "bold green"),
        f"{len(cases)} VMs, {groups} NSGs and {len(registrations)} app registrations are as expected, each of the"
        f" {installs} installs ran once; nothing of other people's was touched, nothing failed, and nothing was"
        " written any more once all had settled.",
    )


def _wrong(faults: list[str]) -> Iterator[Text]:
    yield Text("✗ The world is not as it should be:", "bold red")
    yield from (Text(f"  {fault}") for fault in faults)
