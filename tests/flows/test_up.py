"""`python -m simulator.up`, as people use it: what it prints works when pasted, and what the app does is shown."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.flows.running_up import RunningUp, run_up


def documents(output: str) -> list[dict[str, Any]]:
    """Give the JSON documents that stand one after the other in a text."""
    decoder, found = json.JSONDecoder(), []
    while output := output.strip():
        document, end = decoder.raw_decode(output)
        found.append(document)
        output = output[end:]
    return found


@pytest.mark.skipif(shutil.which("curl") is None, reason="the lines to paste need curl, which is not installed")
async def test_the_printed_lines_work_and_what_the_app_does_is_shown_until_it_is_stopped(tmp_path: Path) -> None:
    async with run_up(tmp_path) as running:
        await ask_and_send(running)
        running.process.terminate()
        await running.wait_for("Stopped.")
        assert await running.process.wait() == 0


async def ask_and_send(running: RunningUp) -> None:
    fine, singled_out, nonsense = documents(await running.paste("1."))
    assert fine["status"] == "COMPLIANT"
    assert singled_out["status"] == "NON_COMPLIANT"
    assert nonsense["status"] == 400
    await running.wait_for("check", "server-2022", "COMPLIANT")
    await running.wait_for("check", "singled-out", "OUTBOUND_DENIED_DELIBERATELY")

    known, written, undone, lifted, stopped, free = documents(await running.paste("2."))
    assert known["counts"]["NON_COMPLIANT"] >= 1
    assert written["writes"][0]["id"] == undone["held"]["undo"]
    assert lifted["lifted"]["hold"]["reason"] == undone["held"]["reason"]
    assert stopped["kill_switch"] == free["lifted"]["kill_switch"]

    assert (await running.paste("3.")).strip() == "202"
    await running.wait_for("event", "asleep", "virtualMachines/write")
    await running.wait_for("check", "asleep", "VM_STOPPED")

    queued, listed = documents(await running.paste("4."))
    assert queued["subject"].endswith("/tenants/home")
    assert listed["counts"]["NON_COMPLIANT"] >= 1
    await running.wait_for("write", "patch app", "started")

    found = await running.paste("6.")
    assert "What WAC Guard would find in 1 subscription and 204 app registrations" in found
    assert "OUTBOUND_DENIED_DELIBERATELY" in found
    assert "exit code 1" in found
    assert (running.directory / "wac-audit.html").read_text().startswith("<!doctype html>")

    swept, sweeps, plans = documents(await running.paste("7."))
    assert swept["subject"].startswith("/subscriptions/")
    assert (set(sweeps), set(plans)) == ({"sweeps"}, {"plans"})
    await running.wait_for("check", "subscription", "SUBSCRIPTION_SWEPT")
