"""Tables that Python writes escape as Django does, whatever stands in a cell."""

from django.utils.html import escape
from django.utils.translation import gettext_lazy, override
from hypothesis import given
from hypothesis import strategies as st

from nuanliu.web.escaping import escaped


@given(st.text() | st.text("<>&\"' 王*"))
def test_a_text_is_escaped_as_django_escapes_it(text: str) -> None:
    assert escaped(text) == escape(text)


def test_words_are_in_the_language_of_the_reader() -> None:
    words = gettext_lazy("Lists")
    with override("zh-hans"):
        assert escaped(words) == "名册"
    with override("en"):
        assert escaped(words) == "Lists"
