"""What a session remembers of itself, by the clock of the server."""

import time
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from allauth.usersessions.models import UserSession
from django.contrib.auth.signals import user_logged_in
from django.dispatch import receiver
from django.http import HttpRequest

from nuanliu.access.actions.accounts import end_all_sessions

BEGAN, SEEN = "began", "seen"
FRESH_SECONDS = 10 * 60


@receiver(user_logged_in)
def begin_session(sender: object, request: HttpRequest, **kwargs: Any) -> None:
    """Note when a session begins."""
    request.session[BEGAN] = request.session[SEEN] = int(time.time())


def keep_only(request: HttpRequest, before: str) -> None:
    """End all other sessions of who has changed the password; this one goes on under a new key."""
    UserSession.objects.filter(session_key=before).update(session_key=request.session.session_key)
    end_all_sessions(request.user, but=request.session.session_key or "")  # type: ignore[arg-type]


def proved_at(request: HttpRequest) -> float:
    """When the second factor was last shown in this session; 0 if never."""
    shown = [one["at"] for one in get_authentication_records(request, request.user) if one["method"] == "mfa"]
    return float(max(shown, default=0))


def proved_lately(request: HttpRequest) -> bool:
    """Whether the second factor was shown in the last ten minutes."""
    return time.time() - proved_at(request) < FRESH_SECONDS
