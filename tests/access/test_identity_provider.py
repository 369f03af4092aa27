"""Sign-in by the union's own identity provider: off unless configured; accounts that are here, and nobody else."""

from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from allauth.socialaccount.providers.oauth2.client import OAuth2Client
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import LazySettings
from django.test import Client

from nuanliu.access.actions import create_user
from nuanliu.access.models import User
from nuanliu.base.scope import Scope, scoped
from nuanliu.config.identity_provider import identity_provider
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ENVIRONMENT = {
    "NUANLIU_OIDC_SERVER": "https://id.example.org",
    "NUANLIU_OIDC_CLIENT": "nuanliu",
    "NUANLIU_OIDC_SECRET": "a secret",
}
CONFIGURATION = {
    "authorization_endpoint": "https://id.example.org/authorize",
    "token_endpoint": "https://id.example.org/token",
    "userinfo_endpoint": "https://id.example.org/me",
}
LOGIN, CALLBACK = "/accounts/oidc/union/login/", "/accounts/oidc/union/callback/"


@pytest.fixture
def provider(cast: Cast, settings: LazySettings, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """The provider, which says of whoever comes what stands in the dictionary."""
    said = {"sub": "0001", "preferred_username": "newcomer"}
    settings.SOCIALACCOUNT_PROVIDERS = identity_provider(ENVIRONMENT)
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "openid_config", CONFIGURATION)
    monkeypatch.setattr(OAuth2Client, "get_access_token", lambda self, *a, **k: {"access_token": "t"})
    monkeypatch.setattr(OpenIDConnectOAuth2Adapter, "_fetch_user_info", lambda self, token: dict(said))
    with scoped(Scope.for_path("/0/")):
        create_user(username="newcomer", display_name="新来", by=cast.security)
    return said


def come(client: Client, query: str = "") -> Any:
    """From the sign-in page to the provider and back."""
    away = client.post(f"{LOGIN}{query}")
    assert away.headers["Location"].startswith("https://id.example.org/authorize?")
    assert "code_challenge=" in away.headers["Location"]
    state = away.headers["Location"].split("state=")[1].split("&")[0]
    return client.get(f"{CALLBACK}?code=c&state={state}")


def signed_in_as(client: Client) -> str:
    return str(client.session.get("_auth_user_id", ""))


def test_without_configuration_there_is_no_such_page(client: Client, cast: Cast) -> None:
    assert client.post(LOGIN).status_code == 404
    assert "统一身份认证" not in client.get("/accounts/login/").content.decode()


def test_an_account_of_the_same_name_is_bound_once(client: Client, provider: dict[str, Any]) -> None:
    assert "统一身份认证" in client.get("/accounts/login/").content.decode()
    come(client)
    user = User.objects.get(username="newcomer")
    assert signed_in_as(client) == str(user.pk)
    assert client.get("/lists/").headers["Location"] == "/account/second-factor/"
    assert SocialAccount.objects.get(user=user).uid == "0001"
    provider["preferred_username"] = "renamed"
    later = Client()
    come(later)
    assert signed_in_as(later) == str(user.pk)


@pytest.mark.parametrize("name", ["nobody", "", "clerk"])
def test_nobody_else_comes_in_and_no_account_is_made(
    client: Client, provider: dict[str, Any], name: str
) -> None:
    accounts = User.objects.count()
    provider["preferred_username"] = name
    assert come(client).status_code == 403
    assert (signed_in_as(client), User.objects.count(), SocialAccount.objects.count()) == ("", accounts, 0)


def test_a_second_identity_does_not_take_over_a_bound_account(
    client: Client, provider: dict[str, Any]
) -> None:
    come(client)
    provider["sub"] = "0002"
    other = Client()
    assert come(other).status_code == 403
    assert signed_in_as(other) == ""


def test_a_shut_account_stays_shut(client: Client, provider: dict[str, Any]) -> None:
    come(client)
    User.objects.filter(username="newcomer").update(is_active=False)
    later = Client()
    assert come(later).status_code == 403
    assert signed_in_as(later) == ""


def test_nobody_links_an_identity_to_the_own_account(client: Client, provider: dict[str, Any]) -> None:
    client.force_login(User.objects.get(username="clerk"), "nuanliu.access.sign_in.UniformBackend")
    assert come(client, "?process=connect").status_code == 403
    assert SocialAccount.objects.count() == 0


def test_who_turns_back_is_told_so(client: Client, provider: dict[str, Any]) -> None:
    away = client.post(LOGIN)
    state = away.headers["Location"].split("state=")[1].split("&")[0]
    assert client.get(f"{CALLBACK}?error=access_denied&state={state}").status_code in (403, 200)


@pytest.mark.parametrize("missing", ["NUANLIU_OIDC_CLIENT", "NUANLIU_OIDC_SECRET"])
def test_half_a_configuration_stops_the_server(missing: str) -> None:
    with pytest.raises(ValueError, match=missing):
        identity_provider({key: value for key, value in ENVIRONMENT.items() if key != missing})


def test_an_address_without_tls_stops_the_server() -> None:
    with pytest.raises(ValueError, match="https"):
        identity_provider({**ENVIRONMENT, "NUANLIU_OIDC_SERVER": "http://id.example.org"})
