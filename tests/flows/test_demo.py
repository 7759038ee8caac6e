"""The demo, as people run it: it ends by itself, and its exit code tells whether the world is as it should be."""

import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from simulator.estate.situations import EVERYDAY

ROOT = Path(__file__).parents[2]
ACTS = (
    "08:00  The estate",
    "08:25  A VM is created",
    "08:45  A VM is started",
    "09:15  All outbound traffic is denied",
    "09:45  Our rule is deleted",
    "10:15  A VM is gone too soon",
    "10:45  App registrations are audited",
    "11:15  Nothing happens",
)


def play(*options: str | Path) -> subprocess.CompletedProcess[str]:
    """Play the demo where nobody watches, but where colours are asked for all the same."""
    return subprocess.run(
        [sys.executable, "-m", "simulator.demo", *options],
        cwd=ROOT,
        env=os.environ | {"FORCE_COLOR": "1", "TERM": "xterm-256color"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def rows(output: str) -> dict[str, str]:
    """Give the text of each row of the tables, its lines joined, by the name in the first column."""
    found: dict[str, str] = {}
    name = ""
    for line in output.partition("what was done, and why")[2].splitlines():
        name = line[:17].strip() or name
        found[name] = f"{found.get(name, '')} {line[17:].strip()}".strip()
    return found


def test_the_demo_ends_with_the_world_as_it_should_be(tmp_path: Path) -> None:
    picture = tmp_path / "demo.svg"
    played = play("--svg", picture)
    assert played.returncode == 0, played.stdout + played.stderr
    assert played.stderr == ""
    assert "\x1b" not in played.stdout
    assert re.search(r"writes in Azure, \d\d+\s+events\s+published", played.stdout)
    assert "✓ The world is as it should be. 19 VMs, 17 NSGs and 4 app registrations are as expected" in played.stdout
    positions = [played.stdout.index(act) for act in ACTS]
    assert positions == sorted(positions)
    told = rows(played.stdout)
    for situation in EVERYDAY:
        status = "COMPLIANT" if situation.name == "asleep" else situation.vm.status
        assert told[situation.name].startswith(status), situation.story
        assert f"nsg-{situation.name}" in played.stdout or not situation.nsgs
    assert re.match(r"COMPLIANT +installed 08:\d\d", told["web-1"])
    assert re.match(r"COMPLIANT +installed 08:\d\d", told["asleep"])
    assert "GONE" in told["short-lived"]
    assert told["nsg-server-2022"].endswith("put PortForAADService (198), put PortForWACService (199)")
    assert ElementTree.parse(picture).getroot().tag.endswith("svg")
    assert "server-2022" in picture.read_text()


@pytest.mark.many
def test_an_app_that_audits_alone_leaves_the_world_wrong_and_the_demo_says_what_is() -> None:
    played = play("--audit")
    assert played.returncode == 1, played.stdout + played.stderr
    assert "\x1b" not in played.stdout
    told = rows(played.stdout)
    assert re.match(r"NON_COMPLIANT +would install AdminCenter EXTENSION_MISSING", told["server-2019"])
    assert "would put rule PortForWACService" in told["nsg-two-nsgs"]
    assert "and 0 writes in Azure" in played.stdout
    wrong = played.stdout.partition("✗ The world is not as it should be:")[2]
    assert "web-1 was installed 0 times, not 1." in wrong
    assert "two-nsgs: our rules are none, not PortForAADService (198), PortForWACService (199)." in wrong
