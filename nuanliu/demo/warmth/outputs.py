"""What the main job leaves in the folder: everything is read from the database, so a second run writes the same."""

import csv
import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Count, Q, Sum

from nuanliu.awards.models import Award, Roster, RosterFinding
from nuanliu.awards.papers import ROWS_PER_PART, RosterHeader, roster_pdf, roster_xlsx
from nuanliu.demo.warmth.flow import Job
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.money import wan_exact
from nuanliu.organizations.models import Organization
from nuanliu.payments.exports import roster_rows
from nuanliu.payments.models import PaymentBatch, PaymentOrder
from nuanliu.payments.queries import bank_file
from nuanliu.payments.states import OrderState
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.exports import cell_texts
from nuanliu.returns.papers import Annex1Header, annex1_pdf, annex1_xlsx
from nuanliu.returns.queries import AnnexTable, annex1


def write_findings(path: Path, roster: Roster) -> None:
    """`findings.csv` in UTF-8 with BOM, in the order of file, sheet and row."""
    sheets = {sheet.ordinal: sheet for sheet in roster.sheets.select_related("file")}
    found = RosterFinding.objects.filter(roster=roster).order_by("sheet_ordinal", "row_number", "id")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "sheet", "row", "column", "code", "severity", "message", "rule"])
        for finding in found.iterator(chunk_size=10_000):
            sheet = sheets.get(finding.sheet_ordinal)
            place = [sheet.file.name, sheet.sheet] if sheet else ["", ""]
            values = [
                finding.row_number or "",
                finding.column,
                finding.code,
                finding.severity,
                finding.message,
                finding.rule,
            ]
            writer.writerow([_inert(value) for value in (*place, *values)])


def write_payments(out: Path, batches: Sequence[PaymentBatch], replies: Sequence[bytes]) -> None:
    """The bank files as archived, their digests, and the bank's replies."""
    lines = []
    for number, (batch, reply) in enumerate(zip(batches, replies, strict=True), start=1):
        suffix = "" if number == 1 else f"-{number}"
        content = content_of(bank_file(batch))
        (out / f"payments{suffix}.xlsx").write_bytes(content)
        (out / f"replies{suffix}.xlsx").write_bytes(reply)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  payments{suffix}.xlsx\n")
    (out / "payments.sha256").write_text("".join(lines))


def write_annex1(out: Path, job: Job, table: AnnexTable) -> None:
    """Annex 1 of the sender as XLSX and PDF."""
    header = Annex1Header(
        reporting_unit=job.sender.name,
        reporter=job.staff.reporter,
        phone="",
        filled_on=job.business_date,
        as_of=table.as_of,
    )
    texts = cell_texts(form(ANNEX1), table.cells)
    annex1_xlsx(out / "annex1.xlsx", header, texts)
    (out / "annex1.pdf").write_bytes(annex1_pdf(header, texts))


def write_roster(out: Path, job: Job, roster: Roster) -> None:
    """The roster as XLSX, and as PDF while it fits in one part."""
    frame = roster_rows(roster.pk)
    header = RosterHeader(
        reporting_unit=job.sender.name, reporter=job.staff.reporter, filled_on=job.business_date
    )
    roster_xlsx(out / "roster.xlsx", header, frame)
    if frame.height <= ROWS_PER_PART:
        (out / "roster.pdf").write_bytes(roster_pdf(header, frame))


def table_of(organization: Organization, job: Job) -> AnnexTable:
    """Annex 1 as of the business date."""
    return annex1(organization, job.campaign, job.business_date)


def summary(roster: Roster, table: AnnexTable | None) -> dict[str, Any]:
    """`summary.json` without its seconds: counts are integers, money fen, 万元 exact decimal strings."""
    return _of_rows(roster) | _of_awards(roster) | _of_orders(roster) | {"annex1": _cells(table)}


def write_summary(path: Path, content: dict[str, Any]) -> None:
    """As JSON that people can read."""
    path.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")


def _of_rows(roster: Roster) -> dict[str, Any]:
    counted = (
        RosterFinding.objects.filter(roster=roster)
        .values_list("code")
        .annotate(n=Count("id"))
        .order_by("code")
    )
    return {
        "rows_read": roster.rows_read,
        "rows_accepted": roster.rows_accepted,
        "rows_refused": roster.rows_read - roster.rows_accepted,
        "findings": dict(counted),
    }


def _of_awards(roster: Roster) -> dict[str, int]:
    given = Award.objects.filter(basis="roster_row", basis_id__in=roster.rows.values("id")).aggregate(
        people=Count("person", distinct=True),
        awards=Count("id"),
        cash=Sum("cash_fen"),
        goods=Sum("goods_fen"),
    )
    return {
        "people": given["people"],
        "awards": given["awards"],
        "amount_fen": (given["cash"] or 0) + (given["goods"] or 0),
    }


def _of_orders(roster: Roster) -> dict[str, int]:
    orders = (
        PaymentOrder.objects.filter(batch__plan_id=roster.plan_id)
        if roster.plan_id
        else PaymentOrder.objects.none()
    )
    paid, failed = Q(state=OrderState.PAID), Q(state=OrderState.FAILED)
    sums = orders.aggregate(
        orders=Count("id"),
        paid=Count("id", filter=paid),
        paid_fen=Sum("amount_fen", filter=paid, default=0),
        failed=Count("id", filter=failed),
        failed_fen=Sum("amount_fen", filter=failed, default=0),
    )
    return {name: int(value) for name, value in sums.items()}


def _cells(table: AnnexTable | None) -> dict[str, int | str]:
    if table is None:
        return {}
    return {
        row.code: wan_exact(table.cells[row.code].value) if row.is_money else table.cells[row.code].value
        for row in form(ANNEX1).rows
    }


def _inert(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
