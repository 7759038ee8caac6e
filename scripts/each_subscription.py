"""What is done to each subscription that is watched; one that refuses keeps none of the others back."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping

from scripts.azure_cli import AzureRefused
from scripts.installation import NotInstalled, watched_subscriptions


def for_each_subscription(environment: Mapping[str, str], work: Callable[[str], None], failure: str) -> int:
    """Do the work for each; give 0, or 1 once each failure was told, as `failure` with the subscription's id in it.

    `work` is given the subscription's id, and raises NotInstalled or AzureRefused.
    """
    failed = 0
    try:
        subscriptions = watched_subscriptions(environment)
    except NotInstalled as error:
        return _failed(str(error))
    for subscription in subscriptions:
        try:
            work(subscription)
        except (NotInstalled, AzureRefused) as error:
            failed += _failed(f"{failure.format(subscription)}: {error}")
    return min(failed, 1)


def say(text: str) -> None:
    """Tell whoever deploys."""
    sys.stdout.write(f"{text}\n")


def _failed(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1
