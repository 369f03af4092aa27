"""The engine that draws pages writes what Django's own engine writes, byte for byte."""

import re
from difflib import unified_diff
from typing import Any

import pytest
from django.forms.renderers import DjangoTemplates
from django.template import engines
from django.template.loader import get_template
from django.utils.translation import override
from hypothesis import given
from hypothesis import strategies as st

from tests.reference.routes import guard_of, may_open, routes
from tests.support.templates import djangos_own_engine
from tests.web.job import Job
from tests.web.test_matrix import desks_by_role, every_address

pytestmark = pytest.mark.django_db

# Made anew for each drawing, and the seconds until the session ends.
FRESH = re.compile(r'name="csrfmiddlewaretoken" value="\w+"|data-seconds="\d+"')
OF_FORMS = DjangoTemplates()


@pytest.fixture
def differing(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """By address, the lines that the two engines did not write alike."""
    found: dict[str, list[str]] = {}
    drawing = type(get_template("web/desk.html"))
    draw = drawing.render

    def draw_twice(template: Any, context: Any = None, request: Any = None) -> str:
        ours = str(draw(template, context, request))
        name = template.origin.template_name
        own = OF_FORMS if name.startswith("django/forms/") else djangos_own_engine()
        djangos = str(own.get_template(name).render(context, request))
        lines = [FRESH.sub("", text).splitlines() for text in (djangos, ours)]
        if unlike := [*unified_diff(*lines, n=0)]:
            found[f"{name} at {request and request.path}"] = unlike
        return ours

    monkeypatch.setattr(drawing, "render", draw_twice)
    return found


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_every_page_is_what_djangos_own_engine_would_draw(
    job: Job, differing: dict[str, list[str]], language: str
) -> None:
    guards = {str(route.name): guard for route in routes() if (guard := guard_of(route))}
    desks = desks_by_role()
    drawn = 0
    for name, address in every_address(job).items():
        if "GET" in guards[name].methods:
            for role in desks:
                if may_open(guards[name], role):
                    browser = job.at(desks[role])
                    browser.cookies["django_language"] = language
                    drawn += browser.get(address).status_code == 200
    assert differing == {}
    assert drawn > 300


def test_a_word_is_in_the_language_of_each_reader() -> None:
    template: Any = engines.all()[0].from_string('{% load i18n %}{% translate "Lists" %}')
    shown = []
    for language in ("en", "zh-hans", "en"):
        with override(language):
            shown.append(template.render())
    assert shown == ["Lists", "名册", "Lists"]


@given(
    st.text(st.characters(codec="utf-8")),
    st.sampled_from(["{{ text }}", '<a title="{{ text }}">', "{{ text|upper }}", "{{ text|linebreaksbr }}"]),
)
def test_whatever_somebody_types_is_escaped_as_django_escapes_it(text: str, where: str) -> None:
    ours, djangos = (
        engine.from_string(where).render({"text": text})
        for engine in (engines.all()[0], djangos_own_engine())
    )
    assert ours == djangos
