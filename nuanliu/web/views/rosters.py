"""Lists: dropped, read, shown as received with what was found, put right in place, accepted, signed."""

from functools import cache
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from nuanliu.awards import actions
from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.models import Roster, RosterSheet
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.queries import Summary, summary_of
from nuanliu.base.actor import Actor
from nuanliu.base.jobs import ask
from nuanliu.base.worded import SOME_UUID, Worded
from nuanliu.kernel.findings import CODES, Severity
from nuanliu.ledger.models import UsePlan
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.web import jobs
from nuanliu.web.findings import title_of
from nuanliu.web.forms import OnForm, ReasonForm
from nuanliu.web.forms_lists import REASONS, ListsForm
from nuanliu.web.guards import WRITING, DeskRequest, page
from nuanliu.web.list_acts import OPEN_STATES, acts_of_list, steps_of_list
from nuanliu.web.listings import show
from nuanliu.web.onward import after_roster
from nuanliu.web.queries import campaign_or_404, record_or_404, unions_for
from nuanliu.web.sheets import FIELDS, sheets_of
from nuanliu.web.tables.rosters import ROSTERS

# Above this a worker reads the list while the sender watches; below it an answer comes sooner than a progress page.
AT_ONCE_BYTES = 400_000
# What is done in the sheet itself, and with its papers; the rest are acts of the record.
ACTS = ("correct_row", "map_heading", "reveal")
UNMAPPED = "column.unmapped"
TABS = {
    "error": gettext_lazy("Must be put right"),
    "warning": gettext_lazy("To look at"),
    "good": gettext_lazy("Good"),
    "accepted": gettext_lazy("Accepted"),
    "all": gettext_lazy("All rows"),
}


@page(POLICY, "read")
def rosters(request: DeskRequest) -> HttpResponse:
    """All lists in scope, the newest first, by state."""
    may_drop = POLICY.may(request.actor, "import_roster")
    return show(request, ROSTERS, template="web/rosters.html", may_drop=may_drop)


@page(POLICY, "import_roster", WRITING)
def drop(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a submission in: small ones are read at once, big ones by a worker.

    A script that sends the files itself is answered in JSON: where to go, or what is wrong with which file.
    """
    campaign = campaign_or_404(request.actor, key)
    form = ListsForm(request.POST, request.FILES, unions=unions_for(request.actor))
    if not form.is_valid():
        return _not_taken(request, form, campaign)
    wanted = form.cleaned_data
    files: list[SubmittedFile] = wanted["lists"]
    if sum(len(file.content) for file in files) > AT_ONCE_BYTES:
        return _told(request, _by_worker(request, campaign, files, wanted))
    imported = actions.import_roster(
        files,
        organization=wanted["organization"],
        campaign=campaign,
        business_date=wanted["business_date"],
        by=request.actor,
    )
    if imported.repeated:
        messages.info(request, _("These files were handed in before; here is what was found then."))
    return _told(request, redirect("roster", imported.roster.pk))


def wants_json(request: DeskRequest) -> bool:
    """Whether a script sent the form and reads the answer."""
    return request.headers.get("Accept", "").startswith("application/json")


def _told(request: DeskRequest, answer: HttpResponse) -> HttpResponse:
    return JsonResponse({"to": answer["Location"]}) if wants_json(request) else answer


def _not_taken(request: DeskRequest, form: ListsForm, campaign: Campaign) -> HttpResponse:
    if wants_json(request):
        errors = {name: [str(error) for error in told] for name, told in form.errors.items()}
        return JsonResponse({"errors": errors, "files": form.file_errors()}, status=422)
    return render(request, "web/roster_drop.html", {"form": form, "campaign": campaign}, status=422)


def _by_worker(
    request: DeskRequest, campaign: Campaign, files: list[SubmittedFile], wanted: dict[str, Any]
) -> HttpResponse:
    sender: Organization = wanted["organization"]
    job = ask(
        jobs.import_lists,
        by=request.actor,
        files=jobs.keep_submission(files, sender, by=request.actor),
        organization=str(sender.pk),
        campaign=str(campaign.pk),
        on=wanted["business_date"].isoformat(),
    )
    return redirect("job", job.pk)


@page(POLICY, "read")
def roster(request: DeskRequest, key: UUID) -> HttpResponse:
    """One list: where it stands, what was found, the sheet as received, and what can be done now."""
    return render(request, "web/roster.html", context_of(request, key))


def context_of(request: DeskRequest, key: UUID) -> dict[str, Any]:
    """All that the page of a list shows, in five queries."""
    found, sheets = roster_with_sheets(key)
    summary, by = summary_of(found), request.actor
    code = request.GET.get("code", "")
    head = head_of(by, found, summary)
    puts_right = head["can"]["correct_row"]
    show = _shown(request.GET.get("show"), summary, puts_right=puts_right)
    return {
        **head,
        "sheets": sheets_of(
            found,
            sheets,
            only="" if show == "all" else show,
            code=code,
            after=request.GET.get("after"),
            in_full=puts_right,
        ),
        "code": code,
        "show": show,
        "tabs": _tabs(summary),
        "unmapped": [one for one in summary.whole if one.code == UNMAPPED],
        "whole": [one for one in summary.whole if one.code != UNMAPPED],
        "fields": FIELDS,
        "reasons": REASONS,
        "states": summary.states,
        "steps": steps_of_list(found),
        "onward": after_roster(found, by.role),
        "history_kind": "awards.roster",
        "history_key": found.pk,
    }


def head_of(by: Actor, found: Roster, summary: Summary) -> dict[str, Any]:
    """What changes when a cell is put right: figures, codes, and what can be done."""
    codes, warnings = _codes(summary), _warnings(summary)
    unseen = [
        (one["code"], f"{title_of(one['code'])} · {one['unseen']}")
        for one in codes
        if one["code"] in warnings and one["unseen"]
    ]
    return {
        "roster": found,
        "summary": summary,
        "codes": codes,
        "warnings": [code for code, _words in unseen],
        "can": {act: POLICY.may(by, act, found) for act in ACTS},
        "is_open": found.state in OPEN_STATES,
        "acts": acts_of_list(by, found, summary, unseen),
    }


def roster_with_sheets(key: UUID) -> tuple[Roster, dict[int, RosterSheet]]:
    """A list and its sheets by ordinal, in one query: no list is without one. 404 beyond the scope."""
    by_ordinal = {sheet.ordinal: sheet for sheet in _sheets_with_roster().records({SOME_UUID: key})}
    if not by_ordinal:
        raise Http404
    return next(iter(by_ordinal.values())).roster, by_ordinal


@cache
def _sheets_with_roster() -> Worded[RosterSheet]:
    related = ("organization", "campaign", "standard", "handler", "responsible", "plan")
    sheets = RosterSheet.objects.filter(roster=SOME_UUID)
    return Worded.of(sheets.select_related("file", *(f"roster__{one}" for one in related)))


def _roster(key: UUID) -> Roster:
    return record_or_404(
        Roster, key, "organization", "campaign", "standard", "handler", "responsible", "plan"
    )


def _shown(wanted: str | None, summary: Summary, *, puts_right: bool) -> str:
    """Which tab: what must be put right comes first for who can, what was accepted for who signs or decides."""
    if wanted in TABS:
        return str(wanted)
    if summary.accepted and not puts_right:
        return "accepted"
    return "error" if summary.refused else "warning" if summary.warned else "all"


def _tabs(summary: Summary) -> list[tuple[str, str, int]]:
    counts = {
        "error": summary.refused,
        "warning": summary.warned,
        "good": summary.good,
        "accepted": summary.accepted,
        "all": summary.rows,
    }
    return [
        (name, str(label), counts[name])
        for name, label in TABS.items()
        if counts[name] or name not in ("warning", "accepted")
    ]


def _warnings(summary: Summary) -> list[str]:
    """Codes of warnings on rows; one on a heading is answered by saying what the heading means."""
    return [code for code in summary.codes if CODES[code].severity is Severity.WARNING and code != UNMAPPED]


def _codes(summary: Summary) -> list[dict[str, Any]]:
    order = {Severity.ERROR: 0, Severity.WARNING: 1, Severity.NOTE: 2}
    listed = [
        {"code": code, "count": count, "unseen": summary.unseen.get(code, 0), "info": CODES[code]}
        for code, count in summary.codes.items()
    ]
    return sorted(listed, key=lambda entry: (order[entry["info"].severity], -entry["count"]))


@page(POLICY, "accept_rows", WRITING)
def accept(request: DeskRequest, key: UUID) -> HttpResponse:
    """Make awards of the good rows, with the warnings that the clerk has looked at."""
    accepted = actions.accept_rows(
        _roster(key),
        by=request.actor,
        whole="whole" in request.POST,
        acknowledge=request.POST.getlist("acknowledge"),
    )
    if accepted.rows:
        told = ngettext("%(count)s row was accepted.", "%(count)s rows were accepted.", accepted.rows)
        messages.success(request, told % {"count": accepted.rows})
    else:
        messages.info(request, _("No further row is ready to be accepted."))
    return redirect("roster", key)


@page(POLICY, "sign_roster", WRITING)
def sign(request: DeskRequest, key: UUID) -> HttpResponse:
    """The responsible person signs."""
    found, form = _roster(key), OnForm(request.POST, prefix="sign")
    if form.is_valid():
        actions.sign_roster(found, by=request.actor, on=form.cleaned_data["on"])
        messages.success(request, _("The list is signed."))
    else:
        messages.error(request, _("Give the date of the signature."))
    return redirect("roster", key)


@page(POLICY, "withdraw_roster", WRITING)
def withdraw(request: DeskRequest, key: UUID) -> HttpResponse:
    """Take a list back, with the reason."""
    found, form = _roster(key), ReasonForm(request.POST, prefix="withdraw")
    if form.is_valid():
        actions.withdraw_roster(found, by=request.actor, reason=form.cleaned_data["reason"])
        messages.success(request, _("The list is withdrawn."))
    else:
        messages.error(request, _("Withdrawing a list needs a reason."))
    return redirect("roster", key)


@page(POLICY, "attach_roster", WRITING)
def attach(request: DeskRequest, key: UUID) -> HttpResponse:
    """Put a list under a plan in draft."""
    plan = get_object_or_404(UsePlan, pk=uuid_of(request.POST.get("plan")))
    actions.attach_roster(_roster(key), plan, by=request.actor)
    messages.success(request, _("The list is attached to the plan."))
    return redirect("plan", plan.pk)


def uuid_of(text: str | None) -> UUID | None:
    """A key from a form; None where it is none."""
    try:
        return UUID(text or "")
    except ValueError:
        return None
