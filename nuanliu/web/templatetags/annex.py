"""How Annex 1 writes its lines, changes, and where a report stands."""

from django import template
from django.template.context import Context
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from nuanliu.kernel.money import wan_exact
from nuanliu.returns.queries import ReportState, SheetLine
from nuanliu.web.addresses import reverse
from nuanliu.web.escaping import escaped

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


# In the address of a cell, where the code stands: no line is called so.
PLACE = "-code-"


@register.simple_tag(takes_context=True)
def annex_rows(context: Context) -> SafeString:
    """The lines of the form as on paper, by Python: the template language took nine tenths of the page's time.

    A cell opens the records beside it where the page is the living table and the reader may see them.
    """
    day, opened = f"{context['as_of']:%Y-%m-%d}", context.get("open", "")
    records = ""
    if context.get("place") and context.get("may_open"):
        keys = [context["campaign"].pk, context["organization"].pk, PLACE]
        records = f"{reverse('annex-cell', keys)}?as_of={day}"
    lines = (_row(line, records, day, is_open=line.row.code == opened) for line in context["sheet"].lines)
    return mark_safe("".join(lines))  # noqa: S308  each part is escaped


def _row(line: SheetLine, records: str, day: str, *, is_open: bool) -> str:
    code, printed = line.row.code, line.line
    group = f'<th rowspan="{printed.group_span}" scope="rowgroup">{escaped(str(printed.group))}</th>'
    width = "" if printed.cell else ' colspan="2"'
    label = f'<td rowspan="{printed.label_span}"{width}>{escaped(printed.label)}</td>'
    return "".join([
        '<tr class="total">' if line.is_total else "<tr>",
        group if printed.group_span else "",
        f'<td class="code">{code}</td>',
        label if printed.label_span else "",
        f'<td class="what">{escaped(printed.cell)}</td>' if printed.cell else "",
        f'<td id="cell-{code}" class="number value{_standing(line, is_open=is_open)}">',
        _value(line, records, day, is_open=is_open),
        _marks(line),
        "</td></tr>\n",
    ])  # fmt: skip


def _standing(line: SheetLine, *, is_open: bool) -> str:
    """By hand, wrong, opened: what a reader must see of a cell."""
    known = ((line.by_hand, " entered"), (line.broken, " broken"), (is_open, " open"))
    return "".join(word for holds, word in known if holds)


def _value(line: SheetLine, records: str, day: str, *, is_open: bool) -> str:
    code, text = line.row.code, escaped(line.line.value.text)
    if not (records and line.opens):
        return text
    here = ' aria-current="true"' if is_open else ""
    return (
        f'<a href="?as_of={day}&amp;cell={code}#records" hx-get="{records.replace(PLACE, code)}"'
        f' hx-target="#records" data-cell="{code}" aria-label="{code} {text} {escaped(line.row.unit)}"{here}>{text}</a>'
    )


def _marks(line: SheetLine) -> str:
    """Small signs beside the figure: that somebody typed it, that it does not add up."""
    code, marks = line.row.code, ""
    if line.line.value.entered:
        marks += _mark(f"typed-{code}", "mark", _("%(code)s: who typed it") % {"code": code}, "填")
    if line.broken:
        marks += _mark(f"break-{code}", "mark wrong", _("%(code)s does not add up") % {"code": code}, "≠")
    return marks


def _mark(opens: str, look: str, spoken: str, sign: str) -> str:
    label = escaped(spoken)
    return (
        f'<button type="button" class="{look}" popovertarget="{opens}" aria-label="{label}">{sign}</button>'
    )


def _signed(number: int, text: str) -> str:
    return f"+{text}" if number > 0 else f"−{text}" if number < 0 else text
