"""What the terminal shows."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

from audit.document import AuditDocument
from audit.plain import plain
from audit.result import SubscriptionAudit
from audit.terminal import WIDTH, save_picture, show
from shared.model.reason import Reason
from tests.audit.audits import (
    APPLICATION,
    NSG,
    SUBSCRIPTION_ID,
    VM,
    documented,
    plan,
    registrations,
    subscription,
    vm,
)

FILES = (Path("wac-audit.html"), Path("wac-audit.json"))


def shown(document: AuditDocument) -> str:
    console = Console(file=io.StringIO(), width=WIDTH, highlight=False)
    show(console, document, FILES)
    file = console.file
    assert isinstance(file, io.StringIO)
    return file.getvalue()


def test_it_shows_counts_reasons_and_the_sentences_of_the_worst() -> None:
    text = shown(
        documented(
            subscription(plan(VM, Reason.EXTENSION_MISSING, message="vm-1 has no extension."), plan(NSG)),
            tenant=registrations(plan(APPLICATION, Reason.GATEWAY_ON_WEB_PLATFORM, message="It breaks.")),
        )
    )
    for piece in ("in 1 subscription and 7 app registrations", "read as ada@contoso.com", "vm-1 has no extension."):
        assert piece in text
    assert "It breaks." in text
    assert "2 are wrong. Nothing was written." in text
    assert "wac-audit.html and wac-audit.json" in text


def test_subjects_with_the_same_reasons_are_shown_once() -> None:
    many = [plan(vm(f"vm-{number}"), Reason.OUTBOUND_DENIED) for number in range(300)]
    text = shown(documented(subscription(*many, plan(NSG, Reason.INBOUND_EXPOSED, message="Open to all."))))
    assert "and 299 more with the same" in text
    assert "Open to all." in text
    assert len(text.splitlines()) < 40


def test_however_much_is_wrong_it_fits_a_screen_or_two() -> None:
    reasons = [one for one in Reason if one.status.name == "NON_COMPLIANT"]
    text = shown(documented(subscription(*(plan(vm(f"vm-{one}"), one, reasons[0]) for one in reasons))))
    assert f"and {len(reasons) - 12} others" in text
    assert len(text.splitlines()) < 100


def test_what_could_not_be_read_stands_out_and_nothing_is_called_right() -> None:
    text = shown(documented(SubscriptionAudit(SUBSCRIPTION_ID, "Production", failure="AuthorizationFailed: no")))
    assert "Could not be read" in text
    assert "AuthorizationFailed: no" in text
    assert "0 of 1 subscription" in text
    assert "✓" not in text
    assert "1 could not be read or told" in text


def test_where_nothing_is_wrong_it_says_so() -> None:
    assert "✓ Nothing is wrong in what was read." in shown(documented(subscription(plan(VM))))


def test_names_steer_no_terminal_and_are_no_markup() -> None:
    hostile = "\x1b[2J[bold]rm\u202egpj.exe\x07"
    named = subscription(
        plan(VM, Reason.EXTENSION_MISSING, message=f"{hostile} is wrong"), name=hostile, unreadable={NSG: hostile}
    )
    text = shown(documented(named, tenant=registrations(plan(APPLICATION, Reason.READ_FAILED), name=hostile)))
    assert not {"\x1b", "\x07", "\u202e"} & set(text)
    assert "[bold]rm" in text


def test_plain_text_stays_as_it_is() -> None:
    assert plain("Prüfung → “WAC”\n2 日本") == "Prüfung → “WAC” 2 日本"


def test_the_picture_fetches_nothing(tmp_path: Path) -> None:
    save_picture(documented(subscription(plan(VM, Reason.EXTENSION_MISSING))), FILES, tmp_path / "audit.svg")
    svg = (tmp_path / "audit.svg").read_text()
    assert svg.startswith("<svg")
    assert "@font-face" not in svg
    assert "url(http" not in svg
