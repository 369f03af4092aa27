"""Long work of the union, and the files that somebody asked for."""

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.evidence.models import FileRequest
from nuanliu.evidence.permissions import POLICY as EVIDENCE
from nuanliu.evidence.queries import requests_of
from nuanliu.evidence.states import RequestState
from nuanliu.operations.permissions import WORK as POLICY
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Span
from nuanliu.web.listings.listing import BulkAct, Column, Kind, Listing
from nuanliu.web.progress import WORK, seconds_of, step_words, work_words
from nuanliu.web.queries import jobs_of, user_names


def _rows(by: Actor) -> QuerySet[JobRun]:
    return jobs_of(by).order_by()


def _with_askers(rows: list[JobRun]) -> list[JobRun]:
    """Each with who asked for it and how long it took, in one query for all."""
    names, now = user_names(row.user_id for row in rows), timezone.now()
    for row in rows:
        row.asked_by = names.get(row.user_id, "")  # type: ignore[attr-defined]
        row.seconds = round(seconds_of(row, now)) if row.started_at else None  # type: ignore[attr-defined]
    return rows


def _is_open(rows: list[JobRun]) -> bool:
    return any(row.state in (JobState.ASKED, JobState.RUNNING) for row in rows)


def _progress(row: JobRun) -> str:
    """The step while it runs, and how much of the whole."""
    step = step_words(row.step) if row.state == JobState.RUNNING else ""
    counted = f"{row.done_count:,} / {row.total_count:,}" if row.total_count else ""
    return " · ".join(part for part in (step, counted) if part)


def _rate(row: JobRun) -> int | None:
    seconds = seconds_of(row, timezone.now())
    return round(row.done_count / seconds) if row.done_count and seconds else None


def _me(by: Actor) -> list[tuple[str, str]]:
    return [(str(by.user_id), by.user_name)]


JOBS: Listing[JobRun] = Listing(
    name="jobs",
    title=_("Long work"),
    policy=POLICY,
    act="see_work",
    rows=_rows,
    prepared=_with_askers,
    live=_is_open,
    address=lambda row: reverse("job", args=[row.pk]),
    columns=(
        Column("work", _("Work"), lambda row: work_words(row.kind), sort="kind"),
        Column("state", _("State"), "state", Kind.STATE, word=lambda row: JobState(row.state).label),
        Column("progress", _("Progress"), _progress),
        Column("message", _("What it told"), "message"),
        Column("seconds", _("Seconds"), "seconds", Kind.NUMBER),
        Column("asked_by", _("Asked by"), "asked_by"),
        Column("recorded_at", _("Asked"), "recorded_at", Kind.MOMENT, sort="recorded_at"),
        Column("rate", _("Rows per second"), _rate, Kind.NUMBER, shown=False),
        Column("attempts", _("Times tried"), "attempts", Kind.NUMBER, sort="attempts", shown=False),
        Column("ended_at", _("Ended"), "ended_at", Kind.MOMENT, sort="ended_at", shown=False),
    ),
    tabs=Choice("state", _("State"), JobState.choices),
    filters=(
        Choice("kind", _("Work"), list(WORK.items())),
        Choice("user", _("Asked by"), _me, column="user_id"),
        Span("asked", _("Asked"), "recorded_at__date"),
    ),
    search=lambda rows, text: rows.filter(message__contains=text),
    search_label=_("What it told"),
    acts=(
        BulkAct(_("Do again"), "jobs-repeat", POLICY, "repeat_job"),
        BulkAct(_("Withdraw the work"), "jobs-cancel", POLICY, "cancel_job"),
    ),
    empty=_(
        "No long work yet. Reading a list, setting papers or making a backup begins one; "
        "it goes on when you leave the page."
    ),
)


def _files(by: Actor) -> QuerySet[FileRequest]:
    return requests_of(by.user_id).order_by().select_related("file")


FILES: Listing[FileRequest] = Listing(
    name="files",
    title=_("Files that you asked for"),
    policy=EVIDENCE,
    act="read",
    rows=_files,
    address=lambda row: reverse("file", args=[row.pk]),
    columns=(
        Column("name", _("File"), lambda row: row.file.name if row.file else row.kind),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column("reason", _("What for"), "reason"),
        Column("recorded_at", _("Asked"), "recorded_at", Kind.MOMENT, sort="recorded_at"),
        Column("expires_on", _("Kept until"), "expires_on", Kind.DAY, sort="expires_on"),
        Column("size", _("Bytes"), "file.size_bytes", Kind.NUMBER, sort="file__size_bytes", shown=False),
    ),
    tabs=Choice("state", _("State"), RequestState.choices),
    filters=(Span("asked", _("Asked"), "recorded_at__date"),),
    search=lambda rows, text: rows.filter(reason__contains=text) | rows.filter(file__name__contains=text),
    search_label=_("File or what it was for"),
    exported=False,
    live=lambda rows: any(row.state in (RequestState.ASKED, RequestState.RUNNING) for row in rows),
    empty=_("No file yet."),
)
