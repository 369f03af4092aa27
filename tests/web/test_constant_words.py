"""Words of templates: constant ones are looked up once for each language, all others as Django does."""

from typing import Any

import pytest
from django.template import engines
from django.utils.translation import override

from nuanliu.web.templatetags.words import ConstantWords

CONSTANT = '{% load i18n %}{% translate "Lists" %}'
OTHERS = {
    "a variable": "{% load i18n %}{% translate word %}",
    "a filter": '{% load i18n %}{% translate "Lists"|upper %}',
    "a name": '{% load i18n %}{% translate "Lists" as shown %}{{ shown }}',
}


def drawn(text: str, language: str) -> str:
    with override(language):
        return str(engines["django"].from_string(text).render({"word": "Lists"}))


def test_constant_words_are_in_the_language_of_each_reader() -> None:
    template: Any = engines["django"].from_string(CONSTANT)
    shown = []
    for language in ("en", "zh-hans", "en"):
        with override(language):
            shown.append(template.render())
    assert shown == ["Lists", "名册", "Lists"]
    assert any(isinstance(node, ConstantWords) for node in template.template.nodelist)


@pytest.mark.parametrize("text", OTHERS.values(), ids=OTHERS)
def test_what_is_not_constant_is_written_as_django_writes_it(text: str) -> None:
    assert drawn(text, "en").lower() == "lists"
    assert drawn(text, "zh-hans") == "名册"
