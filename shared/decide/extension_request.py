"""What to ask Azure for: an AdminCenter extension as the portal would install it, or one just as it was."""

from __future__ import annotations

import hashlib

from shared.model.estate import ADMIN_CENTER_PUBLISHER, ADMIN_CENTER_TYPE, Extension
from shared.model.plan import ExtensionRequest

_TYPE_HANDLER_VERSION = "0.0"
_SALT_LENGTH = 32


def request_new(location: str, vm_id: str, port: int) -> ExtensionRequest:
    """Ask for a first install; the salt is the same however often the same VM is installed on."""
    salt = hashlib.sha256(vm_id.casefold().encode()).hexdigest()[:_SALT_LENGTH]
    return ExtensionRequest(
        location=location,
        publisher=ADMIN_CENTER_PUBLISHER,
        type=ADMIN_CENTER_TYPE,
        type_handler_version=_TYPE_HANDLER_VERSION,
        auto_upgrade_minor_version=True,
        settings={"port": str(port), "salt": salt},
    )


def request_again(extension: Extension, location: str) -> ExtensionRequest:
    """Ask for an extension just as it was.

    `protectedSettings` can't be read back, but AdminCenter has none. What was never said is as Microsoft says it.
    """
    upgrades = extension.auto_upgrade_minor_version
    return ExtensionRequest(
        location=location,
        publisher=extension.publisher,
        type=extension.type,
        type_handler_version=extension.type_handler_version or _TYPE_HANDLER_VERSION,
        auto_upgrade_minor_version=True if upgrades is None else upgrades,
        settings=dict(extension.settings),
    )
