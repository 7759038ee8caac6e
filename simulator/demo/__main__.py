"""`python -m simulator.demo`: play a morning in the life of a subscription, and end with what became of it."""

from __future__ import annotations

import argparse
import asyncio
import io
import re
import sys
import time
from contextlib import AsyncExitStack
from pathlib import Path

from rich.console import Console, RenderableType
from rich.text import Text

from simulator.azurite.service import AzuriteMissing
from simulator.child_process import ChildFailed
from simulator.demo.audit import audit
from simulator.demo.ending import make_tables, make_verdict
from simulator.demo.screen import WIDTH, Screen, make_console
from simulator.demo.stage import import_customer, set_stage
from simulator.demo.story import END, play
from simulator.demo.verdict import count, find_faults
from simulator.deployment import APP, app_settings, subscribe_app
from simulator.local import LocalAzure
from simulator.world import SUBSCRIPTION_ID

_OPENING = (
    "A morning in the life of a subscription, in which WAC Guard {mode}. Azure and its time are simulated; the SDKs,"
    " the Functions worker and the storage emulator are real."
)
_WEB_FONTS = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> int:
    """Play; give 0 when the world ends as it should, 1 when it does not, and 2 when nothing can be played."""
    parser = argparse.ArgumentParser(prog="python -m simulator.demo", description=__doc__)
    parser.add_argument("--audit", action="store_true", help="have the app audit alone: it then writes nothing")
    parser.add_argument("--svg", type=Path, metavar="FILE", help="save the table at the end as a picture")
    options = parser.parse_args()
    try:
        return asyncio.run(_run(options))
    except (AzuriteMissing, ChildFailed) as error:
        sys.stderr.write(f"{error}\n")
        return 2
    except KeyboardInterrupt:
        return 130


async def _run(options: argparse.Namespace) -> int:
    began = time.monotonic()
    screen = Screen(make_console())
    settings = app_settings(SUBSCRIPTION_ID, enforcing=not options.audit)
    async with AsyncExitStack() as stack:
        with screen.starting("Starting a local Azure, and the app in a Functions host …"):
            importing = asyncio.create_task(asyncio.to_thread(import_customer))
            azure = await stack.enter_async_context(LocalAzure(APP, settings, publishing=True))
            await subscribe_app(azure)
            stage = await stack.enter_async_context(set_stage(azure, screen, await importing))
        screen.say(Text(_OPENING.format(mode="audits alone" if options.audit else "enforces")))
        with screen.playing(stage.began, END):
            await play(stage)
        totals = count(stage)
        cases, registrations = list(stage.cases.values()), stage.registrations
        with screen.starting("Asking the app about every VM, every NSG and the app registrations …"):
            subjects = [subject for case in cases for subject in (case.vm_id, *case.nsg_ids)]
            reports = await audit(azure, [*subjects, *(one.subject for one in registrations)])
        stage.chronicle.hear(azure.log_lines())
        faults = find_faults(stage, reports)
        tables = make_tables(azure.world, cases, registrations, reports)
    verdict = make_verdict(faults, totals, cases, registrations, time.monotonic() - began)
    screen.say("", tables, verdict)
    if options.svg:
        _save(options.svg, tables, verdict)
    return 1 if faults else 0


def _save(file: Path, *shown: RenderableType) -> None:
    console = Console(file=io.StringIO(), record=True, width=WIDTH)
    console.print(*shown)
    svg = console.export_svg(title="make demo", unique_id="demo")
    # Where a picture is shown, nothing is fetched for it: the viewer's own monospaced font has to do.
    file.write_text(_WEB_FONTS.sub("", svg), encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
