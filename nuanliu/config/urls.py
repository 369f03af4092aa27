"""The root of all addresses.

Of allauth only what people without a public sign-up need: its other pages have no route here, so that nobody opens an
account, changes an address or resets a password past the administrators.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from django.urls import URLPattern, URLResolver, include, path
from django.views.i18n import set_language

urlpatterns: list[URLPattern | URLResolver] = [
    path("accounts/login/", account.login, name="account_login"),
    path("accounts/logout/", account.logout, name="account_logout"),
    path("accounts/second-factor/", mfa.authenticate, name="mfa_authenticate"),
    path("language/", set_language, name="set_language"),
    path("", include("nuanliu.web.urls")),
]
