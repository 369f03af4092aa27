"""Banks: how each wants its file and what its words mean; what of a reply could not be applied."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanliu.access.models import User
from nuanliu.organizations.models import Organization
from nuanliu.payments import actions
from nuanliu.payments.layouts import (
    Layout,
    check_profile,
    description_of,
    read_description,
    sample_file,
    sample_lines,
)
from nuanliu.payments.models import BankProfile, PaymentBatch, ReplyFile
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import (
    findings_of,
    payer_of,
    profile_of,
    profiles_around,
    replies_of,
    unexplained_words,
    wordings_of,
)
from nuanliu.payments.states import Outcome
from nuanliu.web.acts import Act, Step, act, steps
from nuanliu.web.downloads import attachment
from nuanliu.web.forms import DescriptionForm, OnForm, PayerForm, WordingForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import SIZE, number_or_404, page_of
from nuanliu.web.queries import record_or_404
from nuanliu.web.tables.banks import BANKS, state_of
from nuanliu.web.views.administration import own_union

OCTETS = "application/octet-stream"
# What a layout says beside its columns, in the order in which a guide tells it.
SETTINGS = {
    "format": gettext_lazy("File format"),
    "encoding": gettext_lazy("Encoding"),
    "delimiter": gettext_lazy("Delimiter"),
    "unit": gettext_lazy("Unit of amounts"),
    "date_format": gettext_lazy("Form of dates"),
    "sheet": gettext_lazy("Sheet"),
    "headings": gettext_lazy("Has headings"),
    "comment": gettext_lazy("Comment sign"),
    "row_limit": gettext_lazy("Most rows in a file"),
    "file_name": gettext_lazy("File name"),
    "own_bank_words": gettext_lazy("Words for the bank's own accounts"),
}


@page(POLICY, "view")
def banks(request: DeskRequest) -> HttpResponse:
    """The bank formats that concern the union, and whether each may be used."""
    may_describe = POLICY.may(request.actor, "describe_profile")
    return show(request, BANKS, template="web/banks.html", may_describe=may_describe)


@page(POLICY, "describe_profile", FORM)
def bank_new(request: DeskRequest) -> HttpResponse:
    """Describe a bank's format: pasted, from a file, or a copy of another; all that is wrong is told at once."""
    if request.method != "POST":
        form = DescriptionForm(initial={"description": _copied(request)})
        return render(request, "web/bank_new.html", {"form": form})
    form, findings = DescriptionForm(request.POST, request.FILES), []
    if form.is_valid():
        text = form.cleaned_data["description"]
        data = read_description(text)
        findings = check_profile(data)
        if not findings:
            profile = actions.describe_profile(data, by=request.actor)
            messages.success(
                request, _("The format is kept; another person confirms it before anything is paid by it.")
            )
            return redirect("bank", profile.pk)
        # What came as a file stands in the text now, to be put right there.
        form = DescriptionForm(initial={"description": text})
    return render(request, "web/bank_new.html", {"form": form, "findings": findings}, status=422)


def _copied(request: DeskRequest) -> str:
    """The description of the profile that is to be copied, under a key that is still free to choose."""
    wanted = request.GET.get("copy")
    found = next(
        (one for one in profiles_around(request.actor.organization_path) if str(one.pk) == wanted), None
    )
    return description_of(f"{found.key}_2", found.bank, found.layout, found.reply_layout) if found else ""


@page(POLICY, "view")
def bank(request: DeskRequest, key: UUID) -> HttpResponse:
    """One format: the file as the bank gets it, the reply as it is read, the words, the paying account."""
    found, by = _profile(request, key), request.actor
    payer = payer_of(found, by.organization_id)
    context = {
        "profile": found,
        "state": state_of(found),
        "layouts": [_told(found.layout), _told(found.reply_layout)],
        "sample": sample_lines(Layout.from_data(found.layout)),
        "wordings": wordings_of(found, by.organization_path),
        "payer": payer,
        "needs_payer": Layout.from_data(found.layout).needs_payer,
        "steps": _steps(found),
        "acts": _acts(request, found, has_payer=payer is not None),
        "history_kind": "payments.bankprofile",
        "history_key": found.pk,
    }
    return render(request, "web/bank.html", context)


def _steps(found: BankProfile) -> list[Step]:
    """Described by one, confirmed by another; what is shipped has both behind it."""
    if state_of(found) == "shipped":
        return steps([_("shipped"), _("may be used")], 2)
    described, confirmed = steps([_("described"), _("confirmed by another person")], 1 + found.active)
    return [
        replace(described, when=found.recorded_at, who=_name(found.described_by)),
        replace(confirmed, who=_name(found.confirmed_by)),
    ]


def _name(user: User | None) -> str:
    return user.display_name if user else ""


def _acts(request: DeskRequest, found: BankProfile, *, has_payer: bool) -> list[Act]:
    """What can be done with a format now, and why not the rest."""
    by, state = request.actor, state_of(found)
    return [
        act(
            by, POLICY, "confirm_profile", found, label=_("It agrees with the bank's guide"), is_main=True,
            address=reverse("bank-confirm", args=[found.pk]),
            help=_("From then on payments may be made by it."),
            needs=[
                (state != "shipped", _("It came with the system and may be used.")),
                (state != "confirmed", _("It is confirmed already.")),
                (found.described_by_id != by.user_id, _("Another person than the one who described it confirms it.")),
            ],
        ),
        act(
            by, POLICY, "register_payer", None, address=reverse("bank-payer", args=[found.pk]),
            label=_("Put another paying account in its place") if has_payer else _("Register the paying account"),
            form=PayerForm(prefix="payer", initial={"holder_name": own_union(request)}),
            needs=[
                (Layout.from_data(found.layout).needs_payer,
                 _("This bank does not want the paying account in the file.")),
            ],
        ),
        act(
            by, POLICY, "map_wording", None, label=_("Explain words"), form=WordingForm(prefix="wording"),
            address=reverse("bank-words", args=[found.pk]),
        ),
        act(
            by, POLICY, "describe_profile", None, label=_("Copy and edit"), is_link=True,
            address=f"{reverse('bank-new')}?copy={found.pk}",
            help=_("Another format begins with this one; this one stays as it is."),
        ),
    ]  # fmt: skip


def _profile(request: DeskRequest, key: UUID) -> BankProfile:
    found = next((one for one in profiles_around(request.actor.organization_path) if one.pk == key), None)
    if found is None:
        raise Http404
    return found


def _told(layout: dict[str, Any]) -> dict[str, Any]:
    said = Layout.from_data(layout)
    settings = [(label, _plain(getattr(said, name))) for name, label in SETTINGS.items() if name in layout]
    return {"settings": settings, "columns": said.columns, "head": said.head, "foot": said.foot}


def _plain(value: Any) -> Any:
    return "、".join(value) if isinstance(value, tuple) else value


@page(POLICY, "view")
def sample(request: DeskRequest, key: UUID) -> HttpResponse:
    """The file of two invented orders, to be shown to the bank."""
    name, content = sample_file(profile_of(_profile(request, key)))
    return attachment(content, name, OCTETS)


@page(POLICY, "confirm_profile", WRITING)
def confirm(request: DeskRequest, key: UUID) -> HttpResponse:
    """Another person has compared it with the bank's guide."""
    actions.confirm_profile(_profile(request, key), by=request.actor)
    messages.success(request, _("The format is confirmed and may be used."))
    return redirect("bank", key)


@page(POLICY, "register_payer", WRITING)
def register_payer(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say from which account the union pays by this bank."""
    found, form = _profile(request, key), PayerForm(request.POST, prefix="payer")
    if form.is_valid():
        own = record_or_404(Organization, request.actor.organization_id)
        actions.register_payer(own, profile=found, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The paying account is registered."))
    else:
        messages.error(request, _("Give holder, bank and number of the paying account."))
    return redirect("bank", key)


@page(POLICY, "map_wording", WRITING)
def map_wording(request: DeskRequest, key: UUID) -> HttpResponse:
    """Explain words of this bank, or of all."""
    found, form = _profile(request, key), WordingForm(request.POST, prefix="wording")
    if form.is_valid():
        wanted = form.cleaned_data
        profile = None if wanted["everywhere"] else found
        actions.map_wording(wanted["words"], wanted["outcome"], profile=profile, by=request.actor)
        messages.success(request, _("The words are explained."))
    else:
        messages.error(request, _("Give the bank's words and what they mean."))
    return redirect("bank", key)


@page(POLICY, "view")
def answers(request: DeskRequest, key: UUID) -> HttpResponse:
    """What of a batch's replies could not be applied, and the words that nobody has explained yet."""
    found = _batch(key)
    replies = list(replies_of(found))
    wanted = request.GET.get("reply")
    shown = next((reply for reply in replies if str(reply.pk) == wanted), replies[-1] if replies else None)
    rows = (
        list(findings_of(shown, after=number_or_404(request.GET.get("after")), limit=SIZE + 1))
        if shown
        else []
    )
    context = {
        "batch": found,
        "replies": replies,
        "shown": shown,
        "page": page_of(rows, "pk"),
        "words": unexplained_words(found),
        "outcomes": Outcome.choices,
        "can": {act: POLICY.may(request.actor, act, found) for act in ("map_wording", "reply")},
        "on_form": OnForm(initial={"on": found.business_date}),
    }
    return render(request, "web/answers.html", context)


def _batch(key: UUID) -> PaymentBatch:
    return record_or_404(PaymentBatch, key, "profile", "plan")


@page(POLICY, "map_wording", WRITING)
def explain(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say what one of the unexplained words means in this bank's answers."""
    found, form = _batch(key), WordingForm(request.POST)
    if form.is_valid():
        wanted = form.cleaned_data
        actions.map_wording(wanted["words"], wanted["outcome"], profile=found.profile, by=request.actor)
        messages.success(request, _("The words are explained. Read the reply again to apply them."))
    else:
        messages.error(request, _("Give the bank's words and what they mean."))
    return redirect("batch-answers", key)


@page(POLICY, "reply", WRITING)
def reapply(request: DeskRequest, key: UUID) -> HttpResponse:
    """Read an archived reply once more, now that its words are explained."""
    reply = record_or_404(ReplyFile, key, "batch", "file")
    form = OnForm(request.POST)
    if form.is_valid():
        result = actions.reapply_reply(reply, by=request.actor, on=form.cleaned_data["on"])
        told = _("The reply is read again: %(paid)s paid, %(failed)s failed, %(open)s open.")
        messages.success(request, told % {"paid": result.paid, "failed": result.failed, "open": result.open})
    else:
        messages.error(request, _("Give the date for rows that name none."))
    return redirect("batch-answers", reply.batch_id)
