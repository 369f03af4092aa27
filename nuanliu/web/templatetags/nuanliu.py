"""Values as people here write them, in templates."""

from typing import Any

from django import template
from django.utils.translation import ngettext

from nuanliu.access.states import Role
from nuanliu.approvals.states import Ballot, RoundState
from nuanliu.kernel.money import wan_exact, yuan_text
from nuanliu.kernel.text import mask_name
from nuanliu.ledger.states import SourceClass
from nuanliu.payments.states import BatchState, OrderState, Outcome
from nuanliu.web import findings, refusals
from nuanliu.web.acts import Act
from nuanliu.web.progress import step_words

register = template.Library()
register.filter("step_words", step_words)

# Which colour a state has; the word beside it always says the same.
COLOURS = {
    "green": {"accepted", "approved", "delivered", "paid", "reconciled", "closed", "decided", "done", "ready", "filed",
              "adopted", "in_use", "confirmed"},
    "red": {"refused", "failed", "rejected", "returned", "error", "shut"},
    "amber": {"checked", "received", "proposed", "built", "sent", "released", "warning", "running", "attached", "asked",
              "submitted", "signed", "in_payment", "in_handout", "temporary", "waiting"},
}  # fmt: skip
COLOUR_OF = {state: colour for colour, states in COLOURS.items() for state in states}


@register.filter
def payments(count: int) -> str:
    """How many payments, with the measure word."""
    return ngettext("%(count)s payment", "%(count)s payments", count) % {"count": f"{count:,}"}


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan: 1,234.50."""
    return "" if fen is None else yuan_text(fen)


@register.filter
def wan(fen: int | None) -> str:
    """Fen as 万元, exactly, with at least two decimals."""
    return "" if fen is None else wan_exact(fen)


@register.filter
def thousands(number: int | None) -> str:
    """A count: 12,345."""
    return "" if number is None else f"{number:,}"


@register.filter
def colour(state: str) -> str:
    """The chip's colour for a state or severity."""
    return COLOUR_OF.get(state, "grey")


@register.filter
def codes(categories: list[str] | None) -> str:
    """Category codes as people count them: C1–C3、C7."""
    runs: list[list[int]] = []
    for number in sorted({int(code[1:]) for code in categories or ()}):
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return "、".join(_run(run) for run in runs)


def _run(run: list[int]) -> str:
    return f"C{run[0]}–C{run[-1]}" if len(run) > 2 else "、".join(f"C{number}" for number in run)


@register.filter
def finding_title(code: str) -> str:
    """What a finding code is called."""
    return findings.title_of(code)


@register.filter
def finding_hint(code: str) -> str:
    """What to do about a finding code, and by which rule."""
    return findings.hint_of(code)


@register.filter
def rule_words(rule: str) -> str:
    """A rule as the reader's language cites it."""
    return findings.rule_words(rule)


@register.filter
def told(finding: findings.Told) -> str:
    """What was found, beside its title."""
    return findings.told(finding)


@register.filter
def cites(finding: findings.Cited) -> bool:
    """Whether the rule is to be told beside the message: the Chinese message mostly ends with it."""
    return not findings.is_chinese() or finding.rule not in finding.message


@register.filter
def in_words(message: str, code: str) -> str:
    """A message without places or figures, in the reader's language."""
    return findings.in_words(code, message)


@register.filter
def refusal_words(code: str) -> str:
    """What a refusal means where the reader's language is not that of its message; else ''."""
    return refusals.words_of(code)


@register.filter
def told_whole(finding: findings.Told) -> str:
    """What was found, where no title stands beside it."""
    return findings.told_whole(finding)


@register.filter
def digest(value: Any, length: int = 12) -> str:
    """The beginning of a digest, as people compare them."""
    return bytes(value).hex()[:length] if value else ""


@register.filter
def lookup(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a key that is itself a variable."""
    return mapping.get(key)


@register.filter
def masked(name: str) -> str:
    """A person's name as others may read it: the second character hidden."""
    return mask_name(name)


@register.filter
def percent(part: int, whole: int) -> int:
    """How much of the whole, 0 to 100, for a meter."""
    return 0 if not whole else max(0, min(100, round(100 * part / whole)))


@register.filter
def batch_state(state: str) -> str:
    """A batch's state in words."""
    return str(BatchState(state).label)


@register.filter
def by_others(acts: list[Act]) -> list[Act]:
    """The acts of a record that the reader's role never does."""
    return [act for act in acts if act.by_others]


@register.filter
def role_label(role: str) -> str:
    """A role in words."""
    return str(Role(role).label)


@register.filter
def source_label(source: str) -> str:
    """A source of money in words."""
    return str(SourceClass(source).label)


@register.filter
def round_label(state: str) -> str:
    """Where a round of approval stands, in words."""
    return str(RoundState(state).label)


@register.filter
def ballot_label(ballot: str) -> str:
    """How a leader voted, in words."""
    return str(Ballot(ballot).label)


@register.filter
def outcome_label(outcome: str) -> str:
    """How we read a bank's answer, in words."""
    return str(Outcome(outcome).label) if outcome else ""


@register.filter
def order_label(state: str) -> str:
    """Where an order stands, in words."""
    return str(OrderState(state).label)
