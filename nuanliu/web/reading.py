"""Audit rows as people read them: what was done, to what, and what changed, in words."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from nuanliu.access.states import Role
from nuanliu.approvals.states import RoundState
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.evidence.states import RequestState
from nuanliu.kernel.money import yuan_text
from nuanliu.ledger.states import PlanState, SourceClass
from nuanliu.organizations.states import LegalPerson, Level
from nuanliu.payments.states import BatchState, OrderState
from nuanliu.people.rules import Field, Ground
from nuanliu.programmes.states import StandardState
from nuanliu.returns.states import ReturnState
from nuanliu.web.audit_words import ACTS, FIELDS, KINDS
from nuanliu.web.findings import WORDS as FINDINGS
from nuanliu.web.findings import title_of

# Records that have a page, by the name under which the log knows them.
PAGES = {
    "access.user": "user",
    "awards.award": "award",
    "awards.cashexception": "cash-exception",
    "awards.roster": "roster",
    "ledger.fund": "fund",
    "ledger.useplan": "plan",
    "payments.bankprofile": "bank",
    "payments.paymentbatch": "batch",
    "people.person": "person",
    "organizations.organization": "union",
    "programmes.campaign": "campaign",
    "programmes.standard": "standard",
    "returns.return": "return",
}
DIGEST_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after; '' where it was not told."""

    label: str
    before: str
    after: str


def act_words(action: str) -> str:
    """What an act is called; its own name where nobody has put it in words."""
    return str(ACTS.get(action, action))


def kind_words(kind: str) -> str:
    """What a record is called."""
    return str(KINDS.get(kind, kind))


def page_of_record(kind: str, key: str) -> str:
    """The address of the record that the log knows under kind and key; '' where it has no page."""
    route = PAGES.get(kind)
    try:
        return reverse(route, args=[int(key) if key.isdigit() else UUID(key)]) if route else ""
    except (ValueError, NoReverseMatch):
        return ""


def changes_of(entry: Any) -> list[Change]:
    """The fields that an entry tells, each once, in the order in which the act told them."""
    before, after = _flat(entry.before), _flat(entry.after)
    names = [*before, *(name for name in after if name not in before)]
    return [
        Change(_field(name), _value(name, before.get(name)), _value(name, after.get(name))) for name in names
    ]


def _flat(told: Any) -> dict[str, Any]:
    if isinstance(told, dict):
        return told
    return {} if told is None else {"value": told}


def _field(name: str) -> str:
    if name in FINDINGS:
        return title_of(name)
    return str(FIELDS.get(name.removesuffix("_fen").removesuffix("_id"), name.replace("_", " ")))


# Values that the code keeps short, by the field that holds them.
WORDS: dict[str, dict[str, Any]] = {
    "state": {
        key: label
        for states in (
            RoundState,
            StandardState,
            OrderState,
            BatchState,
            ReturnState,
            RequestState,
            RosterState,
            AwardState,
            PlanState,
        )
        for key, label in states.choices
    },
    "role": dict(Role.choices),
    "legal_person": dict(LegalPerson.choices),
    "level": dict(Level.choices),
    "source_class": dict(SourceClass.choices),
    "field": dict(Field.choices),
    "ground": dict(Ground.choices),
}


def _value(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name.endswith("_fen") and isinstance(value, int):
        return _("%(sum)s yuan") % {"sum": yuan_text(value)}
    if isinstance(value, dict):
        return "；".join(f"{_field(key)} {_value(key, item)}" for key, item in value.items())
    if isinstance(value, list):
        return "、".join(_value(name, item) for item in value[:12]) + ("…" if len(value) > 12 else "")
    known = WORDS.get(name, {}).get(str(value))
    return str(known) if known else _shortened(str(value))


def _shortened(text: str) -> str:
    """Digests by their beginning, as people compare them."""
    is_digest = len(text) >= DIGEST_LENGTH and all(sign in "0123456789abcdef-" for sign in text)
    return f"{text[:12]}…" if is_digest else text
