"""How Annex 1 writes changes and where a report stands."""

from django import template

from nuanliu.kernel.money import wan_exact
from nuanliu.returns.queries import ReportState

register = template.Library()

COLOURS = {
    ReportState.ACCEPTED: "green",
    ReportState.SENT: "blue",
    ReportState.RETURNED: "amber",
    ReportState.UNDER_WAY: "",
    ReportState.NOT_BEGUN: "red",
}


@register.filter
def signed(number: int) -> str:
    """A change with its sign: +38, −2."""
    return _signed(number, f"{abs(number):,}")


@register.filter
def signed_wan(fen: int) -> str:
    """A change of money in 万元 with its sign."""
    return _signed(fen, wan_exact(abs(fen)))


@register.filter
def report_colour(state: str) -> str:
    """The chip's colour for where a report stands; the word beside it says the same."""
    return COLOURS.get(ReportState(state), "")


def _signed(number: int, text: str) -> str:
    return f"+{text}" if number > 0 else f"−{text}" if number < 0 else text
