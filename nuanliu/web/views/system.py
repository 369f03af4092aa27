"""The installation: its health, its keys, its backups. Long work is asked here and done by the worker."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from nuanliu.base.actor import Actor
from nuanliu.base.crypto import CryptoError
from nuanliu.base.jobs import ask
from nuanliu.base.models import JobRun
from nuanliu.operations import actions, backups, health, jobs
from nuanliu.operations.permissions import POLICY
from nuanliu.operations.queries import lost_since, open_work, remembered, ring_of_keys
from nuanliu.web.forms import ReasonForm
from nuanliu.web.guards import WRITING, DeskRequest, page

ACTS = ("rotate_keys", "back_up", "verify_log")


def alive(request: HttpRequest) -> HttpResponse:
    """For monitors: that the server answers, and nothing about it."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@page(POLICY, "see_system")
def system(request: DeskRequest) -> HttpResponse:
    """Every part of the installation with its light, what that means, and what to do."""
    lines = health.lines()
    context = {"lines": lines, "worst": health.worst(lines), "can": _can(request)}
    return render(request, "web/system.html", context)


@page(POLICY, "verify_log", WRITING)
def prove(request: DeskRequest) -> HttpResponse:
    """Have the whole log proved."""
    return _to_work(_once(jobs.verify_log, request.actor))


@page(POLICY, "see_system")
def keys(request: DeskRequest) -> HttpResponse:
    """The keys of the ring by number, never the keys themselves; what lies under which; rotation."""
    context: dict[str, Any] = {"can": _can(request)}
    try:
        ring = ring_of_keys(remembered().counting)
    except CryptoError as fault:
        return render(request, "web/system_keys.html", {**context, "fault": fault})
    numbers = [key.number for key in ring.data]
    context |= {
        "ring": ring,
        "places": [
            (place, [found.get(str(number), 0) for number in numbers]) for place, found in ring.counts.items()
        ],
        "running": open_work(jobs.reseal) or open_work(jobs.count_sealed),
        "add_form": ReasonForm(prefix="add"),
        "reseal_form": ReasonForm(prefix="reseal"),
    }
    return render(request, "web/system_keys.html", context)


@page(POLICY, "rotate_keys", WRITING, again=True)
def key_add(request: DeskRequest) -> HttpResponse:
    """Add a data key, which seals from now on."""
    form = ReasonForm(request.POST, prefix="add")
    if form.is_valid():
        number = actions.add_data_key(reason=form.cleaned_data["reason"], by=request.actor)
        told = _("Key %(number)s seals from now on. Copy the key ring to its safe place now.")
        messages.success(request, told % {"number": number})
    else:
        messages.error(request, _("A new key needs a reason."))
    return redirect("system-keys")


@page(POLICY, "rotate_keys", WRITING, again=True)
def reseal(request: DeskRequest) -> HttpResponse:
    """Have everything put under the present key."""
    form = ReasonForm(request.POST, prefix="reseal")
    if not form.is_valid():
        messages.error(request, _("Resealing needs a reason."))
        return redirect("system-keys")
    return _to_work(_once(jobs.reseal, request.actor, reason=form.cleaned_data["reason"]))


@page(POLICY, "rotate_keys", WRITING)
def count(request: DeskRequest) -> HttpResponse:
    """Have it counted what lies under which key."""
    return _to_work(_once(jobs.count_sealed, request.actor))


@page(POLICY, "see_system")
def backup_list(request: DeskRequest) -> HttpResponse:
    """The backups with their size, and who made and checked them when."""
    context = {
        "backups": backups.known(),
        "folder": backups.folder_of_backups(),
        "embedded": backups.is_embedded(),
        "running": open_work(jobs.make_backup),
        "can": _can(request),
        "form": ReasonForm(),
    }
    return render(request, "web/system_backups.html", context)


@page(POLICY, "back_up", WRITING)
def backup_make(request: DeskRequest) -> HttpResponse:
    """Have a backup made."""
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("A backup needs a reason."))
        return redirect("system-backups")
    return _to_work(_once(jobs.make_backup, request.actor, reason=form.cleaned_data["reason"]))


@page(POLICY, "see_system")
def backup(request: DeskRequest, name: str) -> HttpResponse:
    """One backup: what a restore would lose, and the command that restores it."""
    found = _named(name)
    context = {
        "backup": found,
        "lost": lost_since(found.made_at),
        "can": _can(request),
        "embedded": backups.is_embedded(),
    }
    return render(request, "web/system_backup.html", context)


@page(POLICY, "back_up", WRITING)
def backup_check(request: DeskRequest, name: str) -> HttpResponse:
    """Have every file of a backup read."""
    return _to_work(_once(jobs.check_backup, request.actor, name=_named(name).name))


@page(POLICY, "back_up", WRITING)
def backup_rehearse(request: DeskRequest, name: str) -> HttpResponse:
    """Have a backup restored into a throw-away installation."""
    return _to_work(_once(jobs.rehearse_restore, request.actor, name=_named(name).name))


def _named(name: str) -> backups.Backup:
    found = backups.named(name)
    if found is None:
        raise Http404
    return found


def _once(task: Any, by: Actor, **arguments: str) -> JobRun:
    """Ask for work, unless the same is asked for already."""
    return open_work(task) or ask(task, by=by, subject=("operations", arguments.get("name", "")), **arguments)


def _to_work(job: JobRun) -> HttpResponse:
    return redirect("job", job.pk)


def _can(request: DeskRequest) -> dict[str, bool]:
    return {act: POLICY.may(request.actor, act) for act in ACTS}
