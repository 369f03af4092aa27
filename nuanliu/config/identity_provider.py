"""The identity provider that the environment names, in allauth's words."""

from collections.abc import Mapping
from typing import Any


def identity_provider(environ: Mapping[str, str]) -> dict[str, Any]:
    """Settings for OpenID Connect; empty where no server is named.

    ValueError when the server is named and its client or secret is not, or not over TLS.
    """
    server = environ.get("NUANLIU_OIDC_SERVER", "")
    if not server:
        return {}
    if not server.startswith("https://"):
        raise ValueError("NUANLIU_OIDC_SERVER must begin with https://")
    client, secret = environ.get("NUANLIU_OIDC_CLIENT", ""), environ.get("NUANLIU_OIDC_SECRET", "")
    if not client:
        raise ValueError("NUANLIU_OIDC_SERVER is set, NUANLIU_OIDC_CLIENT is not")
    if not secret:
        raise ValueError("NUANLIU_OIDC_SERVER is set, NUANLIU_OIDC_SECRET is not")
    app = {
        "provider_id": environ.get("NUANLIU_OIDC_ID", "") or "union",
        "name": environ.get("NUANLIU_OIDC_NAME", "") or "统一身份认证",
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": server},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
