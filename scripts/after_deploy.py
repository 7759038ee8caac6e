"""After the app is deployed: brings each subscription under it, and takes away what it may no longer do there."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from scripts.azure_cli import az, az_with_body
from scripts.each_subscription import for_each_subscription, say
from scripts.installation import (
    SystemTopic,
    surplus_assignments,
    topic_of,
    value_of,
    watch_parameters,
)

WATCH = Path(__file__).parents[1] / "infra" / "watch.bicep"
_SCHEMA = "https://schema.management.azure.com/schemas/2019-04-01/deploymentParameters.json#"


def main() -> int:
    """Deploy watch.bicep to each subscription."""
    return for_each_subscription(
        os.environ, lambda subscription: watch(os.environ, subscription), "Subscription {} is not watched"
    )


def watch(environment: Mapping[str, str], subscription_id: str) -> None:
    """Bring one subscription under the app; raises NotInstalled and AzureRefused."""
    location = value_of(environment, "AZURE_LOCATION")
    topics = az("eventgrid", "system-topic", "list", "--subscription", subscription_id)
    topic = topic_of(topics or (), value_of(environment, "WAC_EVENTS_IDENTITY_ID"))
    parameters = watch_parameters(environment, subscription_id, topic)
    _tell(subscription_id, parameters, topic)
    az_with_body(
        {"$schema": _SCHEMA, "contentVersion": "1.0.0.0", "parameters": parameters},
        "--parameters",
        *("deployment", "sub", "create", "--subscription", subscription_id, "--location", location),
        *("--name", "wac-guard-watch", "--template-file", str(WATCH)),
    )
    assignments = az("role", "assignment", "list", "--all", "--subscription", subscription_id)
    for assignment in surplus_assignments(assignments, parameters, subscription_id):
        say(f"  taking back {assignment}")
        az("role", "assignment", "delete", "--subscription", subscription_id, "--ids", assignment)


def _tell(subscription_id: str, parameters: Mapping[str, Mapping[str, Any]], topic: SystemTopic | None) -> None:
    say(f"Bringing subscription {subscription_id} under the app")
    groups = parameters["enforceResourceGroups"]["value"]
    scopes = "all of it" if parameters["enforceSubscription"]["value"] else ", ".join(groups) or "nowhere"
    for kind, name in (("extensions", "enforceExtensions"), ("rules", "enforceNetwork")):
        say(f"  {kind} may be written: {scopes if parameters[name]['value'] else 'nowhere'}")
    if topic is not None and not topic.is_ours:
        say(f"  events come from the system topic that is there: {topic.name} in {topic.resource_group}")
        if not topic.takes_dead_letters:
            say("  it has no identity for dead letters: what can't be delivered is lost to all but the sweep")


if __name__ == "__main__":
    sys.exit(main())
