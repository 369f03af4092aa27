"""My account: password, second factors, recovery codes, sessions; and the forms that were kept for me."""

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from allauth.mfa.adapter import get_adapter
from allauth.mfa.base.forms import ReauthenticateForm
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from allauth.mfa.webauthn.forms import AddWebAuthnForm, ReauthenticateWebAuthnForm
from allauth.mfa.webauthn.internal.auth import begin_authentication, begin_registration
from allauth.mfa.webauthn.views import LoginWebAuthnView
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve, reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure

from nuanliu.access import actions
from nuanliu.access.passwords import strength, words_about
from nuanliu.access.queries import kept_forms, second_factors, sessions_of, unused_recovery_codes
from nuanliu.access.sessions import keep_only
from nuanliu.web import kept
from nuanliu.web.context import room_of
from nuanliu.web.devices import device
from nuanliu.web.downloads import attachment
from nuanliu.web.forms_account import PasswordForm
from nuanliu.web.guards import FORM, WRITING, on_the_way_in, to_sign_in, without_post
from nuanliu.web.presence import seconds_left, touch

NEW_SECRET = "new_secret"  # noqa: S105  its name in the session


@without_post()
def account(request: HttpRequest) -> HttpResponse:
    """What belongs to my signing in, and where I am signed in now."""
    user: Any = request.user
    codes, __ = unused_recovery_codes(user.pk)
    context = {
        "factors": second_factors(user.pk),
        "codes_left": len(codes),
        "sessions": [
            {
                "session": one,
                "device": device(one.user_agent),
                "here": one.session_key == request.session.session_key,
            }
            for one in sessions_of(user.pk)
        ],
    }
    return render(request, "web/account.html", context)


@on_the_way_in(FORM, again=True)
def password(request: Any) -> HttpResponse:
    """Change one's own password; whoever has a temporary one comes to nothing else before."""
    form = PasswordForm(request.POST or None, user=request.user)
    if form.is_valid():
        old, new = form.cleaned_data["old"], form.cleaned_data["new"]
        user = actions.change_password(request.user, old=old, new=new, by=request.actor)
        before = request.session.session_key or ""
        update_session_auth_hash(request, user)
        keep_only(request, before)
        messages.success(request, _("Your password is changed."))
        return redirect("desk")
    return render(request, "web/password.html", {"form": form}, status=422 if form.is_bound else 200)


@on_the_way_in(WRITING)
def judge_password(request: HttpRequest) -> HttpResponse:
    """How strong a password is while it is typed; nothing of it is kept."""
    user: Any = request.user
    unions = [post.organization.name for post in request.posts]  # type: ignore[attr-defined]
    typed = request.POST.get("new", "")
    found = strength(typed, words_about(user, unions)) if typed else None
    return render(request, "account/parts/strength.html", {"strength": found})


# --- second factors ---


@on_the_way_in(FORM, again=True)
def second_factor(request: Any) -> HttpResponse:
    """Add an authenticator app (its QR code is drawn here) or a passkey; the way in asks for the first."""
    if request.method == "POST":
        return _add_passkey(request) if "credential" in request.POST else _add_app(request)
    return _offer_factors(request)


def _offer_factors(request: Any, error: str = "") -> HttpResponse:
    held = second_factors(request.user.pk)
    context: dict[str, Any] = {
        "held": held,
        "error": error,
        "passkey": {"creation_options": begin_registration(request.user, True)},
    }
    if not any(factor.type == Authenticator.Type.TOTP for factor in held):
        secret = _new_secret(request)
        address = get_adapter().build_totp_url(request.user, secret)
        context |= {
            "secret": _in_groups(secret),
            "drawing": get_adapter().build_totp_svg(address).partition("?>")[2],
        }
    answer = render(request, "account/second_factor.html", context, status=422 if error else 200)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _new_secret(request: Any) -> str:
    """The secret that is offered until it is proved: sealed in the session as it will be in the table."""
    if NEW_SECRET not in request.session:
        request.session[NEW_SECRET] = get_adapter().encrypt(generate_totp_secret())
    return str(get_adapter().decrypt(request.session[NEW_SECRET]))


def _in_groups(secret: str) -> str:
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def _add_app(request: Any) -> HttpResponse:
    code = request.POST.get("code", "").replace(" ", "")
    actions.add_authenticator_app(request.user, secret=_new_secret(request), code=code, by=request.actor)
    request.session.pop(NEW_SECRET, None)
    return _added(request)


def _add_passkey(request: Any) -> HttpResponse:
    form = AddWebAuthnForm(request.POST, user=request.user)
    if not form.is_valid():
        return _offer_factors(request, _("This passkey could not be verified. Try once more."))
    name = request.POST.get("name", "").strip()[:60] or device(request.headers.get("User-Agent", ""))
    actions.add_passkey(request.user, name=name, credential=form.cleaned_data["credential"], by=request.actor)
    return _added(request)


def _added(request: Any) -> HttpResponse:
    """Whoever adds the first factor sees the recovery codes next."""
    record_proof(request)
    messages.success(request, _("The second factor is set up."))
    __, put_away = unused_recovery_codes(request.user.pk)
    return redirect("account" if put_away else "recovery-codes")


def record_proof(request: Any) -> None:
    """Whoever sets up a factor has just shown it."""
    from allauth.account.internal.flows.login import record_authentication

    record_authentication(request, request.user, "mfa", type="set_up")


@without_post(WRITING, again=True)
def remove_factor(request: Any, key: int) -> HttpResponse:
    """Take away one of my factors; never the last one."""
    actions.remove_factor(request.user, key, by=request.actor)
    messages.success(request, _("The second factor is removed."))
    return redirect("account")


@on_the_way_in(FORM, again=True)
def recovery_codes(request: Any) -> HttpResponse:
    """The recovery codes, until their holder says that they are put away."""
    if request.method == "POST":
        actions.acknowledge_recovery_codes(request.user, by=request.actor)
        messages.success(request, _("The recovery codes are put away. They are not shown again."))
        return redirect("desk")
    codes, put_away = unused_recovery_codes(request.user.pk)
    if put_away:
        return redirect("account")
    answer = render(request, "account/recovery_codes.html", {"codes": codes})
    answer.headers["Cache-Control"] = "no-store"
    return answer


@on_the_way_in(again=True)
def recovery_codes_file(request: Any) -> HttpResponse:
    """The same as a file."""
    codes, put_away = unused_recovery_codes(request.user.pk)
    if put_away:
        raise Http404
    title = _("Recovery codes of %(account)s. Each is good for one sign-in.") % {
        "account": request.user.username
    }
    answer = attachment(
        "\n".join([title, "", *codes, ""]).encode("utf-8-sig"), "nuanliu-codes.txt", "text/plain"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


@without_post(WRITING, again=True)
def renew_recovery_codes(request: Any) -> HttpResponse:
    """Ten new codes for the old ones."""
    actions.renew_recovery_codes(request.user, by=request.actor)
    request.session.pop("enrolled", None)
    return redirect("recovery-codes")


# --- the second factor again ---


@on_the_way_in(FORM)
def proof(request: Any) -> HttpResponse:
    """Show the second factor again; what was interrupted goes on by itself."""
    form: Any = None
    if request.method == "POST":
        form = _proof_form(request)
        if form.is_valid():
            form.save()
            return _go_on(request)
    context = {
        "form": form,
        "kept": _kept_named(request),
        "next": _next(request),
        "passkey": _passkey_options(request),
    }
    return render(request, "account/proof.html", context, status=422 if form else 200)


def _proof_form(request: Any) -> Any:
    with_passkey = bool(request.POST.get("credential"))
    made: Callable[..., Any] = ReauthenticateWebAuthnForm if with_passkey else ReauthenticateForm
    return made(request.POST, user=request.user)


def _passkey_options(request: Any) -> dict[str, Any] | None:
    if any(one.type == Authenticator.Type.WEBAUTHN for one in second_factors(request.user.pk)):
        return {"request_options": begin_authentication(request.user)}
    return None


def _kept_named(request: Any) -> Any:
    wanted = request.POST.get(kept.FIELD) or request.GET.get("kept")
    found = kept_forms(request.user.pk, kept.browser_of(request)) if wanted else []
    return next(
        ({"form": one, "room": room_named(one.address)} for one in found if str(one.pk) == wanted), None
    )


def _go_on(request: Any) -> HttpResponse:
    """The browser sends this very answer on to the act that was kept: 307 keeps method and body."""
    if named := _kept_named(request):
        return HttpResponseRedirect(named["form"].address, status=307)
    return redirect(_next(request))


def _next(request: Any) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or reverse("account")
    return wanted if url_has_allowed_host_and_scheme(wanted, {request.get_host()}) else reverse("account")


# --- what was kept ---


@without_post()
def kept_page(request: Any) -> HttpResponse:
    """The forms that came too late, each to be sent now or thrown away."""
    if request.actor is None and request.posts:
        return redirect("posts")
    found = kept_forms(request.user.pk, kept.browser_of(request))
    listed = [{"form": one, "room": room_named(one.address)} for one in found]
    return render(request, "account/kept.html", {"listed": listed})


@without_post(WRITING)
def drop_kept(request: Any, key: UUID) -> HttpResponse:
    """Throw away what was kept."""
    actions.drop_form(key, user_id=request.user.pk, browser=kept.browser_of(request), by=request.actor)
    messages.success(request, _("The entry is thrown away."))
    return redirect("kept")


def room_named(address: str) -> Any:
    """In which room of the house an address lies, in words."""
    try:
        room = room_of(resolve(address.partition("?")[0]).url_name or "")
    except Resolver404:
        return ""
    return room.label if room else ""


def stale_form(request: Any, reason: str = "") -> HttpResponse:
    """A form of an older session whose token is void: kept when it comes from our own page, refused otherwise."""
    guard = getattr(getattr(request.resolver_match, "func", None), "guard", None)
    if guard is None or guard.entering or not _of_our_own_page(request):
        return csrf_failure(request, reason)
    if not request.user.is_authenticated:
        return to_sign_in(request)
    if not kept.keep(request):
        return csrf_failure(request, reason)
    return kept.remember(request, redirect("kept"))


def _of_our_own_page(request: HttpRequest) -> bool:
    return request.headers.get("Origin") == f"{request.scheme}://{request.get_host()}"


# --- sessions ---


@on_the_way_in(FORM)
def session(request: HttpRequest) -> HttpResponse:
    """How many seconds the session lasts; asked by POST, it lasts an hour from now on."""
    if request.method == "POST":
        touch(request, int(time.time()))
    return JsonResponse({"seconds": seconds_left(request)})


@without_post(WRITING)
def end_session(request: Any) -> HttpResponse:
    """End one of my sessions, or all others."""
    ended = actions.end_own_sessions(
        request.user,
        here=request.session.session_key,
        key=int(request.POST["key"]) if request.POST.get("key", "").isdigit() else None,
        by=request.actor,
    )
    messages.success(request, _("Sessions ended: %(count)s.") % {"count": ended})
    return redirect("account")


class PasskeySignIn(LoginWebAuthnView):
    """allauth's, which forgets where somebody wanted to go."""

    def form_valid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        wanted = self.request.POST.get("next", "")
        if answer.status_code == 302 and url_has_allowed_host_and_scheme(wanted, {self.request.get_host()}):
            return redirect(wanted)
        return answer


sign_in_by_passkey = PasskeySignIn.as_view()
