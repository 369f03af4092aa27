"""Making the roster's papers: read once, set, archived under the request that asked for them."""

import tempfile
from datetime import timedelta
from pathlib import Path

from django.utils import timezone

from nuanliu.awards.marked import marked_workbook
from nuanliu.awards.models import Roster
from nuanliu.awards.papers import (
    ROWS_PER_PART,
    RosterHeader,
    roster_parts,
    roster_pdf,
    roster_totals,
    roster_xlsx,
)
from nuanliu.base.actor import Actor
from nuanliu.evidence.actions import finish_file, start_file
from nuanliu.evidence.models import FileRequest
from nuanliu.payments.exports import roster_rows

PDF_ROWS = ROWS_PER_PART
KEPT = timedelta(days=7)
MARKED = "marked"
MEDIA_TYPES = {
    "pdf": "application/pdf",
    MARKED: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


def print_roster(request: FileRequest, *, by: Actor) -> FileRequest:
    """Make the paper that `request` asks for, whole or one part; it is kept for a week."""
    start_file(request, by=by)
    kind = request.kind.removeprefix("roster_")
    roster = Roster.objects.select_related("organization", "handler", "campaign").get(
        pk=request.parameters["roster"]
    )
    part = int(request.parameters["part"])
    content, name = _paper(roster, kind, part)
    return finish_file(
        request,
        content,
        name=name,
        media_type=MEDIA_TYPES[kind],
        by=by,
        expires_on=timezone.localdate() + KEPT,
    )


def _paper(roster: Roster, kind: str, part: int) -> tuple[bytes, str]:
    if kind == MARKED:
        name = f"{roster.organization.short_name}-{roster.campaign.name}-名册标注"
        return marked_workbook(roster), f"{name}.xlsx"
    frame = roster_rows(roster.pk)
    header = RosterHeader(
        reporting_unit=roster.organization.name,
        reporter=roster.handler.display_name,
        filled_on=roster.business_date,
        reference=bytes(roster.content_digest or b"").hex()[:16],
        totals=roster_totals(frame),
    )
    name = f"实名制汇总表-{roster.organization.short_name}-{roster.business_date}"
    if kind == "pdf":
        parts = roster_parts(frame)
        return roster_pdf(header, parts[part - 1], part, len(parts)), f"{name}-{part}.pdf"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roster.xlsx"
        roster_xlsx(path, header, frame)
        return path.read_bytes(), f"{name}.xlsx"
