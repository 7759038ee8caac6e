"""What people ask for by HTTP, through the host and Microsoft's worker."""

import contextlib
from typing import Any

from azure.core.exceptions import ResourceExistsError

from shared.azure.check_queue import CHECKS
from simulator.build import (
    add_network,
    add_resource_group,
    add_security_group,
    add_virtual_machine,
    attach,
    security_rule,
    subnet_id,
)
from tests.conftest import trusting
from tests.flows.azure_with_app import AzureWithApp


async def call(
    app: AzureWithApp, method: str, name: str, query: dict[str, str] | None = None, **body: Any
) -> tuple[int, dict[str, Any], dict[str, str]]:
    """Send a request with the function key; give the status, the document and the headers."""
    url, params = f"{app.azure.host_url}/api/{name}", {"code": app.azure.function_key} | (query or {})
    async with trusting() as session, session.request(method, url, params=params, json=body or None) as response:
        return response.status, await response.json(content_type=None), dict(response.headers)


async def test_one_route_sets_the_kill_switch_and_shows_it_and_another_lifts_it(app: AzureWithApp) -> None:
    status, stopped, _ = await call(app, "POST", "stop", reason="Friday, “late”")
    assert (status, stopped["kill_switch"]["reason"]) == (200, "Friday, “late”")
    status, shown, headers = await call(app, "GET", "stop")
    assert (status, shown["kill_switch"]) == (200, stopped["kill_switch"])
    assert headers["Content-Type"].startswith("application/json")
    status, _, _ = await call(app, "POST", "lift", stop="kill_switch")
    assert (status, (await call(app, "GET", "stop"))[1]["kill_switch"]) == (200, None)


async def test_a_person_undoes_what_was_written_and_finds_the_hold_in_the_report(app: AzureWithApp) -> None:
    add_resource_group(app.world, "rg-1")
    vm = add_virtual_machine(app.world, "rg-1", "vm-ü", subnet=subnet_id(add_network(app.world, "rg-1", "vnet")))
    assert (await app.ask({"subject": vm, "mode": "enforce"}))[0] == 202
    await app.azure.settle_for(3600)
    assert app.installs(vm) == 1
    _, trail, _ = await call(app, "GET", "writes", {"subject": vm})
    (write,) = trail["writes"]
    assert (write["action"], write["fate"]) == ("PutExtension", "done")
    status, order, _ = await call(app, "POST", "undo", subject=vm, write=write["id"])
    assert status == 202
    await app.azure.settle_for(3600)
    assert app.world.resources.in_collection(f"{vm}/extensions") == []
    _, report, _ = await call(app, "GET", "reports", {"subject": vm})
    assert (report["held"]["at"], report["held"]["undo"]) == (order["held"]["at"], None)


async def test_what_a_person_accepts_for_a_day_is_counted_again_the_next(app: AzureWithApp) -> None:
    add_resource_group(app.world, "rg-ü")
    subnet = subnet_id(add_network(app.world, "rg-ü", "vnet"))
    deny = security_rule("NoWac", priority=200, destination="WindowsAdminCenter", destination_port="443")
    nsg = add_security_group(app.world, "rg-ü", "nsg", [deny])
    attach(app.world, nsg, subnet)
    add_virtual_machine(app.world, "rg-ü", "vm", subnet=subnet)
    today = app.world.clock.now().date().isoformat()
    asked = {"subject": nsg, "reason": "OUTBOUND_DENIED_DELIBERATELY"}
    status, waived, _ = await call(app, "POST", "waivers", None, by="Zoë", why="not yet", until=today, **asked)
    assert (status, waived["checks"]) == (200, 1)
    await app.azure.settle_for(60)
    _, report, _ = await call(app, "GET", "reports", {"subject": nsg})
    assert (report["status"], [found["waiver"]["by"] for found in report["findings"]]) == ("COMPLIANT", ["Zoë"])

    await app.azure.settle_for(25 * 3600)
    _, report, _ = await call(app, "GET", "reports", {"subject": nsg})
    assert (report["status"], [found["waiver"] for found in report["findings"]]) == ("NON_COMPLIANT", [None])
    _, listed, _ = await call(app, "GET", "waivers", {"subject": nsg})
    assert [one["expired"] for one in listed["waivers"]] == [True]
    status, withdrawn, _ = await call(app, "DELETE", "waivers", asked)
    assert (status, withdrawn["waiver"]["why"]) == (200, "not yet")
    assert (await call(app, "GET", "waivers"))[1] == {"waivers": []}


async def test_a_message_that_fails_five_times_is_a_report_that_people_find(app: AzureWithApp) -> None:
    queue = app.azure.storage.get_queue_client(CHECKS)
    with contextlib.suppress(ResourceExistsError):
        await queue.create_queue()
    await queue.send_message("no check & <b>")
    await app.azure.settle_for(600)
    _, listed, _ = await call(app, "GET", "reports", {"status": "UNKNOWN"})
    assert [(one["subject"], one["reasons"]) for one in listed["subjects"]] == [("no check & <b>", ["CHECK_FAILED"])]
    _, report, _ = await call(app, "GET", "reports", {"subject": "no check & <b>"})
    assert "can't be read" in report["findings"][0]["message"]
    assert len(await app.log_lines("Check given up as poison")) == 1
