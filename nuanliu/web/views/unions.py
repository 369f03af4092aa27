"""The tree of unions: looked through, registered one or by the thousand, renamed, ended."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.access.permissions import POLICY
from nuanliu.access.queries import posts_in
from nuanliu.base.jobs import ask
from nuanliu.base.models import JobRun
from nuanliu.evidence.actions import archive
from nuanliu.organizations import actions
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import ancestors, children, names_before
from nuanliu.organizations.sheet import rows_in
from nuanliu.organizations.template import union_template
from nuanliu.programmes.models import Campaign
from nuanliu.web.acts import Act, act
from nuanliu.web.downloads import attachment
from nuanliu.web.forms_administration import EndForm, RenameForm, UnionForm, UnionsFileForm
from nuanliu.web.guards import FORM, WRITING, DeskRequest, page
from nuanliu.web.jobs import import_sheet_of_unions
from nuanliu.web.listings.showing import show
from nuanliu.web.paging import SIZE
from nuanliu.web.queries import unions_for
from nuanliu.web.tables.unions import UNIONS
from nuanliu.web.views.administration import own_union

ACT = "register_organization"
FAULTS_SHOWN = 200
# A longer sheet is read by a worker.
ROWS_AT_ONCE = 2_000
UNION_SHEET = "union_sheet"
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@page(POLICY, ACT)
def unions(request: DeskRequest) -> HttpResponse:
    """The union and all below it, looked for by name, sound or initials."""
    return show(request, UNIONS, template="web/unions.html")


@page(POLICY, ACT, FORM)
def union_new(request: DeskRequest) -> HttpResponse:
    """Register one union below another."""
    form = UnionForm(
        request.POST or None,
        initial={
            "valid_from": timezone.localdate(),
            "parent": request.GET.get("below") or own_union(request),
        },
    )
    if form.is_valid():
        said: dict[str, Any] = dict(form.cleaned_data)
        made = actions.register_organization(said.pop("parent"), **said, by=request.actor)
        messages.success(request, _("%(name)s is registered.") % {"name": made.name})
        return redirect("union", made.pk)
    return render(request, "web/union_new.html", {"form": form}, status=422 if form.is_bound else 200)


@page(POLICY, ACT, FORM)
def union_import(request: DeskRequest) -> HttpResponse:
    """Register the unions of a sheet; what is wrong with which row is told in one go, with the remedy."""
    form = UnionsFileForm(
        request.POST or None,
        request.FILES or None,
        initial={"valid_from": timezone.localdate(), "parent": own_union(request)},
    )
    if not form.is_valid():
        return render(request, "web/union_import.html", {"form": form}, status=422 if form.is_bound else 200)
    said = form.cleaned_data
    file, content = said["file"], said["file"].read()
    if rows_in(content, file.name) > ROWS_AT_ONCE:
        return redirect("job", _ask_to_import(request, content, said).pk)
    result = actions.import_unions(
        content,
        file.name,
        parent=said["parent"],
        valid_from=said["valid_from"],
        good_rows_only=said["good_rows_only"],
        by=request.actor,
    )
    context = {"form": form, "result": result, "faults": result.faults[:FAULTS_SHOWN], "name": file.name}
    refused = bool(result.faults) and not result.registered
    return render(request, "web/union_import.html", context, status=422 if refused else 200)


def _ask_to_import(request: DeskRequest, content: bytes, said: dict[str, Any]) -> JobRun:
    sheet = archive(
        content,
        name=said["file"].name,
        kind=UNION_SHEET,
        media_type="application/octet-stream",
        organization_path=request.actor.organization_path,
        organization_id=request.actor.organization_id,
        by=request.actor,
    )
    return ask(
        import_sheet_of_unions,
        by=request.actor,
        file=str(sheet.pk),
        parent=str(said["parent"].pk),
        valid_from=said["valid_from"].isoformat(),
        good_rows_only=said["good_rows_only"],
    )


@page(POLICY, ACT)
def union_sheet(request: DeskRequest) -> HttpResponse:
    """An empty sheet with the right headings."""
    return attachment(union_template(), "工会名册模板.xlsx", XLSX)


@page(POLICY, ACT)
def union(request: DeskRequest, key: UUID) -> HttpResponse:
    """One union: what it is, who holds which post there, what lies below, its campaigns, its former names."""
    found, today = _union(request, key), timezone.localdate()
    below = list(children(found)[: SIZE + 1])
    posts = list(posts_in(found, today))
    context = {
        "union": found,
        "above": list(reversed(ancestors(found))),
        "below": below[:SIZE],
        "more_below": len(below) > SIZE,
        "posts": posts,
        "may_see_posts": POLICY.may(request.actor, "see_posts"),
        "campaigns": Campaign.objects.filter(organization=found).order_by("-starts_on")[:10],
        "former": names_before(found),
        "ended": bool(found.valid_to and found.valid_to < today),
        "acts": _acts(
            request, found, has_posts=bool(posts), has_below=any(_stands(body, today) for body in below)
        ),
        "history_kind": "organizations.organization",
        "history_key": found.pk,
    }
    return render(request, "web/union.html", context)


def _stands(body: Organization, today: Any) -> bool:
    return body.valid_to is None or body.valid_to > today


def _acts(request: DeskRequest, found: Organization, *, has_posts: bool, has_below: bool) -> list[Act]:
    by, today = request.actor, timezone.localdate()
    standing = (found.valid_to is None, _("The union has ended."))
    own = (found.pk != by.organization_id, _("The union above ends one's own union."))
    return [
        act(
            by, POLICY, ACT, found, label=_("Register a union below"), is_link=True,
            address=f"{reverse('union-new')}?below={found.name}", needs=[standing],
        ),
        act(
            by, POLICY, ACT, found, label=_("Rename"), key="rename", address=reverse("union-rename", args=[found.pk]),
            needs=[standing], form=RenameForm(initial={"on": today}, prefix="rename"),
            help=_("The name before is kept, and lists that still write it are understood."),
        ),
        act(
            by, POLICY, ACT, found, label=_("End"), key="end", address=reverse("union-end", args=[found.pk]),
            danger=True, needs=[
                standing,
                own,
                (not has_below, _("What lies below ends first.")),
                (not has_posts, _("Posts are still held there; end them first.")),
            ],
            form=EndForm(initial={"on": today}, prefix="end"),
            help=_("Its rows stay. It is never removed, and nothing new begins in it after that day."),
        ),
    ]  # fmt: skip


@page(POLICY, ACT, WRITING)
def union_rename(request: DeskRequest, key: UUID) -> HttpResponse:
    """Give it another name."""
    found, form = _union(request, key), RenameForm(request.POST, prefix="rename")
    if form.is_valid():
        actions.rename_organization(found, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The union is renamed; its name before is kept."))
    else:
        messages.error(request, _("Give the new name, its first day and the reason."))
    return redirect("union", key)


@page(POLICY, ACT, WRITING)
def union_end(request: DeskRequest, key: UUID) -> HttpResponse:
    """Say which day is its last."""
    found, form = _union(request, key), EndForm(request.POST, prefix="end")
    if form.is_valid():
        actions.end_organization(found, **form.cleaned_data, by=request.actor)
        messages.success(request, _("The union ends."))
    else:
        messages.error(request, _("Give the last day and the reason."))
    return redirect("union", key)


def _union(request: DeskRequest, key: UUID) -> Organization:
    return get_object_or_404(unions_for(request.actor).select_related("parent"), pk=key)
