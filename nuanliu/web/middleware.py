"""What happens around each request: who acts, what that post may see, and how a refusal is told."""

from collections.abc import Callable
from typing import Any

from django.core.exceptions import SuspiciousOperation, ValidationError
from django.db import DataError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.defaults import bad_request, page_not_found

from nuanliu.access.asking import posts_held
from nuanliu.access.models import Post
from nuanliu.access.queries import actor_in
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused

CHOSEN_POST = "post"
NUL = "\x00"
# What no page of ours asks of a browser, so that nothing that slips into one can.
FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "payment",
    "usb",
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES)


class SealMiddleware:
    """What a browser may keep and use: no page of ours stays behind on the machine where somebody signed in.

    After signing out the back button shows the sign-in page. Files named by their content never come by here.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        response.headers.setdefault("Permissions-Policy", PERMISSIONS)
        return response


class ScopeMiddleware:
    """Opens the request's transaction with the scope of the chosen post; nobody's request sees nothing.

    The post is looked up at each request: a post that ended this morning opens nothing this afternoon. A view that
    raises leaves no rows: `guards` sees to it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.posts = _posts(request)
        request.actor = _actor(request.posts, request.session.get(CHOSEN_POST))
        with scoped(_scope(request)):
            return self.get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """No column holds the NUL character, so nobody looks for it and nobody writes it."""
        return bad_request(request, SuspiciousOperation("NUL")) if _holds_nul(request) else None

    def process_exception(self, request: Any, exception: Exception) -> HttpResponse | None:
        """What the rules forbid is an answer to the person, not an error of the server; so is a key that is none."""
        if isinstance(exception, ValidationError | DataError):
            return page_not_found(request, exception)
        if not isinstance(exception, Refused):
            return None
        status = 403 if exception.code == "permission.denied" else 422
        part = bool(request.headers.get("HX-Request"))
        return render(
            request,
            "web/parts/refusal.html" if part else "web/refused.html",
            {"refusal": exception},
            status=status,
        )


def _holds_nul(request: HttpRequest) -> bool:
    given = (request.GET, request.POST) if request.method == "POST" else (request.GET,)
    return any(NUL in value for values in given for _, several in values.lists() for value in several)


def _posts(request: HttpRequest) -> list[Post]:
    return posts_held(request.user, timezone.localdate()) if request.user.is_authenticated else []


def _actor(posts: list[Post], chosen: str | None) -> Actor | None:
    if len(posts) == 1:
        return actor_in(posts[0])
    return next((actor_in(post) for post in posts if str(post.pk) == chosen), None)


def _scope(request: Any) -> Scope:
    if request.actor:
        return Scope.for_path(request.actor.organization_path, request.actor.user_id)
    return Scope("", "", str(request.user.pk)) if request.user.is_authenticated else Scope.none()
