"""Django's `url` tag over our own addresses; it stands in every template, as the settings say."""

from typing import Any

from django import template
from django.template import defaulttags
from django.template.base import Parser, Token
from django.template.context import Context
from django.utils.html import conditional_escape

from nuanliu.web.addresses import reverse

register = template.Library()


class Address(defaulttags.URLNode):
    """A route with its keys by place; any other use is Django's."""

    def render(self, context: Context) -> str:
        if self.kwargs or self.asvar:
            return str(super().render(context))
        route: Any = self.view_name.resolve(context)
        return conditional_escape(reverse(route, [one.resolve(context) for one in self.args]))


@register.tag
def url(parser: Parser, token: Token) -> Address:
    """`{% url 'plan' plan.pk %}`."""
    node = defaulttags.url(parser, token)
    return Address(node.view_name, node.args, node.kwargs, node.asvar)
