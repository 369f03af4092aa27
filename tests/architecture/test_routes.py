"""Every address is guarded, or on the short list of those that anybody may open."""

from collections.abc import Iterator
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from nuanliu.web.guards import Guard

# Addresses for people who have not signed in yet. Nothing of a union stands on them.
PUBLIC = {
    "account_login",
    "account_logout",
    "mfa_authenticate",
    "mfa_login_webauthn",
    "openid_connect_login",
    "openid_connect_callback",
    "set_language",
    "health",
}


def routes(patterns: list[Any] | None = None) -> Iterator[URLPattern]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern


def test_every_route_is_guarded_or_public_by_name() -> None:
    bare = {route.name for route in routes() if not isinstance(getattr(route.callback, "guard", None), Guard)}
    assert bare == PUBLIC


def test_every_guard_names_an_act_that_its_policy_knows() -> None:
    unknown = [
        route.name
        for route in routes()
        if (guard := getattr(route.callback, "guard", None))
        and guard.policy
        and guard.act not in guard.policy.roles
    ]
    assert unknown == []


def test_what_changes_something_is_never_done_by_a_link() -> None:
    verbs = {
        "accept",
        "sign",
        "attach",
        "withdraw",
        "propose",
        "release",
        "send",
        "cancel",
        "reply",
        "receipt",
    }
    verbs |= {"confirm", "payer", "words", "explain", "reapply", "grant", "deactivate", "end"}
    verbs |= {"unused", "close", "reissue", "submit", "back", "enter", "draft", "reopen", "heading", "drop"}
    linked = [
        route.name
        for route in routes()
        if (route.name or "").split("-")[-1] in verbs and "GET" in route.callback.guard.methods  # type: ignore[attr-defined]
    ]
    assert linked == []
