"""Django's `DATABASES`: three aliases on one database, one for each role that logs in."""

import os
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from nuanliu.base.postgres import ENGINE
from nuanliu.base.postgres.provision import DATABASE
from nuanliu.base.postgres.secret import APPLICATION, AUDITOR, OWNER

# Values apart from statements, so that the server can keep plans (nuanliu.base.plans).
APART: dict[str, Any] = {"server_side_binding": True}
# Long-lived connections (SCRAM costs 8 ms), looked after before use: the server may have been restarted.
LASTING: dict[str, Any] = {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}


def databases() -> dict[str, dict[str, Any]]:
    """Aliases `default` (application role), `owner` (migrations) and `audit` (reads).

    `DATABASE_URL`, `DATABASE_OWNER_URL` and `DATABASE_AUDIT_URL` name a real server; without the first, all three
    are roles of the embedded one.
    """
    if not os.environ.get("DATABASE_URL"):
        return _aliases(*(embedded(role) for role in (APPLICATION, OWNER, AUDITOR)))
    application = real(os.environ["DATABASE_URL"])
    owner = real(os.environ.get("DATABASE_OWNER_URL") or os.environ["DATABASE_URL"])
    audit = real(os.environ.get("DATABASE_AUDIT_URL") or os.environ["DATABASE_URL"])
    return _aliases(application, owner, audit)


def embedded(role: str) -> dict[str, Any]:
    """A role of the embedded server; host and password are known once it runs.

    `NUANLIU_DATABASE` names another database on it: a test's or a throw-away one.
    """
    name = os.environ.get("NUANLIU_DATABASE") or DATABASE
    return {"ENGINE": ENGINE, "NAME": name, "USER": role}


def real(url: str) -> dict[str, Any]:
    """A `postgresql://user:password@host:port/name?option=value` address in Django's words."""
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must begin with postgresql://")
    options: dict[str, Any] = {"connect_timeout": 5, **dict(parse_qsl(parts.query))}
    return {
        "ENGINE": "nuanliu.base.postgres.lasting",
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": options.pop("host", None) or unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
    }


def _aliases(
    application: dict[str, Any], owner: dict[str, Any], audit: dict[str, Any]
) -> dict[str, dict[str, Any]]:
    # A migration that waits for a lock stops everybody behind it: give up early, try again later.
    patience = {"options": "-c lock_timeout=10s"}
    return {
        "default": {
            **application,
            **LASTING,
            "ATOMIC_REQUESTS": True,
            "OPTIONS": {**APART, **application.get("OPTIONS", {})},
        },
        "owner": {**owner, "OPTIONS": {**owner.get("OPTIONS", {}), **patience}},
        "audit": audit,
    }
