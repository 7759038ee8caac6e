"""What a look makes of writes whose answer nobody heard."""

from dataclasses import replace

from handlers.guard import Guard
from shared.azure.subjects import read_subject, save_subject
from shared.azure.trail import list_writes
from shared.model.past import Hold
from shared.model.resource_id import ResourceId
from shared.model.write import Fate
from simulator.faults import Fault, FaultKind
from simulator.local import LocalAzure
from tests.handlers.looking import build_site, look


async def test_what_the_app_itself_took_away_is_no_loss_though_the_answer_got_lost(
    azure: LocalAzure, enforcing: Guard
) -> None:
    site = build_site(azure.world)
    vm = ResourceId(site.vm_id)
    await look(enforcing, site.vm_id)
    await azure.advance(600)
    await look(enforcing, site.vm_id)
    (install,) = await list_writes(enforcing.clients, vm)
    row, now = await read_subject(enforcing.clients, vm)
    held = replace(row.past, hold=Hold(now, "undo", install.id))
    await save_subject(enforcing.clients, replace(row, past=held))
    azure.world.faults.add(Fault(FaultKind.DROPPED_AFTER, method="DELETE"))
    await look(enforcing, site.vm_id)
    await azure.advance(600)
    await look(enforcing, site.vm_id)
    row, _ = await read_subject(enforcing.clients, vm)
    assert [write.fate for write in await list_writes(enforcing.clients, vm)] == [Fate.DONE, Fate.DONE]
    assert (row.past.unsettled, row.past.losses) == ((), ())
