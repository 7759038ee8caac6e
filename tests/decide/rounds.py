"""A VM looked at again and again: Azure on paper, with the app's own memory."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from shared.decide.memory import remember_answer, remember_intent, remember_observation
from shared.decide.virtual_machine import decide_virtual_machine
from shared.model.check import Check
from shared.model.estate import Estate, Extension
from shared.model.past import NOTHING, Past
from shared.model.plan import Action, DeleteExtension, Plan, PutExtension
from shared.model.write import Fate, Write
from tests.decide.applying import applied, with_machine
from tests.decide.estates import ENFORCED, VM


@dataclass
class Rounds:
    """What is there now, what is remembered, and what was written so far, with when."""

    here: Estate
    past: Past = NOTHING
    written: list[tuple[datetime, Action]] = field(default_factory=list)

    def look(self) -> Plan:
        """Observe, decide, and have Azure accept what was decided; what it starts is on its way then."""
        check = Check(VM, "a test", "c", self.here.observed_at)
        self.past = remember_observation(self.past, self.here, check)
        plan = decide_virtual_machine(self.here, VM, ENFORCED, self.past)
        for action in plan.actions:
            write = Write(f"{len(self.written):03}", VM, action, "a test", "c", self.here.observed_at)
            self.past = remember_answer(remember_intent(self.past, write), replace(write, fate=Fate.ACCEPTED))
            self.written.append((self.here.observed_at, action))
            self._begin(action)
        return plan

    def end(self, *, well: bool = True, after: timedelta = timedelta(minutes=5)) -> None:
        """Let time pass, and what is on its way end."""
        self.here = replace(self.here, observed_at=self.here.observed_at + after)
        for extension in self.extensions:
            if extension.provisioning_state == "Deleting":
                self._become()
            elif extension.provisioning_state == "Creating":
                self._become(replace(extension, provisioning_state="Succeeded" if well else "Failed"))

    @property
    def extensions(self) -> tuple[Extension, ...]:
        return self.here.virtual_machines[VM].extensions

    def removals(self) -> list[datetime]:
        """Tell when an extension was removed."""
        return [at for at, action in self.written if isinstance(action, DeleteExtension)]

    def _begin(self, action: Action) -> None:
        if isinstance(action, DeleteExtension):
            self._become(replace(action.existing, provisioning_state="Deleting"))
        else:
            assert isinstance(action, PutExtension)
            self.here = applied(self.here, Plan(VM, (), (action,)))
            (installed,) = self.extensions
            self._become(replace(installed, provisioning_state="Creating"))

    def _become(self, *extensions: Any) -> None:
        self.here = with_machine(self.here, replace(self.here.virtual_machines[VM], extensions=extensions))
