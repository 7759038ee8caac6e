"""What is made of pip-audit's answers: never more than it has found out."""

import json
import sys
from typing import Any

import pytest

from scripts import audit_packages
from scripts.audit_packages import NotAudited, Vulnerability, main, read_answer

FINE = {"name": "idna", "version": "3.20", "vulns": []}
BAD = {
    "name": "idna",
    "version": "3.6",
    "vulns": [{"id": "PYSEC-2024-60", "fix_versions": ["3.7"], "aliases": ["CVE-2024-3651"]}],
}
PASSED_OVER = {"name": "msgraph-sdk", "skip_reason": "Dependency not found on PyPI and could not be audited"}


def answer(*packages: dict[str, Any]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_a_known_vulnerability_is_told_with_the_version_that_mends_it() -> None:
    assert [str(one) for one in read_answer(answer(FINE, BAD))] == ["idna 3.6: PYSEC-2024-60, mended in 3.7"]
    assert str(Vulnerability("a 1", "X", ())) == "a 1: X, no version mends it yet"


@pytest.mark.parametrize(
    "text", ["", "No known vulnerabilities found", "[]", "{}", answer(), answer(FINE, PASSED_OVER)]
)
def test_what_was_not_asked_of_every_package_is_no_audit(text: str) -> None:
    with pytest.raises(NotAudited):
        read_answer(text)


def test_one_that_was_accepted_with_a_reason_is_not_told_again_by_whatever_id(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audit_packages, "ACCEPTED", {"CVE-2024-3651": "no host name comes from outside"})
    assert read_answer(answer(BAD)) == ()


@pytest.mark.parametrize(
    ("arguments", "found", "code"),
    [
        ([], (), 0),
        ([], (Vulnerability("a 1", "X", ()),), 1),
        (["--may-be-unreachable"], (Vulnerability("a 1", "X", ()),), 1),
        ([], None, 3),
        (["--may-be-unreachable"], None, 0),
    ],
)
def test_the_exit_code_tells_vulnerable_from_not_asked(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    found: tuple[Vulnerability, ...] | None,
    code: int,
) -> None:
    def say(*_: object) -> tuple[Vulnerability, ...]:
        if found is None:
            raise NotAudited("no name")
        return found

    monkeypatch.setattr(audit_packages, "audit", say)
    monkeypatch.setattr(sys, "argv", ["audit_packages", *arguments])
    assert main() == code
    assert ("NOT AUDITED: requirements.txt" in capsys.readouterr().out) == (found is None)
