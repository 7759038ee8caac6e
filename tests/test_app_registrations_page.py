"""docs/app-registrations.md tells of everything that is found of app registrations."""

from pathlib import Path

import pytest

from shared.decide.gateway_score import PERMISSIONS
from shared.decide.remarks import NO_SUCH_REDIRECT_URI, ONLY_ACROSS_ORIGINS, ONLY_FOR_SINGLE_PAGE
from shared.model.desired import RedirectsMode
from shared.model.reason import Reason

PAGE = (Path(__file__).parents[1] / "docs" / "app-registrations.md").read_text()
OF_OTHERS = (Reason.LIKELY_SINGLE_PAGE_ON_WEB, Reason.PLAIN_HTTP_REDIRECT, Reason.WILDCARD_REDIRECT)


@pytest.mark.parametrize("reason", [*(one for one in Reason if one.value.startswith("GATEWAY_")), *OF_OTHERS])
def test_every_finding_is_told(reason: Reason) -> None:
    assert f"`{reason.value}`" in PAGE


@pytest.mark.parametrize("error", [NO_SUCH_REDIRECT_URI, ONLY_FOR_SINGLE_PAGE, ONLY_ACROSS_ORIGINS])
def test_every_error_that_people_see_is_told(error: str) -> None:
    assert f"| `{error}` |" in PAGE


@pytest.mark.parametrize("mode", RedirectsMode)
def test_every_mode_is_told(mode: RedirectsMode) -> None:
    assert any(line.startswith(f"| `{mode.value}`") for line in PAGE.splitlines())


@pytest.mark.parametrize("permission", PERMISSIONS)
def test_every_permission_of_a_gateway_is_told(permission: str) -> None:
    api, _, name = permission.rpartition(" ")
    assert f"{api} `{name}`" in PAGE
