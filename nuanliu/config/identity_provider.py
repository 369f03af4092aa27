"""The identity provider that the environment names, in allauth's words."""

from collections.abc import Mapping
from typing import Any

PREFIX = "NUANLIU_OIDC_"


def identity_provider(environment: Mapping[str, str]) -> dict[str, Any]:
    """Settings for OpenID Connect from `NUANLIU_OIDC_SERVER`, `…_CLIENT`, `…_SECRET`, `…_ID` and `…_NAME`.

    Empty without a server. ValueError when the server is named and the client is not, or not over TLS.
    """
    said = {key.removeprefix(PREFIX): value for key, value in environment.items() if key.startswith(PREFIX)}
    if not said.get("SERVER"):
        return {}
    if missing := [name for name in ("CLIENT", "SECRET") if not said.get(name)]:
        raise ValueError(f"{PREFIX}SERVER is set, {PREFIX}{missing[0]} is not")
    if not said["SERVER"].startswith("https://"):
        raise ValueError(f"{PREFIX}SERVER must begin with https://")
    app = {
        "provider_id": said.get("ID") or "union",
        "name": said.get("NAME") or "统一身份认证",
        "client_id": said["CLIENT"],
        "secret": said["SECRET"],
        "settings": {"server_url": said["SERVER"], "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
