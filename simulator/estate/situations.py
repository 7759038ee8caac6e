"""All situations, each in a resource group of its own, and what should become of it when the app enforces."""

from __future__ import annotations

from simulator.estate.eligibility import (
    AKS_NODE,
    ASLEEP,
    EXTENSIONS_DISALLOWED,
    GATEWAY_HOST,
    OPTED_OUT,
    SLOW_AGENT,
    SYSTEMS,
)
from simulator.estate.extensions import FAILED, OTHER_NAME, PORT_6600, STUCK
from simulator.estate.many import SHARED_NSG
from simulator.estate.networks import (
    CONTESTED,
    CROWDED,
    LOAD_BALANCED,
    NO_NSG,
    OPEN_PORT,
    ROOMY,
    SCALE_SET_VM,
    SINGLED_OUT,
    TWO_NICS,
    TWO_NSGS,
)
from simulator.estate.refusals import DENIED_BY_ASSIGNMENT, LOCKED_GROUP, REFUSED_BY_POLICY
from simulator.estate.site import SERVER_2025
from simulator.estate.situation import COMPLIANT, Announced, Built, Expected, Situation

__all__ = ["COMPLIANT", "EVERYDAY", "SERVER_2025", "SITUATIONS", "Announced", "Built", "Expected", "Situation"]

EVERYDAY: tuple[Situation, ...] = (
    *SYSTEMS,
    ASLEEP,
    SLOW_AGENT,
    PORT_6600,
    OPTED_OUT,
    AKS_NODE,
    NO_NSG,
    TWO_NSGS,
    SINGLED_OUT,
    OPEN_PORT,
)
"""What every subscription has; the demo plays with these."""

SITUATIONS: tuple[Situation, ...] = (
    *EVERYDAY,
    FAILED,
    OTHER_NAME,
    STUCK,
    LOCKED_GROUP,
    REFUSED_BY_POLICY,
    DENIED_BY_ASSIGNMENT,
    EXTENSIONS_DISALLOWED,
    CROWDED,
    LOAD_BALANCED,
    ROOMY,
    TWO_NICS,
    GATEWAY_HOST,
    CONTESTED,
    SHARED_NSG,
    SCALE_SET_VM,
)
