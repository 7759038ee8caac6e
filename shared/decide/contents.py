"""What a write is, in short: the same one is known again by it."""

from __future__ import annotations

import hashlib

from shared.model.plan import Action


def content_of(action: Action) -> str:
    """Give a fingerprint of what an action writes."""
    written = getattr(action, "desired", None) or getattr(action, "force_update_tag", None)
    return hashlib.sha256(repr((type(action).__name__, written)).encode()).hexdigest()[:16]
