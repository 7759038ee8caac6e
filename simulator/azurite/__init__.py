"""The storage of the local Azure: the real Azurite, with a clock that can be moved."""

from simulator.azurite.service import ACCOUNT_KEY, ACCOUNT_NAME, Azurite, AzuriteMissing

__all__ = ["ACCOUNT_KEY", "ACCOUNT_NAME", "Azurite", "AzuriteMissing"]
