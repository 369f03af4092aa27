"""The root of all addresses.

Of allauth only what people without a public sign-up need: its other pages have no route here, so that nobody opens an
account, changes an address or resets a password past the administrators.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.socialaccount.providers.openid_connect import views as openid
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

from nuanliu.web.views.account import sign_in_by_passkey

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("accounts/passkey/", sign_in_by_passkey, name="mfa_login_webauthn"),
    # Both answer 404 unless the environment names this provider.
    path("accounts/oidc/<slug:provider_id>/login/", openid.login, name="openid_connect_login"),
    path("accounts/oidc/<slug:provider_id>/callback/", openid.callback, name="openid_connect_callback"),
    path("language/", set_language, name="set_language"),
    path("", include("nuanliu.web.urls")),
]
