"""The HTML file: well-formed, self-contained, readable without scripts, and safe whatever things are called."""

from __future__ import annotations

import asyncio
import re
import shutil
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import pytest

from audit.document import AuditDocument
from audit.page import LABELS, MEANINGS, PROPOSED, make_page
from audit.result import SubscriptionAudit
from shared.model.plan import Action
from shared.model.reason import Reason, Status
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
from tests.decide.actions import DELETE_RULE, PATCH, PUT_EXTENSION, PUT_RULE, REFRESH

CHROMIUM = shutil.which("chromium") or shutil.which("google-chrome")
VOID = {"meta", "input", "br", "link", "img", "hr"}
HOSTILE = (
    "<script>document.title='caught'</script><img src=x onerror=\"document.title='caught'\">'\"&{{ 7*7 }}\x1b\u202e"
)
WIKI = "https://wiki.contoso.com/wac"
ACTIONS = (PUT_EXTENSION, REFRESH, PUT_RULE, DELETE_RULE, PATCH)


@dataclass
class Reading(HTMLParser):
    """Reads a page as a browser does that minds every tag."""

    open: list[str] = field(default_factory=list)
    tags: list[tuple[str, dict[str, str | None]]] = field(default_factory=list)
    text: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def of(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.tags if name == tag]


def read(page: str) -> Reading:
    reading = Reading()
    reading.feed(page)
    reading.close()
    assert reading.open == []
    return reading


def everything(name: str = "vm", documentation: str | None = None) -> AuditDocument:
    """Make an audit with something of all that a page may show, called that name where names are free."""
    plans = (
        plan(VM, Reason.EXTENSION_MISSING, message=f"{name} has none.", actions=ACTIONS, nested={name: [name]}),
        plan(NSG, Reason.READ_FAILED, message=name),
        plan(vm("off"), Reason.VM_STOPPED),
        plan(vm("linux"), Reason.NOT_WINDOWS_SERVER),
        plan(vm("fine")),
    )
    failed = SubscriptionAudit(SUBSCRIPTION_ID, name, failure=name)
    tenant = registrations(plan(APPLICATION, Reason.GATEWAY_ON_WEB_PLATFORM), name=name)
    settings = {"WAC_GATEWAYS": name}
    return documented(
        subscription(*plans, name=name),
        failed,
        tenant=tenant,
        settings=settings,
        name=name,
        documentation=documentation,
    )


@pytest.mark.parametrize("document", [everything(), documented(), documented(subscription(plan(VM)))])
def test_every_tag_is_closed_every_id_is_one_and_what_is_pointed_to_is_there(document: AuditDocument) -> None:
    reading = read(make_page(document))
    ids = [attributes["id"] for _, attributes in reading.tags if "id" in attributes]
    assert len(ids) == len(set(ids))
    pointed = [attributes["aria-labelledby"] for _, attributes in reading.tags if "aria-labelledby" in attributes]
    pointed += [str(one["href"]).removeprefix("#") for one in reading.of("a")]
    pointed += [one["for"] for one in reading.of("label")]
    assert set(pointed) <= set(ids)


def test_nothing_is_fetched_and_nothing_runs_but_its_own_script() -> None:
    page = make_page(everything())
    reading = read(page)
    assert [one for one, attributes in reading.tags if "src" in attributes] == []
    assert [one for one in reading.of("a") if not str(one["href"]).startswith("#")] == []
    assert reading.of("link") == []
    assert "url(" not in page
    policy = next(one["content"] for one in reading.of("meta") if one.get("http-equiv") == "Content-Security-Policy")
    assert re.fullmatch(
        r"default-src 'none'; style-src 'sha256-\S+'; script-src 'sha256-\S+'; base-uri 'none'; form-action 'none'",
        policy or "",
    )
    assert [one for one, attributes in reading.tags if {"style", "onclick", "onload"} & attributes.keys()] == []


def test_without_scripts_all_of_it_is_there() -> None:
    document = everything()
    text = "".join(read(make_page(document)).text)
    for one in document.subjects:
        assert one.subject in text
        for finding in one.findings:
            assert finding.message in text
        for proposal in one.proposals:
            for code in (proposal.azure_cli, proposal.bicep, proposal.terraform):
                assert code in text
    assert all(note in text for note in document.notes)
    assert "ada@contoso.com" in "".join(read(make_page(documented())).text)


def test_where_people_read_the_documentation_each_reason_leads_there() -> None:
    reading = read(make_page(everything(documentation=WIKI)))
    links = [one for one in reading.of("a") if not str(one["href"]).startswith("#")]
    named = ("extension_missing", "read_failed", "vm_stopped", "not_windows_server", "gateway_on_web_platform")
    assert {one["href"] for one in links} == {f"{WIKI}/findings.md#{reason}" for reason in named}
    # In the table of reasons, and at each finding.
    assert len(links) == 2 * len(named)
    assert {one["rel"] for one in links} == {"noopener noreferrer"}
    assert "docs/findings.md" not in "".join(reading.text)


def test_without_an_address_the_page_names_the_file_and_links_nothing() -> None:
    reading = read(make_page(everything()))
    assert "docs/findings.md" in "".join(reading.text)
    assert [one["href"] for one in reading.of("a")] == ["#main"]


@pytest.mark.parametrize("page", ["javascript:alert(1)", "//wiki.contoso.com", "http://wiki.contoso.com", HOSTILE])
def test_no_other_address_becomes_a_link(page: str) -> None:
    document = everything()
    for one in document.subjects:
        for finding in one.findings:
            finding.page = page
    assert [one["href"] for one in read(make_page(document)).of("a")] == ["#main"]


def test_an_address_with_odd_characters_stays_within_its_link() -> None:
    document = everything()
    document.subjects[0].findings[0].page = f"https://wiki.contoso.com/{HOSTILE}"
    links = read(make_page(document)).of("a")
    assert {str(one["href"]) for one in links} == {"#main", f"https://wiki.contoso.com/{HOSTILE}"}


def test_every_action_and_every_status_has_its_words() -> None:
    assert set(PROPOSED) == {one.__name__ for one in get_args(Action)}
    assert set(LABELS) == set(MEANINGS) == {one.name for one in Status}


def test_names_are_text_whatever_they_are() -> None:
    page = make_page(everything(HOSTILE))
    reading = read(page)
    assert len(reading.of("script")) == 1
    assert reading.of("img") == []
    assert "document.title='caught'" in "".join(reading.text)
    assert "{{ 7*7 }}" in "".join(reading.text)
    assert not {"\x1b", "\u202e"} & set(page)


def test_it_can_be_read_aloud_and_in_the_dark() -> None:
    page = make_page(everything())
    reading = read(page)
    assert reading.of("html") == [{"lang": "en"}]
    assert [len(reading.of(tag)) for tag in ("h1", "main", "header", "footer")] == [1, 1, 1, 1]
    assert len(reading.of("caption")) == len(reading.of("table"))
    assert all(one.get("scope") in {"col", "row"} for one in reading.of("th"))
    assert all(one.get("aria-label") for one in reading.of("svg"))
    for piece in ("prefers-color-scheme: dark", "@media print", ":focus-visible"):
        assert piece in page


@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here to open the page in")
async def test_a_browser_takes_its_script_and_style_and_runs_nothing_that_is_named(tmp_path: Path) -> None:
    file = tmp_path / "audit.html"
    file.write_text(make_page(everything(HOSTILE, WIKI)), encoding="utf-8")
    process = await asyncio.create_subprocess_exec(
        *(str(CHROMIUM), "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path / 'profile'}"),
        *("--dump-dom", file.as_uri()),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    output, _ = await asyncio.wait_for(process.communicate(), 60)
    reading = read(re.sub(r"<!DOCTYPE html>", "", output.decode(), flags=re.IGNORECASE))
    assert re.search(r"<output[^>]*>6 of 6 shown</output>", output.decode())
    assert "hidden" not in next(one for one in reading.of("div") if one.get("id") == "filter")
    assert "<title>WAC Guard audit of" in output.decode()
    assert f"{WIKI}/findings.md#vm_stopped" in {one["href"] for one in reading.of("a")}
