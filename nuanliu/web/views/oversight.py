"""What is wrong with a campaign as a whole, for those who answer for it or look over it: counts, rows, what to do."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import late_entry_findings, paid_but_not_entered, same_amount_findings
from nuanliu.base.actor import Actor
from nuanliu.kernel.findings import PAYMENT_DISCIPLINE, PROHIBITIONS, REAL_NAME, TIMELY_ENTRY
from nuanliu.payments.queries import cash_payments, late_payments
from nuanliu.programmes.models import Campaign
from nuanliu.web.guards import DeskRequest, page
from nuanliu.web.paging import page_of
from nuanliu.web.queries import campaigns_for


@dataclass(frozen=True, slots=True)
class Concern:
    """One kind of finding: the rule, what it is called, what to do, how its rows are found, and by which key paged."""

    rule: str
    title: Promise
    remedy: Promise
    find: Callable[[Campaign, Actor], Sequence[Any]]
    key: str


CONCERNS = {
    "same-amount": Concern(
        PROHIBITIONS,
        _("The same sum to all of an employer"),
        _("Have the sender give each person's reason, or withdraw the list."),
        lambda campaign, by: same_amount_findings(campaign),
        "subject",
    ),
    "late-entry": Concern(
        TIMELY_ENTRY,
        _("Entered late after the money was given"),
        _("Have the sender explain the delay, and enter lists before money is given."),
        lambda campaign, by: late_entry_findings(campaign),
        "subject",
    ),
    "not-entered": Concern(
        REAL_NAME,
        _("Paid, but no award stands for it"),
        _(
            "Find the list that belongs to the payment and enter it, or reverse the booking. Of all campaigns."
        ),
        lambda campaign, by: paid_but_not_entered(),
        "transfer_id",
    ),
    "late-payment": Concern(
        PAYMENT_DISCIPLINE,
        _("Paid late, or still unpaid after the due day"),
        _("Ask the bank about open payments; put failed ones right and pay them anew."),
        lambda campaign, by: late_payments(
            by.organization_path, timezone.localdate(), campaign_id=campaign.pk, limit=None
        ),
        "order_id",
    ),
    "cash": Concern(
        REAL_NAME,
        _("Cash instead of an account"),
        _("See that each has a reason, another person's approval and a signed receipt."),
        lambda campaign, by: cash_payments(campaign.pk, by.organization_path),
        "award_id",
    ),
}


def _campaign(request: DeskRequest, key: UUID) -> Campaign:
    return get_object_or_404(campaigns_for(request.actor), pk=key)


@page(POLICY, "oversee")
def oversight(request: DeskRequest, key: UUID) -> HttpResponse:
    """How much of each kind was found, and what to do about it."""
    campaign = _campaign(request, key)
    entries = [
        {"name": name, "concern": concern, "count": len(concern.find(campaign, request.actor))}
        for name, concern in CONCERNS.items()
    ]
    part = bool(request.headers.get("HX-Request"))
    template = "web/parts/concerns.html" if part else "web/oversight.html"
    return render(request, template, {"campaign": campaign, "entries": entries})


@page(POLICY, "oversee")
def concern(request: DeskRequest, key: UUID, name: str) -> HttpResponse:
    """The rows of one kind, page by page, by key."""
    if name not in CONCERNS:
        raise Http404
    campaign, kind = _campaign(request, key), CONCERNS[name]
    found = sorted(kind.find(campaign, request.actor), key=lambda row: getattr(row, kind.key))
    after = request.GET.get("after")
    rest = [row for row in found if _comes_after(getattr(row, kind.key), after)] if after else found
    context = {
        "campaign": campaign,
        "name": name,
        "concern": kind,
        "count": len(found),
        "page": page_of(rest, kind.key),
    }
    return render(request, "web/concern.html", context)


def _comes_after(key: Any, after: str) -> bool:
    try:
        return bool(key > type(key)(after))
    except ValueError:
        raise Http404 from None
