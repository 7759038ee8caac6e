"""What an NSG's rules hang on of a VM or a network interface, so that two sights of it can be told apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from datetime import timedelta

from shared.model.estate import Estate, NetworkInterface, VirtualMachine
from shared.model.past import Sighting
from shared.model.resource_id import ResourceId

# How far behind Resource Graph may be: mostly a minute, and now and then more.
# https://learn.microsoft.com/azure/governance/resource-graph/overview#how-resource-graph-is-kept-current
RESOURCE_GRAPH_LAG = timedelta(minutes=15)


def decide_sighting(estate: Estate, subject: ResourceId) -> str | None:
    """Give a fingerprint of a VM or a network interface; None for what is neither, or is not there."""
    vm, interface = estate.virtual_machines.get(subject), estate.network_interfaces.get(subject)
    if vm is not None:
        return _fingerprint(_facts_of_machine(vm))
    return None if interface is None else _fingerprint(_facts_of_interface(interface))


def find_doubtful(estate: Estate, sightings: Mapping[ResourceId, Sighting]) -> tuple[ResourceId, ...]:
    """Name what a look showed otherwise, a short while ago, than Resource Graph does: one of the two is behind."""
    since = estate.observed_at - RESOURCE_GRAPH_LAG
    return tuple(
        subject
        for subject in sorted(estate.from_resource_graph)
        if (seen := sightings.get(subject)) is not None
        and seen.at >= since
        and seen.fingerprint != decide_sighting(estate, subject)
    )


def _facts_of_machine(vm: VirtualMachine) -> list[object]:
    """Leave out what Resource Graph doesn't tell, or says in its own way."""
    extension = vm.admin_center
    port = str(extension.settings.get("port", "")) if extension else None
    interfaces = sorted(str(one).casefold() for one in vm.network_interface_ids)
    tags = sorted((key.casefold(), value) for key, value in vm.tags.items())
    size, managed_by = (vm.vm_size or "").casefold(), (vm.managed_by or "").casefold()
    return [size, managed_by, vm.allow_extension_operations, tags, port, interfaces]


def _facts_of_interface(interface: NetworkInterface) -> list[object]:
    def text(one: ResourceId | None) -> str:
        return str(one or "").casefold()

    return [
        text(interface.virtual_machine_id),
        text(interface.network_security_group_id),
        [
            (one.private_ip_address, text(one.subnet_id), text(one.public_ip_address_id))
            for one in interface.ip_configurations
        ],
    ]


def _fingerprint(facts: list[object]) -> str:
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:16]
