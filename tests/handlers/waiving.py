"""What people accept in tests, and the list of it."""

from handlers.guard import Guard
from handlers.waivers import show_waivers
from shared.model.reason import Reason
from tests.handlers.requesting import (
    Document,
    read,
)

MISSING = Reason.EXTENSION_MISSING.value


SCOPE = "/subscriptions/0b1f6471-1bf0-4dda-aec3-cb9272f09590"


GROUP = f"{SCOPE}/resourceGroups/rg-web"


VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/web"


ANYBODY = {"by": "Ada Lovelace", "why": "change 4711: “erst im März”"}


async def listed(guard: Guard, **query: str) -> list[Document]:
    answer = await show_waivers(guard, query)
    assert answer.status == 200, answer.body
    waivers: list[Document] = read(answer)["waivers"]
    return waivers
