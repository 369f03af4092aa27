"""Accounts and posts: given by one administrator, confirmed by another."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.access import actions
from nuanliu.access.models import Post, User
from nuanliu.access.passwords import temporary_password
from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import awaiting_confirmation, posts_around, users_around
from nuanliu.web.acts import Act, Step, act, steps
from nuanliu.web.forms import ReasonForm
from nuanliu.web.forms_administration import EndForm, PostForm, UserForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import SIZE
from nuanliu.web.queries import record_or_404
from nuanliu.web.tables.users import USERS
from nuanliu.web.views.resets import account_acts, confirmations, help_with, resets_for, told


@page(POLICY, "see_posts")
def users(request: DeskRequest) -> HttpResponse:
    """The accounts of the union and below with their posts, and the posts that wait for a second administrator."""
    by = request.actor
    return show(
        request,
        USERS,
        template="web/users.html",
        waiting=list(awaiting_confirmation()[:SIZE]),
        resets=resets_for(by),
        can={act: POLICY.may(by, act) for act in ("create_user", "confirm_post")},
    )


@page(POLICY, "create_user", FORM)
def user_new(request: DeskRequest) -> HttpResponse:
    """Open an account; its temporary password is shown on this answer and nowhere else."""
    form = UserForm(request.POST or None)
    if not form.is_valid():
        return render(request, "web/user_new.html", {"form": form}, status=422 if form.is_bound else 200)
    password = temporary_password()
    made = actions.create_user(**form.cleaned_data, password=password, by=request.actor)
    # The same name and person again is the account that was there, with the password it has.
    known = not made.check_password(password)
    context = {"made": made, "password": "" if known else password}
    answer = render(request, "web/user_made.html", context)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@page(POLICY, "see_posts")
def user(request: DeskRequest, key: UUID) -> HttpResponse:
    """One account with all its posts, and what can be done about them."""
    found, by = _user(key), request.actor
    posts, signing_in = list(posts_around([found])), help_with(found, by)
    context = {
        "account": found,
        "posts": posts,
        "help": signing_in,
        "steps": _steps(found, posts),
        "acts": [
            *confirmations(found, posts, signing_in, by),
            *_acts(request, found, posts),
            *account_acts(found, signing_in, by),
        ],
        "history_kind": "access.user",
        "history_key": found.pk,
    }
    return render(request, "web/user.html", context)


def _steps(found: User, posts: list[Post]) -> list[Step]:
    """The life of an account: opened, a post confirmed by a second administrator, a password of its holder's own."""
    today = timezone.localdate()
    held = any(
        (post.confirmed_by_id or not post.granted_by_id) and (post.valid_to is None or post.valid_to >= today)
        for post in posts
    )
    reached = 1 + held + (held and not found.must_change_password)
    names = [_("account opened"), _("post confirmed"), _("own password chosen")]
    if not found.is_active:
        return [*steps(names, reached)[:reached], Step(_("shut"), "stopped")]
    return steps(names, reached)


def _acts(request: DeskRequest, found: User, posts: list[Post]) -> list[Act]:
    """Posts given and ended."""
    by, today = request.actor, timezone.localdate()
    return [
        act(
            by, POLICY, "grant_post", None, label=_("Grant a post"), address=reverse("user-grant", args=[found.pk]),
            form=PostForm(initial={"valid_from": today, "organization": own_union(request)}, prefix="post"),
            is_main=not posts, help=_("It takes effect once another administrator confirms it."),
            needs=[
                (found.is_active, _("The account is shut.")),
                (found.pk != by.user_id, _("Nobody gives a post to himself: another administrator does.")),
            ],
        ),
        *[
            act(
                by, POLICY, "end_post", post, address=reverse("post-end", args=[post.pk]), key=str(post.pk),
                label=_("End the post: %(post)s") % {"post": told(post)},
                form=EndForm(initial={"on": today}, auto_id=f"id_end_{post.pk}_%s"),
            )
            for post in posts
            if not post.ended_by_id
        ],
    ]  # fmt: skip


def own_union(request: DeskRequest) -> str:
    """The name of the union for which the actor sits here."""
    return next(post.organization.name for post in request.posts if post.pk == request.actor.post_id)


def _user(key: UUID) -> User:
    return get_object_or_404(users_around(), pk=key)


@page(POLICY, "grant_post", WRITING, again=True)
def grant(request: DeskRequest, key: UUID) -> HttpResponse:
    """Grant a post; it takes effect once another administrator confirms it."""
    found = _user(key)
    form = PostForm(request.POST, prefix="post")
    if form.is_valid():
        actions.grant_post(found, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The post is granted; another administrator confirms it."))
    else:
        messages.error(request, _("Give role, full name of the union and first day of the post."))
    return redirect("user", key)


@page(POLICY, "confirm_post", WRITING, again=True)
def confirm(request: DeskRequest, key: UUID) -> HttpResponse:
    """Confirm what another administrator granted."""
    post = actions.confirm_post(record_or_404(Post, key), by=request.actor)
    messages.success(request, _("The post is confirmed."))
    return redirect("user", post.user_id)


@page(POLICY, "end_post", WRITING, again=True)
def end(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say which day of a post is its last."""
    post, form = record_or_404(Post, key), EndForm(request.POST)
    if form.is_valid():
        actions.end_post(post, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The post ends."))
    else:
        messages.error(request, _("Give the last day and the reason."))
    return redirect("user", post.user_id)


@page(POLICY, "deactivate_user", WRITING, again=True)
def deactivate(request: DeskRequest, key: UUID) -> HttpResponse:
    """Shut an account at once."""
    found, form = _user(key), ReasonForm(request.POST, prefix="deactivate")
    if form.is_valid():
        actions.deactivate_user(found, reason=form.cleaned_data["reason"], by=request.actor)
        messages.success(request, _("The account is shut."))
    else:
        messages.error(request, _("Shutting an account needs a reason."))
    return redirect("user", key)
