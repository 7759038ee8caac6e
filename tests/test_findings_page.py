"""docs/findings.md has a part for every reason, and all that it names is there."""

import re
import shlex
from collections import Counter
from pathlib import Path

import pytest

from shared.model.finding_page import finding_page
from shared.model.reason import Reason, Status
from shared.settings import Settings
from tests.test_function_app import ROUTES

PROJECT = Path(__file__).parents[1]
DOCS = PROJECT / "docs"
PAGE = (DOCS / "findings.md").read_text()
PAGES = {one.name: one.read_text() for one in (*DOCS.glob("*.md"), PROJECT / "README.md")}
PARTS = {part.partition("\n")[0]: part.partition("\n")[2] for part in PAGE.replace("\n## ", "\n### ").split("\n### ")}
TOLD = re.compile(r"^- \*\*(What it means|What people see|What to do|By itself):\*\* (.+(?:\n  .+)*)", re.MULTILINE)
SETTINGS = {field.alias for field in Settings.model_fields.values()}
STATUSES = {one.name for one in Status}


def slugs(page: str) -> list[str]:
    """Give the anchors that GitHub makes of a page's headings, in order.

    Letters become small, all but letters, digits, spaces, hyphens and underscores go, and spaces become hyphens; one
    that is there already is numbered. https://docs.github.com/get-started/writing-on-github
    """
    seen = Counter[str]()
    found = []
    for heading in headings_of(page):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        found.append(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return found


def prose_of(page: str) -> str:
    """Give a page without its blocks of code."""
    return re.sub(r"^```.*?^```$", "", page, flags=re.MULTILINE | re.DOTALL)


def headings_of(page: str) -> list[str]:
    return re.findall(r"^#{1,6} +(.+?) *$", prose_of(page), re.MULTILINE)


def commands(page: str, program: str) -> list[str]:
    """Give the lines of a program in a page's blocks, and its texts within lines."""
    blocks = "\n".join(re.findall(r"^```console\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    lines = blocks.replace("\\\n", " ").splitlines()
    texts = [text.replace("\n", " ") for text in re.findall(r"`([^`]+)`", prose_of(page))]
    return [one for one in (*lines, *texts) if one.startswith(f"{program} ")]


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_one_part_that_tells_its_status_what_it_means_what_people_see_and_what_to_do(
    reason: Reason,
) -> None:
    assert PAGE.count(f"\n### `{reason}`\n") == 1
    part = PARTS[f"`{reason}`"]
    assert re.match(rf"\nStatus {reason.status.name}, of (all|any|a|an|the|whatever) [\w\s,]+\.\n\n- ", part)
    told = dict(TOLD.findall(part))
    assert list(told)[:3] == ["What it means", "What people see", "What to do"]
    assert all(text.endswith((".", ")")) for text in told.values())
    assert len(told["What it means"].split()) > 5
    assert len(told["What to do"].split()) > 0


def test_there_is_no_part_for_what_is_no_reason() -> None:
    assert sorted(re.findall(r"^### (.+)$", PAGE, re.MULTILINE)) == sorted(f"`{one}`" for one in Reason)


def test_the_contents_lead_to_every_part_in_order() -> None:
    contents = PAGE.partition("\n## Contents\n")[2].partition("\n## ")[0]
    after = slugs(PAGE)[slugs(PAGE).index("contents") + 1 :]
    assert re.findall(r"\]\(#([\w-]+)\)", contents) == after


@pytest.mark.parametrize("reason", Reason)
def test_the_address_that_a_finding_carries_is_of_its_own_part(reason: Reason) -> None:
    path, _, anchor = finding_page(reason.value).partition("#")
    assert PROJECT / path == DOCS / "findings.md"
    assert headings_of(PAGE)[slugs(PAGE).index(anchor)] == f"`{reason}`"


@pytest.mark.parametrize("name", PAGES)
def test_every_reason_that_a_page_names_is_one(name: str) -> None:
    begins = {one.partition("_")[0] for one in Reason}
    named = {one for one in re.findall(r"`([A-Z]+(?:_[A-Z]+)+)`", PAGES[name]) if one.partition("_")[0] in begins}
    assert named - STATUSES <= set(Reason)


def test_every_setting_that_the_page_names_is_one() -> None:
    named = set(re.findall(r"WAC_[A-Z_]+", PAGE))
    assert named <= SETTINGS
    assert "WAC_DOCUMENTATION" in named


def test_every_request_that_the_page_names_is_one() -> None:
    requests = re.findall(r"`(GET|POST|DELETE)\s/api/(\w+)", PAGE)
    requests += [(method, route) for line in commands(PAGE, "curl") for method, route in _requests(line)]
    assert set(requests) <= {(method, route) for methods, route in ROUTES.values() for method in methods}
    assert ("POST", "checks") in requests


def _requests(line: str) -> list[tuple[str, str]]:
    words = shlex.split(line, comments=True)
    method = words[words.index("-X") + 1] if "-X" in words else "GET"
    return [(method, word.removeprefix("$APP/")) for word in words if word.startswith("$APP/")]


def test_every_line_of_azure_cli_can_be_typed() -> None:
    lines = commands(PAGE, "az")
    assert len(lines) > 20
    for line in lines:
        words = shlex.split(re.sub(r"<[^<>]+>", "ID", line), comments=True)
        assert re.fullmatch(r"[a-z-]+", words[1]), line
        options = [word for word in words if word.startswith("-")]
        assert all(re.fullmatch(r"--[a-z]+(-[a-z]+)*", option) for option in options), line
        assert len(options) == len(set(options)), line
        assert not words[-1].startswith("-"), line
