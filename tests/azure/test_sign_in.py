"""The sign-in of a person: asked for once, named, and told of in a sentence where it fails."""

import time
from typing import Any

import jwt
import pytest
from azure.core.credentials import AccessToken
from azure.core.exceptions import ClientAuthenticationError

from shared.azure.sign_in import NotSignedIn, SignedIn, SignIn

HOUR = 3600
TENANT = "72f988bf-0000-4000-8000-2d7cd011db47"
NOBODY = """DefaultAzureCredential failed to retrieve a token from the included credentials.
Attempted credentials:
\tEnvironmentCredential: EnvironmentCredential authentication unavailable.
\tAzureCliCredential: Please run 'az login' to set up an account
\tAzurePowerShellCredential: PowerShell is not installed"""


def token(**claims: str) -> str:
    return jwt.encode({"tid": TENANT, **claims}, "a key of thirty-two bytes or more!", algorithm="HS256")


class Login:
    """What `az login` left behind: a token that is good for a while, or an error."""

    def __init__(self, text: str = "", error: str | None = None, *, good_for: float = HOUR) -> None:
        self.text = text or token(upn="ada@contoso.com")
        self.error = error
        self.good_for = good_for
        self.asked: list[tuple[str, ...]] = []

    async def get_token(
        self, *scopes: str, claims: str | None = None, tenant_id: str | None = None, **_: Any
    ) -> AccessToken:
        self.asked.append(scopes)
        if self.error is not None:
            raise ClientAuthenticationError(self.error)
        return AccessToken(self.text, int(time.time() + self.good_for))

    async def close(self) -> None: ...

    async def __aenter__(self) -> "Login":
        return self

    async def __aexit__(self, *_: object) -> None: ...


async def test_a_token_is_asked_for_once_for_each_scope_while_it_is_good() -> None:
    login = Login()
    sign_in = SignIn(login)
    for scope in ("arm", "graph", "arm", "graph"):
        await sign_in.get_token(scope)
    assert login.asked == [("arm",), ("graph",)]


async def test_one_that_is_about_to_end_is_asked_for_anew_and_so_is_one_with_claims() -> None:
    ending, lasting = Login(good_for=60), Login()
    for login, more in ((ending, {}), (lasting, {"claims": "{}"})):
        sign_in = SignIn(login)
        await sign_in.get_token("arm")
        await sign_in.get_token("arm", **more)
        assert len(login.asked) == 2


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (token(upn="ada@contoso.com", appid="1"), SignedIn("ada@contoso.com", TENANT)),
        (token(unique_name="ada@contoso.com"), SignedIn("ada@contoso.com", TENANT)),
        (token(appid="04b07795"), SignedIn("04b07795", TENANT)),
        ("opaque", SignedIn(None, None)),
        ("a.%%%.c", SignedIn(None, None)),
        ("a.W10.c", SignedIn(None, None)),
    ],
)
async def test_it_tells_who_is_signed_in_as_far_as_the_token_does(text: str, expected: SignedIn) -> None:
    assert await SignIn(Login(text)).identify() == expected


async def test_nobody_signed_in_is_told_in_a_sentence_with_what_to_do() -> None:
    with pytest.raises(NotSignedIn) as caught:
        await SignIn(Login(error=NOBODY)).identify()
    told = str(caught.value)
    assert "az login --tenant <tenant id>" in told
    assert told.endswith("The Azure CLI says: Please run 'az login' to set up an account")
    assert "PowerShell" not in told


async def test_another_failure_says_what_to_do_all_the_same() -> None:
    with pytest.raises(NotSignedIn, match="az login"):
        await SignIn(Login(error="AADSTS50076")).identify()
