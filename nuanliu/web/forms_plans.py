"""What people fill in about a use plan: from each fund so much for these categories, for which lists."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanliu.kernel.money import MoneyError, parse_yuan, yuan_text
from nuanliu.ledger.models import Fund
from nuanliu.ledger.queries import LineFacts, UsableFund
from nuanliu.web.forms import MeetingForm


class MinutedMeetingForm(MeetingForm):
    """The meeting that decides, and why where it does not pass the plan."""

    rejection_reason = forms.CharField(
        label=gettext_lazy("Reason where the plan is not passed"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=gettext_lazy("Its proposers read it; it stands in the minutes."),
    )


@dataclass(slots=True)
class FundEntry:
    """What is written beside one fund: amount as typed, categories ticked, and what is wrong with it."""

    usable: UsableFund
    amount: str = ""
    categories: list[str] = field(default_factory=list)
    amount_fen: int = 0
    drawn_fen: int = 0
    missing_fen: int = 0
    error: str = ""

    @property
    def fund(self) -> Fund:
        return self.usable.fund

    @property
    def after_fen(self) -> int:
        """What stays free of the fund after this plan."""
        return self.usable.balance.free_fen - self.amount_fen

    @property
    def facts(self) -> LineFacts:
        return LineFacts(str(self.fund.pk), frozenset(self.categories), self.amount_fen)


def entries_posted(funds: Sequence[UsableFund], posted: MultiValueDict[str, Any]) -> list[FundEntry]:
    """The funds as the form came in; what cannot be read is said at its fund."""
    return [_entry(usable, posted) for usable in funds]


def entries_of(funds: Sequence[UsableFund], drafted: Sequence[Mapping[str, Any]]) -> list[FundEntry]:
    """The funds as a draft has them: of each line its fund's key, its sum in fen, its categories."""
    entries = []
    for usable in funds:
        own = [line for line in drafted if line["fund"] == str(usable.fund.pk)]
        amount_fen = sum(line["amount_fen"] for line in own)
        entries.append(
            FundEntry(
                usable,
                amount=yuan_text(amount_fen).replace(",", "") if own else "",
                categories=sorted({code for line in own for code in line["categories"]}),
                amount_fen=amount_fen,
            )
        )
    return entries


def entries_proposed(funds: Sequence[UsableFund], asked: Sequence[str], asked_fen: int) -> list[FundEntry]:
    """A beginning: categories that are asked for and allowed; the amount where there is one fund to choose."""
    entries = [FundEntry(usable, categories=_reached(usable, asked)) for usable in funds]
    usable = [entry for entry in entries if not entry.usable.obstacles]
    if len(usable) == 1 and asked_fen and len(usable[0].categories) == len(asked):
        usable[0].amount_fen, usable[0].amount = asked_fen, yuan_text(asked_fen).replace(",", "")
    return entries


def _reached(usable: UsableFund, asked: Sequence[str]) -> list[str]:
    return [code for code in asked if usable.categories is None or code in usable.categories]


def _entry(usable: UsableFund, posted: MultiValueDict[str, Any]) -> FundEntry:
    key = str(usable.fund.pk)
    entry = FundEntry(usable, posted.get(f"amount-{key}", "").strip(), posted.getlist(f"categories-{key}"))
    if not entry.amount:
        return entry
    try:
        entry.amount_fen = parse_yuan(entry.amount)
    except MoneyError as error:
        entry.error = str(error)
        return entry
    if entry.amount_fen <= 0:
        entry.amount_fen, entry.error = 0, _("Give an amount above zero, or leave it empty.")
    elif not entry.categories:
        entry.error = _("Name the categories that this money is for.")
    return entry
