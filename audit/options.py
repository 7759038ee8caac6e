"""What can be said on the command line."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EPILOG = (
    "It signs in as the Azure CLI is signed in (`az login`), reads, and writes nothing in Azure. WAC Guard's settings"
    " in the environment (WAC_PORT, WAC_INBOUND_SOURCES, WAC_EXCLUDE_TAG ...) decide what is right, as they would"
    " once it is deployed."
    " Exit code: 0 if nothing is wrong, 1 if something is, 2 if something could not be read or told, or nothing could"
    " be begun, 130 if it was stopped."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What to read and where to write it down."""

    subscriptions: tuple[str, ...]
    management_group: str | None
    app_registrations: bool
    html: Path
    json: Path
    svg: Path | None
    quiet: bool


def make_parser() -> argparse.ArgumentParser:
    """Make the parser of the command line."""
    parser = argparse.ArgumentParser(
        prog="python -m audit",
        description="See what WAC Guard would find in your Azure subscriptions, before deploying anything.",
        epilog=_EPILOG,
    )
    scope = parser.add_mutually_exclusive_group()
    scope.add_argument(
        "--subscription",
        action="append",
        default=[],
        metavar="ID_OR_NAME",
        help="read this subscription alone; may be repeated (default: all that you can see)",
    )
    scope.add_argument("--management-group", metavar="ID", help="read the subscriptions of this management group")
    parser.add_argument(
        "--no-app-registrations",
        action="store_true",
        help="leave the tenant's app registrations unread; gateways that they tell of are then unknown",
    )
    parser.add_argument(
        "--html", type=Path, default=Path("wac-audit.html"), metavar="FILE", help="the report (%(default)s)"
    )
    parser.add_argument(
        "--json",
        type=Path,
        default=Path("wac-audit.json"),
        metavar="FILE",
        help="the same for programs (%(default)s)",
    )
    parser.add_argument("--svg", type=Path, metavar="FILE", help="save what the terminal shows as a picture, too")
    parser.add_argument(
        "--quiet", action="store_true", help="show nothing but faults: the files and the exit code do"
    )
    return parser


def parse_options(arguments: Sequence[str] | None) -> Options:
    """Read the command line, by default the process's own; exit with 2 and a word of help for a bad one."""
    parser = make_parser()
    given = parser.parse_args(arguments)
    for file in filter(None, (given.html, given.json, given.svg)):
        if not file.absolute().parent.is_dir():
            parser.error(f"{file} can't be written: there is no folder {file.absolute().parent}")
        if file.is_dir():
            parser.error(f"{file} is a folder: give the name of a file")
    return Options(
        subscriptions=tuple(given.subscription),
        management_group=given.management_group,
        app_registrations=not given.no_app_registrations,
        html=given.html,
        json=given.json,
        svg=given.svg,
        quiet=given.quiet,
    )
