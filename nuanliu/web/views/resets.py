"""What administrators do for somebody who cannot sign in any more, or should not be signed in."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.access import actions
from nuanliu.access.models import Post, Reset, User
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import is_administrator, resets_waiting, second_factors, sessions_of, users_around
from nuanliu.base.actor import Actor
from nuanliu.web.acts import Act, act
from nuanliu.web.devices import device
from nuanliu.web.forms import ReasonForm
from nuanliu.web.forms_account import ResetForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.paging import SIZE


@page(POLICY, "reset_account", WRITING, again=True)
def ask_reset(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take away password or second factor; of an administrator when another one has confirmed it."""
    found, form = get_object_or_404(users_around(), pk=key), ResetForm(request.POST, prefix="reset")
    if not form.is_valid():
        messages.error(request, _("Say what is lost and why it is reset."))
        return redirect("user", key)
    reset, password = actions.ask_reset(found, **form.cleaned_data, by=request.actor)
    if not reset.carried_out_at:
        messages.success(
            request, _("Another administrator confirms the reset of an administrator's account.")
        )
        return redirect("user", key)
    return _done(request, reset, password)


@page(POLICY, "reset_account", WRITING, again=True)
def confirm_reset(request: DeskRequest, key: UUID) -> HttpResponse:
    """Confirm the reset of another administrator's account."""
    reset = get_object_or_404(Reset.objects.filter(user__in=users_around()), pk=key)
    password = actions.confirm_reset(reset, by=request.actor)
    return _done(request, reset, password)


@page(POLICY, "end_sessions", WRITING, again=True)
def end_sessions(request: DeskRequest, key: UUID) -> HttpResponse:
    """Sign an account out everywhere."""
    found, form = get_object_or_404(users_around(), pk=key), ReasonForm(request.POST, prefix="sessions")
    if form.is_valid():
        ended = actions.end_sessions(found, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("Sessions ended: %(count)s.") % {"count": ended})
    else:
        messages.error(request, _("Signing somebody out needs a reason."))
    return redirect("user", key)


def help_with(user: User, by: Actor) -> dict[str, Any]:
    """What a page about an account shows of its signing in, to those who may set it back."""
    if not POLICY.may(by, "reset_account"):
        return {"may": False, "devices": [], "waiting": [], "is_administrator": False}
    return {
        "may": True,
        "factors": second_factors(user.pk),
        "devices": [{"session": one, "name": device(one.user_agent)} for one in sessions_of(user.pk)],
        "waiting": [reset for reset in resets_waiting() if reset.user_id == user.pk],
        "is_administrator": is_administrator(user.pk),
    }


def confirmations(user: User, posts: list[Post], signing_in: dict[str, Any], by: Actor) -> list[Act]:
    """What of an account waits for a second administrator: posts granted, resets asked for."""
    own = (user.pk != by.user_id, _("It concerns oneself: another administrator confirms it."))
    second = _("Another administrator than who asked for it confirms it.")
    granted = [
        act(
            by, POLICY, "confirm_post", post, address=reverse("post-confirm", args=[post.pk]), key=str(post.pk),
            label=_("Confirm the post: %(post)s") % {"post": told(post)},
            is_main=True, needs=[own, (post.granted_by_id != by.user_id, second)],
        )
        for post in posts
        if post.granted_by_id and not post.confirmed_by_id and not post.ended_by_id
    ]  # fmt: skip
    resets = [
        act(
            by, POLICY, "reset_account", None, address=reverse("reset-confirm", args=[reset.pk]), key=str(reset.pk),
            label=_("Confirm the reset: %(kind)s") % {"kind": reset.get_kind_display()}, is_main=True,
            help=f"{reset.asked_by.display_name}: {reset.reason}",
            needs=[own, (reset.asked_by_id != by.user_id, second)],
        )
        for reset in signing_in["waiting"]
    ]  # fmt: skip
    return [*granted, *resets]


def account_acts(user: User, signing_in: dict[str, Any], by: Actor) -> list[Act]:
    """What administrators do for somebody who cannot sign in, or should not."""
    standing = (user.is_active, _("The account is shut."))
    other = (user.pk != by.user_id, _("For one's own account another administrator does this."))
    return [
        act(
            by, POLICY, "reset_account", None, label=_("Reset password or second factor"),
            address=reverse("user-reset", args=[user.pk]), form=ResetForm(prefix="reset"), needs=[standing, other],
            help=_("This is an administrator's account: another administrator has to confirm.")
            if signing_in["is_administrator"]
            else _("It is done at once, and the account is signed out everywhere."),
        ),
        act(
            by, POLICY, "end_sessions", None, label=_("Sign out everywhere"),
            address=reverse("user-sessions-end", args=[user.pk]), form=ReasonForm(prefix="sessions"),
            needs=[
                other,
                (bool(signing_in["devices"]) or not signing_in["may"], _("The account is signed in nowhere.")),
            ],
        ),
        act(
            by, POLICY, "deactivate_user", None, label=_("Shut the account"), danger=True,
            address=reverse("user-deactivate", args=[user.pk]), form=ReasonForm(prefix="deactivate"),
            help=_("It is shut at once: its posts count no more, and it is signed out everywhere."),
            needs=[standing, other],
        ),
    ]  # fmt: skip


def resets_for(by: Actor) -> list[Reset]:
    """The resets that wait for a second administrator, for those who may confirm one."""
    if not POLICY.may(by, "reset_account"):
        return []
    return list(resets_waiting().filter(user__in=users_around())[:SIZE])


def told(post: Post) -> str:
    """A post in one line."""
    return f"{post.get_role_display()} · {post.organization.name}"


def _done(request: DeskRequest, reset: Reset, password: str) -> HttpResponse:
    """What was set back; the temporary password stands on this answer and nowhere else."""
    if not password:
        messages.success(request, _("The reset is done. Its holder sets it up anew at the next sign-in."))
        return redirect("user", reset.user_id)
    answer = render(request, "web/user_made.html", {"made": reset.user, "password": password})
    answer.headers["Cache-Control"] = "no-store"
    return answer
