"""Where people read what a reason means, and what to do about it: a part of `docs/findings.md` for each."""

from __future__ import annotations

_OF_THE_PROJECT = "docs"


def finding_page(reason: str, documentation: str | None = None) -> str:
    """Give the address of a reason's part of that page: below `documentation`, or from the project's own folder.

    The anchor is the one that GitHub makes of the heading, which is the reason as it is written in a report.
    """
    return f"{documentation or _OF_THE_PROJECT}/findings.md#{reason.lower()}"
