"""How long things take in the simulated subscription, as they do in Azure."""

from __future__ import annotations

from datetime import timedelta

from simulator.demo.cases import Case
from simulator.world import World

CREATION = timedelta(seconds=45)
"""A VM's creation, and its deletion."""
POWER = timedelta(seconds=30)
AGENT = timedelta(seconds=45)
SLOW_AGENT = timedelta(minutes=5)
INSTALLS = (timedelta(minutes=3), timedelta(minutes=5), timedelta(minutes=10))


def set_pace(world: World, cases: dict[str, Case]) -> None:
    """Let creating, starting and installing take their time, and the slow agent get ready."""
    world.machine_seconds = CREATION.total_seconds()
    world.power_seconds = POWER.total_seconds()
    world.agent_seconds = AGENT.total_seconds()
    for position, case in enumerate(cases.values()):
        world.machine(case.vm_id).install_seconds = INSTALLS[position % len(INSTALLS)].total_seconds()
    world.machine(cases["slow-agent"].vm_id).agent_ready_at = world.clock.now() + SLOW_AGENT
