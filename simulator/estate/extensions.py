"""Situations of VMs that have an AdminCenter extension already, in whatever state."""

from __future__ import annotations

from simulator.estate.site import Site, situation
from simulator.estate.situation import COMPLIANT, Expected

BEHIND_A_PROXY = {
    "port": "6516",
    "salt": "grain",
    "proxy": {"mode": "application", "address": "http://proxy.contoso.com:3128"},
}
ON_ANOTHER_PORT = {"port": 6600, "salt": "terraform"}

PORT_6600 = situation(
    Site("port-6600", extension={"name": "wac-by-terraform", "settings": {"port": "6600", "salt": "terraform"}}),
    "Another tool installed the extension, on port 6600 and under another name: adopted",
    COMPLIANT,
    settings={"port": "6600", "salt": "terraform"},
)
FAILED = situation(
    Site("failed-extension", extension={"state": "Failed", "settings": BEHIND_A_PROXY}),
    "The extension has failed: taken away and installed again, with all its settings",
    COMPLIANT,
    installs=1,
    settings=BEHIND_A_PROXY,
)
OTHER_NAME = situation(
    Site("other-name", extension={"name": "wac", "state": "Failed", "settings": ON_ANOTHER_PORT}),
    "Another tool's extension has failed: installed again, under its own name and with its settings",
    COMPLIANT,
    installs=1,
    settings=ON_ANOTHER_PORT,
)
STUCK = situation(
    Site("stuck-install", extension={"state": "Creating", "settings": {"port": "6516", "salt": "grain"}}),
    "An install that never ends: after 90 minutes a person has to look",
    Expected("NON_COMPLIANT", ("EXTENSION_STUCK",)),
    settings={"port": "6516", "salt": "grain"},
    settling_seconds=3 * 3600.0,
)
