"""Locks, made and taken away with the real Azure CLI."""

from __future__ import annotations

import pytest

from simulator.local import LocalAzure
from tests.az.azure_cli import AzureCli
from tests.az.estate import Estate

pytestmark = pytest.mark.az

VM = "-g rg-app --resource vm-1 --resource-type Microsoft.Compute/virtualMachines"
DEALLOCATE = "vm deallocate -g rg-app -n vm-1"
DELETE_RULE = "network nsg rule delete -g rg-app --nsg-name nsg-web -n DenyAllOutbound"


async def test_a_locked_group_takes_no_write_until_the_lock_is_deleted(az: AzureCli, estate: Estate) -> None:
    made = (await az("lock create -n freeze -g rg-app --lock-type ReadOnly --notes 'Ask Ada.'")).succeeded().document
    assert (made["level"], made["notes"]) == ("ReadOnly", "Ask Ada.")
    assert "(ScopeLocked)" in (await az(DELETE_RULE)).error

    listed = (await az("lock list -g rg-app --query '[].name'")).succeeded().document
    assert listed == ["freeze"]
    (await az("lock delete -n freeze -g rg-app")).succeeded()
    (await az(DELETE_RULE)).succeeded()


async def test_a_locked_vm_is_shown_so_and_is_not_deleted(az: AzureCli, azure: LocalAzure, estate: Estate) -> None:
    (await az(f"lock create -n keep {VM} --lock-type CanNotDelete")).succeeded()
    shown = (await az(f"lock show -n keep {VM}")).succeeded().document
    assert (shown["name"], shown["level"]) == ("keep", "CanNotDelete")
    assert "(ScopeLocked)" in (await az("vm delete -g rg-app -n vm-1 --yes")).error
    (await az(DEALLOCATE)).succeeded()

    (await az(f"lock update -n keep {VM} --lock-type ReadOnly")).succeeded()
    assert "(ScopeLocked)" in (await az("vm start -g rg-app -n vm-1")).error
    (await az(f"lock delete --ids {shown['id']}")).succeeded()
    (await az("vm delete -g rg-app -n vm-1 --yes")).succeeded()
    assert azure.world.restrictions.locks == []
