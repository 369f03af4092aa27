"""What the page before sign-in tells: the demonstration's people, and the union's identity provider."""

from typing import Any

from django import template
from django.conf import settings
from django.urls import reverse
from django.utils.module_loading import import_string

register = template.Library()


@register.simple_tag
def demonstration() -> dict[str, Any] | None:
    """The cast with password and present code, in a demonstration; nothing on a real server."""
    if not settings.NUANLIU_DEMONSTRATION:
        return None
    guide: dict[str, Any] = import_string(settings.NUANLIU_GUIDE)()
    return guide


@register.simple_tag
def trying() -> bool:
    """Whether this is a demonstration, which has lists and a bank of its own."""
    return bool(settings.NUANLIU_DEMONSTRATION)


@register.simple_tag
def identity_providers() -> list[dict[str, str]]:
    """Name and address of the identity provider that the environment names."""
    apps = settings.SOCIALACCOUNT_PROVIDERS.get("openid_connect", {}).get("APPS", [])
    return [
        {"name": app["name"], "address": reverse("openid_connect_login", args=[app["provider_id"]])}
        for app in apps
    ]
