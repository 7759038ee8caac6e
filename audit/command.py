"""The audit from its command line to its exit code."""

from __future__ import annotations

import asyncio
import io
import logging
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from audit.document import AuditDocument, document_audit
from audit.options import Options, parse_options
from audit.page import make_page
from audit.progress import Watch
from audit.registrations import audit_registrations
from audit.result import Audit
from audit.scope import Scope, choose
from audit.subscriptions import Auditor
from audit.terminal import make_console, make_errors, save_picture, show
from shared.azure.clients import AzureClients
from shared.azure.facts import AzureFacts
from shared.azure.failures import Absent, PassingFailure, Refusal
from shared.azure.patience import Patience, Sleep
from shared.azure.sign_in import NotSignedIn, SignIn, make_credential
from shared.azure.subscriptions import list_subscriptions
from shared.settings import Choices, SettingsError, parse_choices

CANNOT_BEGIN, STOPPED = 2, 130
# What decides what is read and what is right, and not where Azure is or what the deployed app may write.
SHAPING = (
    "WAC_SUBSCRIPTIONS",
    "WAC_MANAGEMENT_GROUP",
    "WAC_EXCLUDE_TAG",
    "WAC_EXCLUDE_RESOURCE_GROUPS",
    "WAC_PORT",
    "WAC_INBOUND_SOURCES",
    "WAC_RULES",
    "WAC_OUTRANK",
    "WAC_MINIMUM_EXTENSION_VERSION",
    "WAC_GATEWAYS",
    "WAC_REDIRECTS_CLEANUP",
)


class NothingToRead(Exception):
    """There is no subscription to read; the message says why."""


def main(arguments: Sequence[str] | None = None, *, sleep: Sleep = asyncio.sleep) -> int:
    """Audit what the command line says, waiting for Azure by `sleep`; give the exit code."""
    options = parse_options(arguments)
    _take_any_terminal()
    errors = make_errors()
    try:
        with _quiet_libraries():
            document = asyncio.run(_audit(options, os.environ, sleep))
        _write(document, options)
    except (SettingsError, NotSignedIn, NothingToRead, OSError) as fault:
        errors.print(str(fault), style="red", markup=False)
        return CANNOT_BEGIN
    except (KeyboardInterrupt, asyncio.CancelledError):
        errors.print("Stopped. Nothing was written, neither in Azure nor here.")
        return STOPPED
    return document.exit_code


async def _audit(options: Options, environment: Mapping[str, str], sleep: Sleep) -> AuditDocument:
    """Sign in, read, decide. Raises SettingsError, NotSignedIn, NothingToRead."""
    began_at = datetime.now(UTC)
    choices = parse_choices(environment)
    desired = choices.desired.audited()
    sign_in = _make_sign_in(choices.client_id)
    with Watch(make_errors(quiet=options.quiet)) as watch:
        patience = Patience(watch.wait, sleep)
        clients = AzureClients(
            choices,
            transport=patience.transport,
            graph_connections=patience.connections,
            pause=patience.pause,
            credential=sign_in,
        )
        try:
            with watch.working("Signing in"):
                signed_in = await sign_in.identify()
            facts = AzureFacts(clients)
            scope = await _choose(clients, facts, options, choices)
            registrations = await audit_registrations(clients, desired, watch) if options.app_registrations else None
            gateways = registrations.gateways if registrations else ()
            read = await Auditor(clients, facts, desired, gateways, watch).audit_all(scope.subscriptions)
        finally:
            await clients.close()
    settings = {name: environment[name] for name in SHAPING if environment.get(name, "").strip()}
    return document_audit(
        Audit(
            began_at,
            datetime.now(UTC),
            signed_in,
            settings,
            read,
            registrations,
            scope.unseen,
            choices.documentation,
        )
    )


def _make_sign_in(client_id: str | None) -> SignIn:
    try:
        return SignIn(make_credential(client_id))
    except ValueError as fault:
        # Of AZURE_TOKEN_CREDENTIALS, for one.
        raise NotSignedIn(f"Signing in is not possible as it is set up: {fault}") from fault


async def _choose(clients: AzureClients, facts: AzureFacts, options: Options, choices: Choices) -> Scope:
    """Choose what to read of what is seen: what the options say, or else the settings. Raises NothingToRead."""
    group, named = options.management_group, options.subscriptions
    if not group and not named:
        group, named = choices.management_group, choices.subscriptions
    try:
        visible = await list_subscriptions(clients, facts.note_time, group)
    except (Absent, Refusal, PassingFailure) as failure:
        where = f"Management group {group}" if group else "Azure"
        raise NothingToRead(f"{where} shows no subscriptions to read: {failure}") from failure
    scope = choose(visible, named)
    if not scope.subscriptions and not scope.unseen:
        raise NothingToRead(
            "There is no subscription to read: your sign-in sees none. It takes the role Reader in them;"
            " `az login --tenant <tenant id>` signs in to another tenant."
        )
    return scope


def _write(document: AuditDocument, options: Options) -> None:
    """Write the files, and show the same. Raises OSError."""
    options.html.write_text(make_page(document), encoding="utf-8")
    options.json.write_text(document.model_dump_json(indent=2) + "\n", encoding="utf-8")
    files = (options.html, options.json)
    if options.svg:
        save_picture(document, files, options.svg)
    if not options.quiet:
        show(make_console(), document, files)


def _take_any_terminal() -> None:
    """Have signs that a terminal's encoding lacks replaced: in a file on Windows, that may be most of them."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


@contextmanager
def _quiet_libraries() -> Iterator[None]:
    """Keep warnings from the terminal, where they would only repeat what the report tells; not what is a bug."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(logging.ERROR)
    root = logging.getLogger()
    root.addHandler(handler)
    try:
        yield
    finally:
        root.removeHandler(handler)
