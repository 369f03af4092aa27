"""Words of the workbench, in templates."""

from django import template
from django.utils.translation import gettext

from nuanliu.returns.states import ReturnState

register = template.Library()


@register.filter
def report_state(state: str) -> str:
    """Where a union's Annex 1 stands; '' is not begun."""
    return str(ReturnState(state).label) if state else gettext("not begun")
