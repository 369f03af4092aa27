"""The installation: its health, its keys, its backups. Long work is asked here and done by the worker."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from nuanliu.base.actor import Actor
from nuanliu.base.crypto import CryptoError
from nuanliu.base.jobs import ask
from nuanliu.base.models import JobRun
from nuanliu.operations import actions, backups, health, jobs
from nuanliu.operations.permissions import POLICY
from nuanliu.operations.queries import RingFacts, lost_since, open_work, remembered, ring_of_keys
from nuanliu.web.acts import Act, Step, act, steps
from nuanliu.web.forms import ReasonForm
from nuanliu.web.guards import WRITING, DeskRequest, page


def alive(request: HttpRequest) -> HttpResponse:
    """For monitors: that the server answers, and nothing about it."""
    return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})


@page(POLICY, "see_system")
def system(request: DeskRequest) -> HttpResponse:
    """Every part of the installation with its light, what that means, and what to do."""
    lines = health.lines()
    may_prove = POLICY.may(request.actor, "verify_log")
    context = {"lines": lines, "worst": health.worst(lines), "may_prove": may_prove}
    return render(request, "web/system.html", context)


@page(POLICY, "verify_log", WRITING)
def prove(request: DeskRequest) -> HttpResponse:
    """Have the whole log proved."""
    return _to_work(_once(jobs.verify_log, request.actor))


@page(POLICY, "see_system")
def keys(request: DeskRequest) -> HttpResponse:
    """The keys of the ring by number, never the keys themselves; what lies under which; rotation."""
    try:
        ring = ring_of_keys(remembered().counting)
    except CryptoError as fault:
        return render(request, "web/system_keys.html", {"fault": fault})
    numbers = [key.number for key in ring.data]
    running = open_work(jobs.reseal) or open_work(jobs.count_sealed)
    context = {
        "ring": ring,
        "places": [
            (place, [found.get(str(number), 0) for number in numbers]) for place, found in ring.counts.items()
        ],
        "running": running,
        "acts": _acts_on_keys(request.actor, ring, is_running=running is not None),
    }
    return render(request, "web/system_keys.html", context)


def _acts_on_keys(by: Actor, ring: RingFacts, *, is_running: bool) -> list[Act]:
    idle = (not is_running, _("Work on the keys is under way."))
    left = _("%(count)s values lie under older keys.") % {"count": f"{ring.older:,}"} if ring.older else ""
    return [
        act(
            by, POLICY, "rotate_keys", None, label=_("Add a key"), key="add", address=reverse("system-key-add"),
            form=ReasonForm(prefix="add"),
            help=_("It seals from now on; what older keys sealed stays readable. Keys never appear on a screen: copy "
                   "the ring on the server."),
        ),
        act(
            by, POLICY, "rotate_keys", None, label=_("Reseal"), key="reseal", address=reverse("system-reseal"),
            form=ReasonForm(prefix="reseal"), is_main=bool(ring.older), needs=[idle],
            help=_("Puts every value under the present key while everybody works; may be cut and asked for again.")
            + left,
        ),
        act(
            by, POLICY, "rotate_keys", None, label=_("Count what lies under which key"), key="count",
            address=reverse("system-count"), needs=[idle],
        ),
    ]  # fmt: skip


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
        "running": (running := open_work(jobs.make_backup)),
        "acts": [
            act(
                request.actor, POLICY, "back_up", None, label=_("Make a backup"), is_main=True,
                address=reverse("system-backup-make"), form=ReasonForm(),
                help=_("Database and archived files are copied while everybody works, and the copy is checked."),
                needs=[_here(), (running is None, _("A backup is being made."))],
            )
        ],
    }  # fmt: skip
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
        "embedded": backups.is_embedded(),
        "steps": _steps(found),
        "acts": _acts_on_backup(request.actor, found),
        "history_kind": actions.BACKUP,
        "history_key": found.name,
    }
    return render(request, "web/system_backup.html", context)


def _here() -> tuple[bool, str]:
    """What is done to the files of the database needs them on this machine."""
    return (
        backups.is_embedded(),
        _("The database is on a server of its own: its administrator backs it up and restores it."),
    )


def _steps(found: backups.Backup) -> list[Step]:
    """Made, checked, rehearsed; one that is damaged goes no further."""
    facts = found.facts
    told = [
        (found.made_at, facts.made_by),
        (found.checked_at, facts.checked_by),
        (found.rehearsed_at, facts.rehearsed_by),
    ]
    reached = next((place for place, (when, _who) in enumerate(told) if when is None), len(told))
    drawn = steps([_("Made"), _("Checked"), _("Rehearsed")], reached, stopped=not facts.sound)
    return [replace(step, when=when, who=who or "") for step, (when, who) in zip(drawn, told, strict=True)]


def _acts_on_backup(by: Actor, found: backups.Backup) -> list[Act]:
    return [
        act(
            by, POLICY, "back_up", None, label=_("Rehearse the restore"), key="rehearse", is_main=found.facts.sound,
            address=reverse("system-backup-rehearse", args=[found.name]), needs=[_here()],
            help=_("Restores it into a throw-away installation on this machine, proves tables, roles and audit log "
                   "there, and removes it. The running system is not touched."),
        ),
        act(
            by, POLICY, "back_up", None, label=_("Check the backup"), key="check",
            address=reverse("system-backup-check", args=[found.name]),
            help=_("Reads every file and compares it with its digest."),
        ),
    ]  # fmt: skip


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
