"""One action of each kind."""

from __future__ import annotations

from shared.decide.outrank import MARKER
from shared.model.plan import (
    DeleteExtension,
    DeleteSecurityRule,
    ExtensionRequest,
    PatchApplication,
    PutExtension,
    PutSecurityRule,
    RefreshExtension,
)
from tests.decide.applications import APP, CALLBACK, LOCALHOST, PAIR, WAC, settings
from tests.decide.estates import NSG, VM, allow_in, extension

PUT_EXTENSION = PutExtension(
    VM.child("extensions", "AdminCenter"),
    None,
    ExtensionRequest(
        location="westeurope",
        publisher="Microsoft.AdminCenter",
        type="AdminCenter",
        type_handler_version="0.0",
        auto_upgrade_minor_version=True,
        settings={"port": "6516", "salt": "it's salt"},
    ),
)
REFRESH = RefreshExtension(VM.child("extensions", "AdminCenter"), extension(), "wac-guard-0.0.0.345")
DELETE_EXTENSION = DeleteExtension(VM.child("extensions", "wac by Terraform"), extension("wac by Terraform"))
PUT_RULE = PutSecurityRule(
    NSG.child("securityRules", "PortForWAC"),
    None,
    allow_in(
        "PortForWAC",
        4096,
        source=("203.0.113.0/24", "198.51.100.7"),
        destination=("10.1.0.4", "10.1.0.5"),
        ports="6516",
        protocol="Tcp",
        description=f"{MARKER} Lets the named sources reach Windows Admin Center.",
    ),
)
DELETE_RULE = DeleteSecurityRule(PUT_RULE.id, PUT_RULE.desired)
PATCH = PatchApplication(APP, settings((LOCALHOST, WAC, CALLBACK), ()), settings((LOCALHOST, CALLBACK), PAIR))
CLEAN_UP = PatchApplication(
    APP,
    settings(LOCALHOST, PAIR, access_token_issuance=True),
    settings((), PAIR, access_token_issuance=False),
)
