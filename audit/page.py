"""The audit as one HTML file: nothing is fetched for it, and it is read without scripts, which only filter."""

from __future__ import annotations

import base64
import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from audit.document import WORST_FIRST, AuditDocument, SubjectDocument
from audit.plain import visible
from handlers.documents import ShownFindingDocument

_HERE = Path(__file__).parent
LABELS = {
    "UNKNOWN": "Unknown",
    "NON_COMPLIANT": "Not compliant",
    "PENDING": "Pending",
    "NOT_APPLICABLE": "Not applicable",
    "COMPLIANT": "Compliant",
}
MEANINGS = {
    "UNKNOWN": "could not be read or told: it may be anything",
    "NON_COMPLIANT": "something has to be mended",
    "PENDING": "something is on its way, or a VM is stopped",
    "NOT_APPLICABLE": "not for Windows Admin Center, or told for your information",
    "COMPLIANT": "nothing to do",
}
PROPOSED = {
    "PutExtension": "install the extension",
    "RefreshExtension": "bring the extension up to date",
    "DeleteExtension": "take the extension away",
    "PutSecurityRule": "put a rule",
    "DeleteSecurityRule": "take a rule away",
    "PatchApplication": "write the redirect URIs",
}


def make_page(document: AuditDocument) -> str:
    """Write the HTML file."""
    style, script, examples = _read("page.css"), _read("page.js"), _examples(document)
    return _template().render(
        audit=document,
        all_read=all(one.was_read for one in document.subscriptions),
        statuses=WORST_FIRST,
        labels=LABELS,
        proposed=PROPOSED,
        meanings=MEANINGS,
        groups=[(status, _of(document, status)) for status in WORST_FIRST],
        shares=_shares(document),
        examples=examples,
        links=any(one.page.startswith("https://") for one in examples.values()),
        proposals=sum(len(one.proposals) for one in document.subjects),
        style=style,
        script=script,
        style_hash=_hash(style),
        script_hash=_hash(script),
    )


def _of(document: AuditDocument, status: str) -> list[SubjectDocument]:
    return [one for one in document.subjects if one.status == status]


def _examples(document: AuditDocument) -> dict[str, ShownFindingDocument]:
    """Give of each reason the first finding with it."""
    examples: dict[str, ShownFindingDocument] = {}
    for finding in (finding for one in document.subjects for finding in one.findings):
        examples.setdefault(finding.reason, finding)
    return examples


def _shares(document: AuditDocument) -> list[tuple[str, float, float]]:
    """Give of each status where in a bar of width 100 it begins, and how wide it is."""
    total = sum(document.counts.by_status.values()) or 1
    shares, begin = [], 0.0
    for status in WORST_FIRST:
        width = 100 * document.counts.by_status[status] / total
        shares.append((status, round(begin, 3), round(width, 3)))
        begin += width
    return shares


def _evidence(value: Any) -> str:
    return visible(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str))


@cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_HERE),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"visible": visible, "evidence": _evidence}
    return environment.get_template("page.html.j2")


@cache
def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")


def _hash(text: str) -> str:
    """Give what the page's own policy admits: this very text, and no other script or style."""
    return f"sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}"
