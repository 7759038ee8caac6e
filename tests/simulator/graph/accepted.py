"""The differences between recordings of Graph and the simulator that are accepted, each with its reason."""

from __future__ import annotations

from tests.simulator.recorded.accepted import Accepted
from tests.simulator.recorded.comparison import Kind

MISSING, EXTRA, VALUE = Kind.MISSING, Kind.EXTRA, Kind.VALUE
APPLICATION = r"body(\.value\[\])?"

ACCEPTED = (
    Accepted(rf"{APPLICATION}\.(uniqueName|nativeAuthenticationApisEnabled)", EXTRA, "told later", "2024-11"),
    Accepted(
        rf"{APPLICATION}\.(samlMetadataUrl|requestSignatureVerification|servicePrincipalLockConfiguration)",
        EXTRA,
        "told later",
        "2022-08",
    ),
    Accepted(rf"{APPLICATION}\.web\.redirectUriSettings", EXTRA, "told later", "2022-08"),
    Accepted(
        rf"{APPLICATION}\.(certification|defaultRedirectUri|disabledByMicrosoftStatus|serviceManagementReference|"
        r"verifiedPublisher)",
        EXTRA,
        "told later",
        "2021",
    ),
    Accepted(r"headers\.x-ms-resource-unit", EXTRA, "resource units were told later", "2021"),
    Accepted(r"headers\.cache-control", VALUE, "`private` in these years", "2021"),
    Accepted(r"headers\.content-type", MISSING, "an empty answer had a type", "2021"),
)
