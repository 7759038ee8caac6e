"""The documentation leads where it says: what it links to and names is there."""

import re
from pathlib import Path

import pytest

from shared.settings import Settings, SettingsError, parse_settings
from tests.test_function_app import ROUTES

ROOT = Path(__file__).parents[1]
PAGES = sorted([ROOT / "README.md", ROOT / "SECURITY.md", *(ROOT / "docs").rglob("*.md")])
SETTINGS_PAGE = (ROOT / "docs" / "settings.md").read_text()
STORAGE = {"AzureWebJobsStorage__accountName": "stwac"}

# What the pages tell of before it is there. Whoever brings it empties its set.
# The deployment's values, which are no settings of the app: parameters of infra/main.parameters.json and outputs of
# infra/main.bicep. `WAC_TEST_INSTANCES` is of the tests.
OF_THE_DEPLOYMENT = {
    "WAC_ALERT_EMAILS",
    "WAC_AUTH_CLIENT_ID",
    "WAC_EVENTS_IDENTITY_ID",
    "WAC_EXTENSIONS_PRINCIPAL_ID",
    "WAC_FUNCTION_APP_ID",
    "WAC_FUNCTION_APP_NAME",
    "WAC_GUARD_PRINCIPAL_ID",
    "WAC_ACTION_GROUP_ID",
    "WAC_NETWORK_PRINCIPAL_ID",
    "WAC_PUBLISH_EVENTS",
    "WAC_REDIRECTS_PRINCIPAL_ID",
    "WAC_SEPARATE_IDENTITIES",
    "WAC_STORAGE_ACCOUNT_ID",
    "WAC_TEST_INSTANCES",
    "WAC_WATCH_SUBSCRIPTIONS",
}
KNOWN = {field.alias or "" for field in Settings.model_fields.values()}


def name_of(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(text: str) -> str:
    """Leave out code: what looks like a link or a heading there is none."""
    return re.sub(r"^( *)```.*?^\1```", "", text, flags=re.DOTALL | re.MULTILINE)


def slugs(page: Path) -> set[str]:
    """Give the anchors that GitHub makes of a page's headings."""
    found: set[str] = set()
    for heading in re.findall(r"^#{1,6} (.+)$", prose(page.read_text()), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading)
        slug = re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        number = 0
        while (anchor := f"{slug}-{number}" if number else slug) in found:
            number += 1
        found.add(anchor)
    return found


def links(page: Path) -> list[str]:
    text = re.sub(r"`[^`\n]*`", "", prose(page.read_text()))
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", text) if not re.match(r"[a-z]+:", link)]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_relative_link_leads_to_a_page_and_a_heading_that_there_are(page: Path) -> None:
    broken = []
    for link in links(page):
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in slugs(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_setting_that_is_named_is_one(page: Path) -> None:
    named = set(re.findall(r"\bWAC_[A-Z]+(?:_[A-Z]+)*\b(?!_)", page.read_text()))
    assert named - KNOWN - OF_THE_DEPLOYMENT == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_request_that_is_named_is_answered(page: Path) -> None:
    text = page.read_text()
    named = set(re.findall(r"\b(GET|POST|DELETE) /api/([a-z-]+)", text))
    answered = {(method, route) for methods, route in ROUTES.values() for method in methods}
    assert named - answered == set()
    typed = set(re.findall(r"(?:\$APP|azurewebsites\.net/api)/([a-z-]+)", text)) | set(
        re.findall(r"/api/([a-z-]+)", text)
    )
    assert typed - {route for _, route in answered} - {"events"} == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_make_target_that_is_named_is_one(page: Path) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    text = page.read_text()
    named = set(re.findall(r"`make ([a-z-]+)[`; ]", text)) | set(re.findall(r"^make ([a-z-]+)", text, re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_no_path_of_anybody_s_machine_is_named(page: Path) -> None:
    assert re.findall(r"/(?:home|Users|root|work|tmp)/\S*", page.read_text()) == []


def test_every_setting_has_its_section_and_no_section_is_of_none() -> None:
    sections = re.findall(r"^### (\w+)$", SETTINGS_PAGE, re.MULTILINE)
    assert len(sections) == len(set(sections))
    assert KNOWN - set(sections) == set()
    assert set(sections) - KNOWN == set()


RIGHT = re.findall(r"^- Right: `(\w+)=([^`]+)`$", SETTINGS_PAGE, re.MULTILINE)
WRONG = re.findall(r"^- Wrong: `(\w+)=([^`]+)` is answered with `([^`]+)`$", SETTINGS_PAGE, re.MULTILINE)


@pytest.mark.parametrize(("name", "value"), [one for one in RIGHT if one[0] in KNOWN], ids=lambda text: text[:40])
def test_what_the_page_calls_right_is_taken(name: str, value: str) -> None:
    taken = parse_settings(STORAGE | {name: value}).model_fields_set
    assert name in {Settings.model_fields[field].alias for field in taken}


@pytest.mark.parametrize(("name", "value", "answer"), WRONG, ids=lambda text: text[:40])
def test_what_the_page_calls_wrong_is_answered_as_it_says(name: str, value: str, answer: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_settings(STORAGE | {name: value})
    assert str(refused.value).splitlines()[1:] == [f"- {answer}"]


def test_every_page_is_in_the_index() -> None:
    docs = ROOT / "docs"
    assert {page.name for page in docs.glob("*.md")} - {"README.md"} <= set(links(docs / "README.md"))
    notes = docs / "decisions"
    assert sorted(links(notes / "README.md")) == sorted(page.name for page in notes.glob("[0-9]*.md"))
