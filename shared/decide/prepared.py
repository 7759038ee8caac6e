"""What is prepared once: of an NSG for all that it is asked about, and of an estate for all its flows."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from shared.decide.addresses import Addresses, is_single
from shared.decide.crossing import Crossing, Met
from shared.decide.once import Kept, Once
from shared.decide.packet_match import PortIndex
from shared.decide.packets import Numbers
from shared.decide.reach import Whom
from shared.decide.service_tags import TagReading
from shared.decide.sieve import Service, Sieve, serve
from shared.model.estate import Direction, Estate, NetworkSecurityGroup, SecurityRule

# There are seldom as many kinds of flows; each takes about a megabyte.
_MOST = 256


class RulesInOrder:
    """Rules of an NSG, custom and default ones, in the order in which Azure asks them."""

    def __init__(self, rules: Iterable[SecurityRule]) -> None:
        """Sort the rules."""
        self.rules = tuple(sorted(rules, key=lambda rule: (rule.priority, rule.name.casefold())))
        self._by_ports: dict[Direction, PortIndex] = {}
        self._services: dict[tuple[Direction, int], Service] = {}
        self._alike: dict[Service, Service] = {}

    def for_service(self, direction: Direction, port: int) -> Service:
        """Give the rules for connections to a port: the very same for ports that are alike to all of them."""
        if (direction, port) not in self._services:
            service = serve(self.rules, direction, port)
            self._services[direction, port] = self._alike.setdefault(service, service)
        return self._services[direction, port]

    def for_packets(self, direction: Direction, numbers: Numbers) -> tuple[SecurityRule, ...]:
        """Give the rules for the protocols and ports of packets: the very same where it is the same rules."""
        if direction not in self._by_ports:
            self._by_ports[direction] = PortIndex([rule for rule in self.rules if rule.direction is direction])
        return self._by_ports[direction].choose(numbers)


class Prepared:
    """What is prepared for an estate's flows: most VMs send the same ones through the same rules."""

    def __init__(self, _estate: Estate) -> None:
        """Begin with nothing."""
        self._sieves = Kept[Sieve](_MOST)
        self._crossings = Kept[Crossing](_MOST)
        self._whom = Kept[tuple[Whom, ...]](_MOST)

    def sieve(self, services: Sequence[Service | None], remote: Addresses, readings: tuple[TagReading, ...]) -> Sieve:
        """Give the sieve of NSGs; None is one that was not read."""
        return self._sieves.get(lambda: Sieve(services, remote, readings), remote, readings, *services)

    def crossing(
        self,
        direction: Direction,
        numbers: Numbers,
        remote: Addresses,
        readings: tuple[TagReading, ...],
        groups: Sequence[RulesInOrder | None],
    ) -> Crossing:
        """Give the crossing for some packets; that for one remote address is not kept, since the next is another."""
        chosen = [None if rules is None else rules.for_packets(direction, numbers) for rules in groups]

        def make() -> Crossing:
            met = [None if rules is None else Met(rules, self._whom_of(rules, readings)) for rules in chosen]
            return Crossing(direction, numbers, remote, readings, met)

        return make() if is_single(remote) else self._crossings.get(make, numbers, remote, readings, *chosen)

    def _whom_of(self, rules: tuple[SecurityRule, ...], readings: tuple[TagReading, ...]) -> tuple[Whom, ...]:
        return self._whom.get(lambda: tuple(Whom(rules, reading) for reading in readings), rules, readings)


def _in_order(group: NetworkSecurityGroup) -> RulesInOrder:
    return RulesInOrder((*group.security_rules, *group.default_security_rules))


in_order = Once(_in_order)
prepared_for = Once(Prepared)
