from typing import Any

import pytest

from simulator.app_log import Row, What, read_rows

GROUP = "/subscriptions/s/resourceGroups/rg/providers"
VM = f"{GROUP}/Microsoft.Compute/virtualMachines/web-1"
NSG = f"{GROUP}/Microsoft.Network/networkSecurityGroups/nsg-web"


def answered(**fields: Any) -> dict[str, Any]:
    nothing: dict[str, Any] = {
        "subject": VM,
        "status": "COMPLIANT",
        "findings": [],
        "actions": [],
        "look_again_seconds": None,
    }
    return {"message": "Check answered", "level": "INFO"} | nothing | fields


def finding(reason: str) -> dict[str, str]:
    return {"reason": reason, "message": f"because {reason}"}


def wrote(action: str, resource: str) -> dict[str, str]:
    return {"action": action, "resource": resource, "outcome": "started"}


LINES: dict[str, tuple[dict[str, Any], list[Row]]] = {
    "an event by its operation": (
        {
            "message": "Check queued",
            "level": "INFO",
            "subject": VM,
            "cause": "event Microsoft.Compute/virtualMachines/start/action",
        },
        [Row(What.EVENT, "web-1", "virtualMachines/start/action")],
    ),
    "a check by its status": (answered(), [Row(What.CHECK, "web-1", "COMPLIANT")]),
    "a check by its reasons, each once, and when it looks again": (
        answered(
            status="PENDING",
            findings=[finding("OUTBOUND_DENIED"), finding("OUTBOUND_DENIED"), finding("VM_STOPPED")],
            look_again_seconds=60,
        ),
        [Row(What.CHECK, "web-1", "PENDING", "OUTBOUND_DENIED, VM_STOPPED", 60, "because OUTBOUND_DENIED")],
    ),
    "each write": (
        answered(
            actions=[
                wrote("PutExtension", f"{VM}/extensions/AdminCenter"),
                wrote("PutSecurityRule", f"{NSG}/securityRules/PortForWAC"),
            ]
        ),
        [
            Row(What.CHECK, "web-1", "COMPLIANT"),
            Row(What.WRITE, "web-1", "started", "install AdminCenter"),
            Row(What.WRITE, "nsg-web", "started", "put rule PortForWAC"),
        ],
    ),
    "an event that is dropped, with its reason": (
        {"message": "Event dropped", "level": "WARNING", "subject": "unknown", "reason": "it is no resource event"},
        [Row(What.FAULT, "unknown", "Event dropped", "it is no resource event")],
    ),
    "a failure, with the last line of its exception": (
        {
            "message": "Executed 'checks' (Failed)",
            "level": "ERROR",
            "exception": "Traceback\n  at x\nKeyError: 'a'\n",
        },
        [Row(What.FAULT, "", "Executed 'checks' (Failed)", "KeyError: 'a'")],
    ),
    "nothing of the rest": ({"message": "Executing 'checks'", "level": "INFO"}, []),
}


@pytest.mark.parametrize(("line", "rows"), LINES.values(), ids=LINES.keys())
def test_the_log_tells(line: dict[str, Any], rows: list[Row]) -> None:
    assert list(read_rows(line)) == rows


def test_how_long_the_app_waits_is_told_in_minutes_or_seconds() -> None:
    assert [Row(What.CHECK, "web-1", "PENDING", "X", seconds).text for seconds in (None, 15, 900)] == [
        "X",
        "X (again in 15 s)",
        "X (again in 15 min)",
    ]
