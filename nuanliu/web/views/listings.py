"""What every list can do: keep a view under a name, and leave as a workbook that is asked for, made, kept, deleted."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import Resolver404, resolve
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from nuanliu.base.jobs import ask
from nuanliu.evidence.actions import ask_file
from nuanliu.evidence.permissions import POLICY as EVIDENCE
from nuanliu.web import jobs
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page, signed_in
from nuanliu.web.listings import saving
from nuanliu.web.listings.asked import Asked, asked_of
from nuanliu.web.listings.exporting import AT_ONCE_ROWS, KEPT, KIND, export
from nuanliu.web.listings.listing import LISTINGS, Listing
from nuanliu.web.models import SavedView


class ViewForm(forms.Form):
    """A name for what is on the screen."""

    title = forms.CharField(max_length=40)
    address = forms.CharField(max_length=200)
    query = forms.CharField(required=False, max_length=4000)


class ExportForm(forms.Form):
    """What a workbook is wanted for."""

    reason = forms.CharField(label=gettext_lazy("What for"), max_length=200)


@signed_in(WRITING)
def save_view(request: DeskRequest, name: str) -> HttpResponse:
    """Keep filters, columns and order of a list under a name; the same name again replaces it."""
    listing, form = _listing(request, name), ViewForm(request.POST)
    if not form.is_valid() or not _is_page(form.cleaned_data["address"]):
        messages.error(request, _("Give the view a name of at most 40 characters."))
        return redirect("desk")
    wanted = form.cleaned_data
    asked = asked_of(listing, QueryDict(wanted["query"]))
    saving.keep_view(asked, address=wanted["address"], title=wanted["title"], by=request.actor)
    messages.success(request, _("The view is kept."))
    return redirect(f"{wanted['address']}?{asked.query or 'all=1'}")


@signed_in(WRITING)
def forget_view(request: DeskRequest, key: UUID) -> HttpResponse:
    """Forget a view of one's own."""
    try:
        view = saving.forget_view(key, by=request.actor)
    except SavedView.DoesNotExist:
        raise Http404 from None
    messages.success(request, _("The view is forgotten."))
    return redirect(f"{view.address}?all=1")


@page(EVIDENCE, "ask", FORM)
def export_list(request: DeskRequest, name: str) -> HttpResponse:
    """Show what would leave, then ask for it: small lists are made at once, long ones by a worker."""
    listing = _listing(request, name)
    if not listing.exported:
        raise Http404
    asked = asked_of(listing, QueryDict(request.POST["query"]) if "query" in request.POST else request.GET)
    form = ExportForm(request.POST if "reason" in request.POST else None)
    count = asked.rows(request.actor).count()
    if form.is_valid():
        return _ask(request, asked, form.cleaned_data["reason"], count)
    context = {
        "listing": listing,
        "asked": asked,
        "count": count,
        "told": asked.told(request.actor),
        "form": form,
        "days": KEPT.days,
        "left_out": listing.search_is_personal and bool(asked.search),
    }
    return render(request, "web/list_export.html", context, status=422 if form.is_bound else 200)


def _ask(request: DeskRequest, asked: Asked, reason: str, count: int) -> HttpResponse:
    by = request.actor
    wanted = ask_file(
        kind=KIND,
        parameters={"listing": asked.listing.name, "query": asked.query, "language": get_language()},
        organization_id=by.organization_id,
        organization_path=by.organization_path,
        by=by,
        reason=reason,
    )
    if count <= AT_ONCE_ROWS:
        export(wanted, by=by)
    else:
        ask(jobs.export_list, by=by, subject=("evidence.filerequest", wanted.pk), request=str(wanted.pk))
    return redirect("file", wanted.pk)


def _listing(request: DeskRequest, name: str) -> Listing[Any]:
    """A list that the reader may read; who may not is not told that it is there."""
    listing = LISTINGS.get(name)
    if listing is None or not listing.policy.may(request.actor, listing.act):
        raise Http404
    return listing


def _is_page(address: str) -> bool:
    """Whether an address is one of ours, and nothing else."""
    try:
        return address.startswith("/") and bool(resolve(address))
    except Resolver404:
        return False
