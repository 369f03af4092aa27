"""Every page says which act it serves; nobody reaches a view that does not say so.

`tests/architecture/test_routes.py` walks all addresses and refuses a bare one.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from nuanliu.access.models import Post
from nuanliu.access.permissions import Policy
from nuanliu.base.actor import Actor

type View = Callable[..., HttpResponse]

READING = ("GET", "HEAD")
WRITING = ("POST",)
FORM = (*READING, *WRITING)


class DeskRequest(HttpRequest):
    """A request of somebody who has signed in and sits at a post."""

    actor: Actor
    posts: list[Post]


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view demands: a role that may do the act, or, without a policy, any post at all."""

    policy: Policy | None
    act: str
    methods: tuple[str, ...]


def page(policy: Policy, act: str, methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A view for those whose role may do `act`; the row itself is judged by scope and action."""
    return _guarded(Guard(policy, act, methods))


def signed_in(methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A view for whoever holds a post."""
    return _guarded(Guard(None, "", methods))


def without_post(methods: tuple[str, ...] = READING) -> Callable[[View], View]:
    """A view for whoever has signed in, even where no post is chosen yet."""

    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            return view(request, *args, **kwargs) if request.method in methods else _not_allowed(methods)

        guarded.guard = Guard(None, "", methods)  # type: ignore[attr-defined]
        return guarded

    return decorate


def _guarded(guard: Guard) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            if not request.user.is_authenticated:
                return to_sign_in(request)
            if request.user.must_change_password:
                return _to("password", request)
            if request.actor is None:
                return redirect("posts")
            if request.method not in guard.methods:
                return _not_allowed(guard.methods)
            if guard.policy:
                _admit(guard.policy, guard.act, request.actor, names_a_record=bool(kwargs))
            return view(request, *args, **kwargs)

        guarded.guard = guard  # type: ignore[attr-defined]
        return guarded

    return decorate


def _admit(policy: Policy, act: str, by: Actor, *, names_a_record: bool) -> None:
    """Whose role lacks the act is told so, but of a single record not even whether it is there."""
    if names_a_record and not policy.may(by, act):
        raise Http404
    policy.require(by, act)


def _to(route: str, request: HttpRequest) -> HttpResponse:
    """To another page, as a whole also where only a part was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": reverse(route)})
    return redirect(route)


def to_sign_in(request: HttpRequest) -> HttpResponse:
    """To the sign-in page and back; a part of a page that asks for more sends the whole page there."""
    address = reverse("account_login")
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    wanted = request.get_full_path() if request.method == "GET" else "/"
    return redirect(f"{address}?{urlencode({'next': wanted})}")


def _not_allowed(methods: tuple[str, ...]) -> HttpResponse:
    return HttpResponseNotAllowed(methods)
