"""How allauth signs people in here: the same answer to everybody who may not, and nobody opens an account."""

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.auth_backends import AuthenticationBackend
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from nuanliu.access import asking
from nuanliu.access.actions import link_identity
from nuanliu.access.models import User
from nuanliu.kernel.errors import Refused

NO_ADDRESS = "0.0.0.0"  # noqa: S104  not listened on: stands for a request that came over no network


class UniformBackend(AuthenticationBackend):
    """A shut account is told apart from a wrong password by nobody: allauth would send it to a page of its own."""

    def get_user(self, user_id: Any) -> User | None:
        """Read anew at each request: an account shut this morning opens nothing this afternoon."""
        return asking.account(user_id)

    @classmethod
    def _stash_user(cls, user: Any) -> None:
        return None


class Entrance(DefaultAccountAdapter):
    """Sign-in by account name. What the house says replaces what the library says."""

    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("Account or password is not right, or the account is shut."),
        "too_many_login_attempts": _(
            "Five attempts have failed. Wait a quarter of an hour, or ask an administrator to reset the password."
        ),
        "incorrect_code": _("This code is not right, or was used already. Wait for the next one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Accounts are opened by administrators."""
        return False

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """The guards ask for the second factor again, with our own clock."""
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        """Where a request comes from; a proxy's word counts only where one is set up."""
        try:
            return str(super().get_client_ip(request))
        except PermissionDenied:
            return NO_ADDRESS

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        # The library counts per host name, which whoever asks may choose.
        return f"account:{credentials.get('username', '').lower()}"


class IdentityProvider(DefaultSocialAccountAdapter):
    """Sign-in by the union's own identity provider: only accounts that are here already, found by their name."""

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        """Accounts are opened by administrators."""
        return False

    def on_authentication_error(self, request: HttpRequest, provider: Any, **kwargs: Any) -> None:
        """One page for all that may go wrong on the way."""
        raise ImmediateHttpResponse(render(request, "socialaccount/authentication_error.html", status=403))

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Bind the provider's subject to the account of the same name once; later only the subject counts."""
        if sociallogin.state.get("process") != AuthProcess.LOGIN:
            raise ImmediateHttpResponse(_unknown(request))
        if not sociallogin.is_existing:
            _bind(request, sociallogin)
        if not sociallogin.user.is_active:
            raise ImmediateHttpResponse(_unknown(request))


def _bind(request: HttpRequest, sociallogin: SocialLogin) -> None:
    user = User.objects.filter(username=_name_in(sociallogin), is_active=True, is_demonstration=False).first()
    if user is None:
        raise ImmediateHttpResponse(_unknown(request))
    account = sociallogin.account
    try:
        sociallogin.account = link_identity(user, provider=account.provider, subject=account.uid)
    except Refused:
        raise ImmediateHttpResponse(_unknown(request)) from None
    sociallogin.user = user


def _name_in(sociallogin: SocialLogin) -> str:
    data = sociallogin.account.extra_data
    claims = {**(data.get("id_token") or {}), **(data.get("userinfo") or data)}
    return str(claims.get(settings.NUANLIU_OIDC_CLAIM) or "")


def _unknown(request: HttpRequest) -> HttpResponse:
    return render(request, "socialaccount/unknown.html", status=403)
