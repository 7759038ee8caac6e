"""docs/audit.md tells of the options, settings, exit codes and fields that there are."""

import re
from pathlib import Path

from pydantic import BaseModel

from audit.command import CANNOT_BEGIN, SHAPING, STOPPED
from audit.document import (
    AuditDocument,
    CountsDocument,
    RegistrationsDocument,
    SubjectDocument,
    SubscriptionDocument,
    UnreadDocument,
)
from audit.options import make_parser
from handlers.documents import ProposalDocument, ShownFindingDocument

PAGE = (Path(__file__).parents[1] / "docs" / "audit.md").read_text()


def part(title: str) -> str:
    return PAGE.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_the_options_are_those_of_the_command_line() -> None:
    told = re.findall(r"^\| `(--[\w-]+)(?: (\w+))?` \|", part("Options"), re.MULTILINE)
    actions = {action.option_strings[-1]: action for action in make_parser()._actions}
    assert [name for name, _ in told] == sorted(actions, key=[name for name, _ in told].index)
    for name, value in told:
        action = actions[name]
        assert value == ("" if action.nargs == 0 else action.metavar), name
        if isinstance(action.default, Path):
            assert f"`{action.default}`" in PAGE


def test_the_settings_are_those_that_count() -> None:
    sentence = part("Options").partition("The settings that")[2].partition("Those that are set")[0]
    assert sorted(re.findall(r"`(WAC_\w+)`", sentence)) == sorted(SHAPING)


def test_the_exit_codes_are_those_it_ends_with() -> None:
    told = [int(one) for one in re.findall(r"^\| (\d+) \|", part("How it ends"), re.MULTILINE)]
    assert told == [0, 1, CANNOT_BEGIN, STOPPED]


def test_the_fields_are_those_of_the_document() -> None:
    rows = re.findall(r"^\| (`.+?) \| (.*) \|$", part("The document"), re.MULTILINE)
    assert {name for names, _ in rows for name in re.findall(r"`(\w+)`", names)} == set(AuditDocument.model_fields)
    told = {names.strip("`"): set(re.findall(r"`(\w+)`", text)) for names, text in rows}
    nested: dict[str, type[BaseModel]] = {
        "counts": CountsDocument,
        "unread": UnreadDocument,
        "subscriptions": SubscriptionDocument,
        "app_registrations": RegistrationsDocument,
        "subjects": SubjectDocument,
    }
    for name, model in nested.items():
        assert told[name] == set(model.model_fields), name
    sentence = part("The document").partition("Each of `findings` has")[2].partition(". App registrations")[0]
    fields = set(re.findall(r"`(\w+)`", sentence)) - {"proposals"}
    assert fields == set(ShownFindingDocument.model_fields) | set(ProposalDocument.model_fields)
