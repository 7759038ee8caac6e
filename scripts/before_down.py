"""Before the app's resource group is deleted: takes away what it has in the subscriptions that it watches."""

from __future__ import annotations

import os
import sys

from scripts.azure_cli import az
from scripts.each_subscription import for_each_subscription, say
from scripts.installation import (
    DEAD_LETTER_ALERT,
    EVENT_SUBSCRIPTIONS,
    EVENTS_RESOURCE_GROUP,
    role_of,
    topic_of,
)


def main() -> int:
    """Let go of each subscription."""
    return for_each_subscription(os.environ, let_go, "Something is left in subscription {}")


def let_go(subscription_id: str) -> None:
    """Delete our event subscriptions, our system topic, our role assignments and our roles; raises AzureRefused."""
    of_it = ("--subscription", subscription_id)
    topic = topic_of(az("eventgrid", "system-topic", "list", *of_it) or (), "")
    if topic is not None and not topic.is_ours:
        where = ("--resource-group", topic.resource_group, "--system-topic-name", topic.name, *of_it)
        there = az("eventgrid", "system-topic", "event-subscription", "list", *where) or ()
        for name in (one["name"] for one in there if one["name"] in EVENT_SUBSCRIPTIONS):
            say(f"Deleting the event subscription {name} of {topic.name}")
            az("eventgrid", "system-topic", "event-subscription", "delete", "--name", name, *where, "--yes")
        alert = ("--name", DEAD_LETTER_ALERT, "--resource-group", topic.resource_group, *of_it)
        az("monitor", "metrics", "alert", "delete", *alert)
    if az("group", "exists", "--name", EVENTS_RESOURCE_GROUP, *of_it):
        say(f"Deleting the resource group {EVENTS_RESOURCE_GROUP} in {subscription_id}")
        az("group", "delete", "--name", EVENTS_RESOURCE_GROUP, *of_it, "--yes")
    for assignment in az("role", "assignment", "list", "--all", *of_it):
        if role_of(assignment):
            say(f"Deleting the assignment of {assignment['roleDefinitionName']}")
            az("role", "assignment", "delete", "--ids", assignment["id"], *of_it)
    for role in az("role", "definition", "list", "--custom-role-only", "true", *of_it):
        if role_of(role):
            say(f"Deleting the role {role['roleName']}")
            az("role", "definition", "delete", "--name", role["name"], "--custom-role-only", "true", *of_it)


if __name__ == "__main__":
    sys.exit(main())
