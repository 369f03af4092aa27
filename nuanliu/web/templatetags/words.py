"""Django's `i18n` tags, for every template, with constant words looked up once for each language.

A page says thirty constant words or more; Django makes an object for each and translates it when it is written, which
took a twentieth of the server's time. What depends on a variable, a context or a filter is Django's.
"""

from typing import Any

from django import template
from django.template.base import Parser, Token
from django.template.context import Context
from django.templatetags import i18n
from django.utils.translation import get_language

register = template.Library()
register.tags.update(i18n.register.tags)
register.filters.update(i18n.register.filters)


class ConstantWords(i18n.TranslateNode):
    """Words that are the same for everybody who reads the same language."""

    def __init__(self, words: Any) -> None:
        super().__init__(words, noop=False)
        self.by_language: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        """The words in the reader's language."""
        language = get_language()
        if (words := self.by_language.get(language)) is None:
            words = self.by_language[language] = str(super().render(context))
        return words


@register.tag("trans")
@register.tag("translate")
def translate(parser: Parser, token: Token) -> template.Node:
    """As Django's: `{% translate "Lists" %}`."""
    node = i18n.do_translate(parser, token)
    words = node.filter_expression
    is_constant = words.var.literal is not None and not words.filters
    is_plain = not (node.noop or node.asvar or node.message_context)
    return ConstantWords(words) if is_constant and is_plain else node
