"""Which post somebody sits at, and how the frame looks."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _

from nuanliu.access.queries import actor_in, kept_forms
from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.web.context import RAIL_COOKIE, THEME_COOKIE, open_rooms
from nuanliu.web.guards import FORM, WRITING, without_post
from nuanliu.web.kept import browser_of
from nuanliu.web.middleware import CHOSEN_POST

YEAR_SECONDS = 365 * 24 * 60 * 60
# Cookie to what a form may say, and what is kept of it; '' keeps nothing.
APPEARANCE = {
    THEME_COOKIE: {"system": "", "light": "light", "dark": "dark"},
    RAIL_COOKIE: {"open": "", "folded": "folded"},
}


@without_post(FORM)
def posts(request: HttpRequest) -> HttpResponse:
    """The posts that the signed-in user holds today, one to be chosen; the choice is kept in the session."""
    held = request.posts  # type: ignore[attr-defined]
    if request.method == "POST":
        chosen = next((post for post in held if str(post.pk) == request.POST.get("post")), None)
        if chosen is None:
            raise Http404
        request.session[CHOSEN_POST] = str(chosen.pk)
        messages.success(
            request, _("You now act for %(organization)s.") % {"organization": chosen.organization.name}
        )
        if kept_forms(request.user.pk, browser_of(request)):  # type: ignore[arg-type]
            return redirect("kept")
        return redirect(_same_room(request.POST.get("room", ""), actor_in(chosen)))
    listed = [{"post": post, "role": Role(post.role).label} for post in held]
    return render(request, "web/posts.html", {"held": listed})


def _same_room(wanted: str, actor: Actor) -> str:
    """The room that was left, where the other post may enter it; else the workbench."""
    return next((room.route for room in open_rooms(actor) if room.route == wanted), "desk")


@without_post(WRITING)
def appearance(request: HttpRequest) -> HttpResponse:
    """Light or dark, and whether the menu stands at the side: kept by the browser, not by the record."""
    after = request.POST.get("next", "")
    answer = redirect(after if url_has_allowed_host_and_scheme(after, None) else "desk")
    for cookie, choices in APPEARANCE.items():
        chosen = request.POST.get(cookie)
        if chosen in choices:
            _keep(answer, cookie, choices[chosen])
    return answer


def _keep(answer: HttpResponse, cookie: str, value: str) -> None:
    if value:
        answer.set_cookie(
            cookie,
            value,
            max_age=YEAR_SECONDS,
            httponly=True,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    else:
        answer.delete_cookie(cookie, samesite="Lax")
