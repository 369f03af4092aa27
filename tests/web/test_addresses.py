"""Addresses put together by ourselves are those that Django would make."""

from uuid import UUID

import pytest
from django import urls
from django.urls.converters import IntConverter, UUIDConverter

from nuanliu.web.addresses import reverse
from tests.architecture.test_routes import routes

VALUES = {UUIDConverter: UUID("01a201b5-b7ce-7000-ba58-6d786ad16b96"), IntConverter: 42}


def keys_of(route: urls.URLPattern) -> list[object]:
    return [VALUES.get(type(one), "word") for one in route.pattern.converters.values()]


@pytest.mark.parametrize("route", [route for route in routes() if "(?P" not in str(route.pattern)], ids=str)
def test_each_route_has_django_s_address(route: urls.URLPattern) -> None:
    keys = keys_of(route)
    assert reverse(str(route.name), keys) == urls.reverse(route.name, args=keys)


def test_keys_of_another_kind_are_django_s_to_judge() -> None:
    assert reverse("plan", [str(VALUES[UUIDConverter])]) == f"/plans/{VALUES[UUIDConverter]}/"
    for keys in (["no key"], [7], [], [None]):
        with pytest.raises(urls.NoReverseMatch):
            reverse("plan", keys)
    with pytest.raises(urls.NoReverseMatch):
        reverse("award", [-7])
