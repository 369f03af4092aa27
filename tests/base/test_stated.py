"""A path that stands in the statement gets a plan of its own."""

import pytest

from nuanliu.base.scope import Scope, scoped
from nuanliu.base.stated import StatedPath
from nuanliu.organizations.models import Organization


def test_the_path_stands_in_the_statement_and_is_no_parameter() -> None:
    asked = Organization.objects.filter(path__gte=StatedPath("/0/31/")).query
    statement, parameters = asked.sql_with_params()
    assert "'/0/31/'" in statement
    assert parameters == ()


@pytest.mark.parametrize("path", ["/0/31/'", "/0/31/;", "x", "/0/％s/"])
def test_what_is_no_path_never_gets_into_a_statement(path: str) -> None:
    with pytest.raises(ValueError, match="no organization path"):
        StatedPath(path)


@pytest.mark.django_db
def test_it_finds_what_a_parameter_finds() -> None:
    with scoped(Scope.for_path("/")):
        stated = Organization.objects.filter(path__gte=StatedPath("/0/31/"), path__lt=StatedPath("/0/310"))
        given = Organization.objects.filter(path__gte="/0/31/", path__lt="/0/310")
        assert list(stated.order_by("path")) == list(given.order_by("path"))
