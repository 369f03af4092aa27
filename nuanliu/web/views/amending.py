"""What was sent is taken back or replaced: a list out of its plan, a list by its corrected files, one award."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from nuanliu.awards import actions
from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.permissions import POLICY
from nuanliu.base.jobs import ask
from nuanliu.web import jobs
from nuanliu.web.forms import ReasonForm
from nuanliu.web.forms_lists import CorrectedListsForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.listings import show
from nuanliu.web.queries import business_day, campaign_or_404, record_or_404
from nuanliu.web.tables.awards import AWARDS
from nuanliu.web.views.rosters import AT_ONCE_BYTES
from nuanliu.web.views.tracing import shown


def _roster(key: UUID) -> Roster:
    return record_or_404(Roster, key, "organization", "campaign")


@page(POLICY, "attach_roster", WRITING)
def detach(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a list out of a plan that is still a draft, with the reason."""
    found, form = _roster(key), ReasonForm(request.POST, prefix="detach")
    if form.is_valid():
        actions.detach_roster(found, by=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("The list is out of the plan; it must be signed again."))
    else:
        messages.error(request, _("Taking a list out of its plan needs a reason."))
    return redirect("roster", key)


@page(POLICY, "import_roster", WRITING)
def replace(request: DeskRequest, key: UUID) -> HttpResponse:
    """Read corrected files in the place of those before: small ones at once, big ones by a worker."""
    found = _roster(key)
    form = CorrectedListsForm(request.POST, request.FILES, prefix="replace")
    if not form.is_valid():
        messages.error(request, _("Choose the corrected files."))
        return redirect("roster", key)
    files: list[SubmittedFile] = form.cleaned_data["lists"]
    if sum(len(file.content) for file in files) > AT_ONCE_BYTES:
        return _by_worker(request, found, files)
    replaced = actions.reimport_roster(found, files, by=request.actor)
    if replaced.repeated:
        messages.info(request, _("These are the same files; nothing changed."))
    else:
        rows = replaced.roster.rows_read
        told = ngettext(
            "The list was read anew: %(count)s row.", "The list was read anew: %(count)s rows.", rows
        )
        messages.success(request, told % {"count": rows})
    return redirect("roster", key)


def _by_worker(request: DeskRequest, found: Roster, files: list[SubmittedFile]) -> HttpResponse:
    job = ask(
        jobs.reimport_list,
        by=request.actor,
        files=jobs.keep_submission(files, found.organization, by=request.actor),
        roster=str(found.pk),
    )
    return redirect("job", job.pk)


# --- one award ---


@page(POLICY, "read")
def awards(request: DeskRequest, key: UUID) -> HttpResponse:
    """The awards of a campaign, or of one of its lists; names masked."""
    campaign = campaign_or_404(request.actor, key)
    return show(
        request,
        AWARDS,
        within={"campaign": campaign.pk},
        template="web/awards.html",
        campaign=campaign,
        list_key=_uuid_of(request.GET.get("list", "")),
    )


def _uuid_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _award(key: int) -> Award:
    related = ("person", "organization", "campaign", "category", "account", "roster", "plan", "standard")
    return record_or_404(Award, key, *related)


@page(POLICY, "read")
def award(request: DeskRequest, key: int) -> HttpResponse:
    """One award: what, to whom, where its money is; it can be cancelled until it is given."""
    return shown(request, _award(key), ReasonForm(prefix="cancel"), ReasonForm(prefix="account"))


@page(POLICY, "cancel_award", WRITING)
def cancel(request: DeskRequest, key: int) -> HttpResponse:
    """Cancel one award, with the reason; the money reserved for it is free again."""
    found, form = _award(key), ReasonForm(request.POST, prefix="cancel")
    if not form.is_valid():
        return shown(request, found, form, ReasonForm(prefix="account"))
    actions.cancel_award(
        found, reason=form.cleaned_data["reason"], on=business_day(found.campaign), by=request.actor
    )
    messages.success(request, _("The award is cancelled."))
    return redirect("award", key)


@page(POLICY, "confirm_account", WRITING, again=True)
def confirm_account(request: DeskRequest, key: int) -> HttpResponse:
    """Another person than who changed it confirms the person's present account for an approved award."""
    found, form = _award(key), ReasonForm(request.POST, prefix="account")
    if not form.is_valid():
        return shown(request, found, ReasonForm(prefix="cancel"), form)
    actions.confirm_account(
        found, reason=form.cleaned_data["reason"], on=business_day(found.campaign), by=request.actor
    )
    messages.success(request, _("The account is confirmed; the award can go into a batch."))
    return redirect("award", key)
