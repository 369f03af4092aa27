"""Long tables about money, written by Python: a batch's orders and a fund's statement have fifty lines a page, and the
template language took two thirds of the page's time for them.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from nuanliu.kernel.money import yuan_text
from nuanliu.kernel.text import mask_name
from nuanliu.ledger.models import Fund
from nuanliu.payments.models import PaymentOrder
from nuanliu.web.addresses import reverse
from nuanliu.web.escaping import escaped
from nuanliu.web.templatetags.nuanliu import colour, outcome_label

register = template.Library()


@register.simple_tag
def order_rows(orders: Sequence[PaymentOrder]) -> SafeString:
    """The orders of a batch: whom, where, how much, and what the bank said."""
    return mark_safe("".join(_order(order) for order in orders))  # noqa: S308  each part is escaped


def _order(order: PaymentOrder) -> str:
    return (
        f'<tr><td class="number">{order.ordinal}</td>'
        f'<td><a href="{reverse("award", [order.award_id])}">{escaped(mask_name(order.payee_name))}</a></td>'
        f"<td>{escaped(order.bank)}</td><td>****{escaped(order.number_tail)}</td>"
        f'<td class="number">{yuan_text(order.amount_fen)}</td>'
        f'<td><span class="chip {colour(order.state)}">{escaped(order.get_state_display())}</span></td>'
        f"<td>{escaped(order.bank_words)}</td><td>{escaped(outcome_label(order.outcome))}</td></tr>\n"
    )


@register.simple_tag
def statement_rows(rows: Sequence[Mapping[str, Any]], fund: Fund) -> SafeString:
    """What moved in a fund, line by line, and what can be taken back."""
    return mark_safe("".join(_movement(row, fund) for row in rows))  # noqa: S308  each part is escaped


def _movement(row: Mapping[str, Any], fund: Fund) -> str:
    line = row["line"]
    resolves = f' <span class="quiet">→ {line.resolves_id}</span>' if line.resolves_id else ""
    return (
        f'<tr><td>{line.transfer_id}</td><td class="day">{line.occurred_on:%Y-%m-%d}</td>'
        f'<td>{escaped(row["kind"])}</td><td class="number">{yuan_text(line.amount_fen)}</td>'
        f'<td class="number">{yuan_text(line.held_change_fen)}</td><td>{_subject(line.subject_id)}</td>'
        f"<td>{escaped(line.evidence)}{escaped(line.reason)}{resolves}</td><td>{_counter_entry(row, fund)}</td></tr>\n"
    )


def _subject(award: int | None) -> str:
    return f'<a href="{reverse("award", [award])}">{escaped(_("Award"))} {award}</a>' if award else ""


def _counter_entry(row: Mapping[str, Any], fund: Fund) -> str:
    """Whether a line was taken back, or how to take it back."""
    if row["reversed"]:
        return f'<span class="chip">{escaped(_("taken back"))}</span>'
    if not row["may_reverse"]:
        return ""
    address = reverse("fund-reverse", [fund.pk, row["line"].transfer_id])
    return f'<a class="button small" href="{address}">{escaped(_("Take back"))}</a>'
