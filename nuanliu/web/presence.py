"""How long somebody is here: a session unused for an hour ends, a session in use for twelve hours ends too.

What remains after it is a signed cookie with the account that sat here last, so that a form which comes too late is
kept for that account alone.
"""

import time
from collections.abc import Callable

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.core.signing import BadSignature
from django.http import HttpRequest, HttpResponseBase
from django.utils import timezone

from nuanliu.access.sessions import BEGAN, SEEN

# Asking how long the session lasts is no use of it.
UNSEEN = "/account/session/"
NOTED_EVERY_SECONDS = 5 * 60
ACCOUNT_COOKIE = "last_account"


class PresenceMiddleware:
    """Notes that a session is in use, every five minutes at most, and ends one that has lasted too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if SESSION_KEY in request.session:
            self._note(request, int(time.time()))
        response = self.get_response(request)
        if SESSION_KEY in request.session and last_account(request) != request.session[SESSION_KEY]:
            _remember(response, request.session[SESSION_KEY])
        return response

    def _note(self, request: HttpRequest, now: int) -> None:
        if now - request.session.get(BEGAN, now) > settings.NUANLIU_SESSION_SECONDS:
            logout(request)
        elif now - request.session.get(SEEN, 0) > NOTED_EVERY_SECONDS and request.path != UNSEEN:
            touch(request, now)


def touch(request: HttpRequest, now: int) -> None:
    """The session lasts an hour from now on."""
    request.session[SEEN] = now
    UserSession.objects.filter(session_key=request.session.session_key).update(last_seen_at=timezone.now())


def seconds_left(request: HttpRequest) -> int:
    """How long the session lasts if nothing is done; 0 without one."""
    if SESSION_KEY not in request.session:
        return 0
    now = int(time.time())
    idle = request.session.get(SEEN, now) + settings.SESSION_COOKIE_AGE
    last = request.session.get(BEGAN, now) + settings.NUANLIU_SESSION_SECONDS
    return int(max(0, min(idle, last) - now))


def last_account(request: HttpRequest) -> str:
    """The account that sat at this browser last, as our own cookie says; nothing where it was altered."""
    try:
        found = request.get_signed_cookie(ACCOUNT_COOKIE, "", salt=ACCOUNT_COOKIE)
    except BadSignature:
        return ""
    return str(found or "")


def _remember(response: HttpResponseBase, user_id: str) -> None:
    response.set_signed_cookie(
        ACCOUNT_COOKIE,
        user_id,
        salt=ACCOUNT_COOKIE,
        max_age=settings.NUANLIU_SESSION_SECONDS,
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
