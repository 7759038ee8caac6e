"""Answers of Azure that ask to come back later, counted by the service that gave them."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from shared.telemetry.recorder import recorder

GRAPH = "https://graph.microsoft.com/"
_THROTTLING = frozenset({429, 503})
# Azure Resource Manager passes on what the provider says, and each has limits of its own.
_PROVIDER = re.compile(r"/providers/([^/]+)", re.IGNORECASE)


def note_throttling(status_code: int, url: str) -> None:
    """Count an answer if it asks to come back later."""
    if status_code in _THROTTLING:
        recorder().throttled(name_service(url), status_code)


def name_service(url: str) -> str:
    """Name who answers at a URL: its last resource provider, such as microsoft.compute, or else its host."""
    parts = urlsplit(url)
    providers = _PROVIDER.findall(parts.path)
    return str(providers[-1]).casefold() if providers else (parts.hostname or "unknown")
