"""What a union typed into Annex 1: every value with its reason, and how one is taken back."""

from itertools import groupby
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns import actions
from nuanliu.returns.models import EnteredValue
from nuanliu.returns.permissions import POLICY
from nuanliu.returns.queries import annex1_row, values_entered
from nuanliu.web.forms import AsOfForm, ReasonForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.queries import business_day, campaign_or_404, unions_for


def _place(request: DeskRequest, campaign: UUID, organization: UUID) -> tuple[Campaign, Organization]:
    found = campaign_or_404(request.actor, campaign)
    return found, get_object_or_404(unions_for(request.actor), pk=organization)


@page(POLICY, "view")
def entered(request: DeskRequest, campaign: UUID, organization: UUID) -> HttpResponse:
    """The history of typed values, row by row, newest first; the newest of a row can be withdrawn."""
    found, union = _place(request, campaign, organization)
    values = values_entered(union, found)
    context = {
        "campaign": found,
        "organization": union,
        "as_of": AsOfForm(request.GET).day(business_day(found)),
        "rows": [_row(code, list(of_row)) for code, of_row in groupby(values, key=lambda one: one.code)],
        "may_withdraw": POLICY.may(request.actor, "enter_value", union),
    }
    return render(request, "web/annex_entered.html", context)


def _row(code: str, values: list[EnteredValue]) -> dict[str, object]:
    """One row of the form with what was typed there; a newest value that is empty was taken back already."""
    reason = ReasonForm(prefix=code)
    return {
        "row": annex1_row(code),
        "values": values,
        "stands": values[0].value is not None,
        "form": reason,
    }


@page(POLICY, "enter_value", WRITING)
def withdraw(request: DeskRequest, campaign: UUID, organization: UUID, code: str) -> HttpResponse:
    """Take the typed value of a row back, with the reason."""
    found, union = _place(request, campaign, organization)
    as_of, reason = AsOfForm(request.GET).day(business_day(found)), ReasonForm(request.POST, prefix=code)
    if reason.is_valid():
        said = reason.cleaned_data["reason"]
        actions.withdraw_value(union, found, code, reason=said, on=as_of, by=request.actor)
        messages.success(request, _("The typed value of row %(code)s is taken back.") % {"code": code})
    else:
        messages.error(request, _("Taking a typed value back needs a reason."))
    if "back" in request.POST:
        return redirect(
            f"{reverse('annex', args=[campaign, organization])}?as_of={as_of}&cell={code}#cell-{code}"
        )
    return redirect(f"{reverse('annex-entered', args=[campaign, organization])}?as_of={as_of}")
