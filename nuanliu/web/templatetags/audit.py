"""Audit rows in words, in templates."""

from typing import Any

from django import template

from nuanliu.web import reading

register = template.Library()


@register.filter
def act_words(action: str) -> str:
    """What an act is called."""
    return reading.act_words(action)


@register.filter
def changes(entry: Any) -> list[reading.Change]:
    """The fields that an audit row tells, before and after."""
    return reading.changes_of(entry)
