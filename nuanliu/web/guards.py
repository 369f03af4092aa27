"""Every page says which act it serves; nobody reaches a view that does not say so.

`tests/architecture/test_routes.py` walks all addresses and refuses a bare one.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse

from nuanliu.access.models import Post
from nuanliu.access.permissions import Policy
from nuanliu.access.queries import Gap, enrolment_gap
from nuanliu.access.sessions import proved_lately
from nuanliu.base.actor import Actor
from nuanliu.web import kept

type View = Callable[..., HttpResponse]

READING = ("GET", "HEAD")
WRITING = ("POST",)
FORM = (*READING, *WRITING)

# In the session of whoever has shown to have a second factor.
ENROLLED = "enrolled"


class DeskRequest(HttpRequest):
    """A request of somebody who has signed in and sits at a post."""

    actor: Actor
    posts: list[Post]


@dataclass(frozen=True, slots=True)
class Guard:
    """What a view demands: a role that may do the act, or, without a policy, any post at all.

    `again` asks for a second factor shown in the last ten minutes, where the view writes or does nothing but read: a
    form may be looked at before. `entering` opens on the way in, before the first password is changed and a second
    factor is there; it asks before the form is shown, and keeps none.
    """

    policy: Policy | None
    act: str
    methods: tuple[str, ...]
    again: bool = False
    at_a_post: bool = True
    entering: bool = False

    def asks_again(self, method: str) -> bool:
        """Whether a request of this method needs a fresh second factor."""
        return self.again and (method in WRITING or self.entering or "POST" not in self.methods)


def page(
    policy: Policy, act: str, methods: tuple[str, ...] = READING, *, again: bool = False
) -> Callable[[View], View]:
    """A view for those whose role may do `act`; the row itself is judged by scope and action."""
    return _guarded(Guard(policy, act, methods, again))


def signed_in(methods: tuple[str, ...] = READING, *, again: bool = False) -> Callable[[View], View]:
    """A view for whoever holds a post."""
    return _guarded(Guard(None, "", methods, again))


def without_post(methods: tuple[str, ...] = READING, *, again: bool = False) -> Callable[[View], View]:
    """A view for whoever has signed in, even where no post is chosen yet."""
    return _guarded(Guard(None, "", methods, again, at_a_post=False))


def on_the_way_in(methods: tuple[str, ...] = READING, *, again: bool = False) -> Callable[[View], View]:
    """A view for whoever has signed in and has not got everything yet that the rest of the house asks for."""
    return _guarded(Guard(None, "", methods, again, at_a_post=False, entering=True))


def _guarded(guard: Guard) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @transaction.non_atomic_requests
        @wraps(view)
        def guarded(request: Any, *args: Any, **kwargs: Any) -> HttpResponse:
            with _undone_when_raising(request):
                sent_away = _gate(guard, request, names_a_record=bool(kwargs))
                return sent_away or view(request, *args, **kwargs)

        guarded.guard = guard  # type: ignore[attr-defined]
        return guarded

    return decorate


@contextmanager
def _undone_when_raising(request: Any) -> Iterator[None]:
    """A view that raises leaves no rows, inside of the request's transaction.

    What writes has a savepoint, as `ATOMIC_REQUESTS` would make for every view, and pages told after it may read on.
    What only reads is spared the two round trips: where it raises, the whole transaction is undone.
    """
    if request.method not in READING:
        with transaction.atomic():
            yield
        return
    try:
        yield
    except Exception:
        if transaction.get_connection().in_atomic_block:
            transaction.set_rollback(True)
        raise


def _gate(guard: Guard, request: Any, *, names_a_record: bool) -> HttpResponse | None:
    """Where to instead of the view; nothing when it opens. A form sent again then has its kept content."""
    if not request.user.is_authenticated:
        return to_sign_in(request, keeping=not guard.entering)
    if not guard.entering and (first := _first_of_all(request)):
        return _to(reverse(first), request)
    if guard.at_a_post and request.actor is None:
        return redirect("posts")
    if request.method not in guard.methods:
        return HttpResponseNotAllowed(guard.methods)
    if guard.policy:
        _admit(guard.policy, guard.act, request.actor, names_a_record=names_a_record)
    if guard.asks_again(request.method) and _proof_is_due(request):
        return _to_proof(request, keeping=not guard.entering)
    if not guard.entering and (key := kept.named_in(request)):
        kept.restore(request, key)
    return None


def _first_of_all(request: Any) -> str:
    """What somebody new has to do before anything opens: an own password, a second factor, recovery codes put away."""
    if request.user.must_change_password:
        return "password"
    if request.session.get(ENROLLED):
        return ""
    gap = enrolment_gap(request.user.pk)
    if gap is None:
        request.session[ENROLLED] = True
        return ""
    return {Gap.FACTOR: "second-factor", Gap.CODES: "recovery-codes"}[gap]


def _proof_is_due(request: Any) -> bool:
    """Who has no second factor yet is on the way in and cannot show one."""
    return not proved_lately(request) and enrolment_gap(request.user.pk) is not Gap.FACTOR


def _to_proof(request: Any, *, keeping: bool) -> HttpResponse:
    """To the second factor and back; what was sent is kept and sent again from there."""
    if request.method in READING or not keeping:
        return _to(f"{reverse('proof')}?{urlencode({'next': request.get_full_path()})}", request)
    key = kept.named_in(request)
    if key is None:
        form = kept.keep(request)
        if form is None:
            raise kept.too_big()
        key = form.pk
    return kept.remember(request, _to(f"{reverse('proof')}?{urlencode({'kept': key})}", request))


def _admit(policy: Policy, act: str, by: Actor, *, names_a_record: bool) -> None:
    """Whose role lacks the act is told so, but of a single record not even whether it is there."""
    if names_a_record and not policy.may(by, act):
        raise Http404
    policy.require(by, act)


def _to(address: str, request: HttpRequest) -> HttpResponse:
    """To another page, as a whole also where only a part was asked for."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def to_sign_in(request: Any, *, keeping: bool = True) -> HttpResponse:
    """To the sign-in page and back. A form that comes too late is kept; a part of a page sends the whole page there."""
    address, wanted = reverse("account_login"), "/"
    if request.method == "GET":
        wanted = request.get_full_path()
    elif keeping and request.method == "POST" and (kept.named_in(request) or kept.keep(request)):
        wanted = reverse("kept")
    if request.headers.get("HX-Request") and request.method == "GET":
        return _to(address, request)
    return kept.remember(request, _to(f"{address}?{urlencode({'next': wanted})}", request))
