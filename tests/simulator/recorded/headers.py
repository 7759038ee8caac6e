"""Which headers of a recording can be compared: recorders leave some out, Azure's front ends put some in."""

from __future__ import annotations

from tests.simulator.raw_client import RawAnswer
from tests.simulator.recorded.recording import Exchange, Recording

# They say nothing of ARM: the transport's, and what one front end adds and the next one does not.
TRANSPORT = frozenset(
    {
        "connection",
        "content-encoding",
        "content-length",
        "date",
        "server",
        "transfer-encoding",
        "vary",
        "x-ms-client-request-id",
    }
)
OF_SOME_FRONT_ENDS = frozenset({"x-ms-operation-identifier", "x-ms-original-request-ids", "x-ms-throttle-levels"})
REQUEST_IDS = frozenset({"x-ms-request-id", "x-ms-correlation-request-id", "x-ms-routing-request-id"})
VCR = REQUEST_IDS | {"retry-after", "retry-after-ms", "x-ms-ratelimit-remaining-subscription-reads"}
LEFT_OUT = {
    "aso": REQUEST_IDS
    | {"x-ms-arm-service-request-id"}
    | {f"x-ms-ratelimit-remaining-subscription-{kind}" for kind in ("reads", "writes", "deletes")},
    "azure-cli": VCR,
    "sdk-compute": VCR,
    "sdk-network": VCR,
    "sdk-resourcegraph": VCR | {"x-ms-ratelimit-remaining-tenant-reads"},
    "sdk-resource": VCR,
    "fluent-java": frozenset({"retry-after"}),
}
# These kept but a few headers: only what they have can be compared.
KEEP_FEW = ("c7n",)


def headers_to_compare(
    recording: Recording, exchange: Exchange, answer: RawAnswer
) -> tuple[dict[str, str], dict[str, str]]:
    """Give the recorded and the simulated headers without those that tell nothing."""
    ignored = TRANSPORT | next(
        (names for set_, names in LEFT_OUT.items() if recording.set.startswith(set_)), frozenset()
    )
    recorded = {name: value for name, value in exchange.headers.items() if name not in ignored}
    simulated = {name: value for name, value in answer.headers.items() if name not in ignored}
    for name in OF_SOME_FRONT_ENDS:
        if name not in recorded or name not in simulated:
            recorded.pop(name, None)
            simulated.pop(name, None)
    if recording.set.startswith(KEEP_FEW):
        simulated = {name: value for name, value in simulated.items() if name in recorded}
    return recorded, simulated
