"""What a page was drawn with: Django tells its test client so, the engine of templates does not. And Django's own."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from functools import cache
from typing import Any

import django_rust_templates
import pytest
from django.conf import settings
from django.template.backends.django import DjangoTemplates
from django.template.context import Context
from django.test.signals import template_rendered


@contextmanager
def told_of_templates() -> Iterator[None]:
    """While the block runs, `response.context` and `response.templates` are what they are with Django's own engine."""
    drawn = django_rust_templates._do_render

    def drawn_and_told(template: Any, context: Context) -> str:
        with ExitStack() as bound:
            if context.template is None:
                bound.enter_context(context.bind_template(template))
            template_rendered.send(sender=template, template=template, context=context)
            return str(drawn(template, context))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(django_rust_templates, "_do_render", drawn_and_told)
        yield


@cache
def djangos_own_engine() -> DjangoTemplates:
    """The templates as Django's own engine reads them, with the same options: whoever draws, it is the measure."""
    (named,) = settings.TEMPLATES
    return DjangoTemplates(
        {"NAME": "django", "DIRS": [], "APP_DIRS": named["APP_DIRS"], "OPTIONS": deepcopy(named["OPTIONS"])}
    )
