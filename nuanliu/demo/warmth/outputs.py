"""What the main job leaves in the folder: everything is read from the database, so a second run writes the same."""

import csv
import hashlib
import io
import json
import tempfile
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.db.models import Count, Q, Sum

from nuanliu.awards.actions import SubmittedFile
from nuanliu.awards.models import Award, Roster, RosterFinding, RosterSheet
from nuanliu.awards.papers import ROWS_PER_PART, RosterHeader, roster_pdf, roster_xlsx
from nuanliu.base.spreadsheets.writer import Column, write_table
from nuanliu.demo.warmth.flow import PROFILE, Job, Paid
from nuanliu.demo.warmth.request import NotDoneError
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.money import wan_exact
from nuanliu.payments.exports import roster_rows
from nuanliu.payments.layouts import Layout
from nuanliu.payments.models import BankProfile, PaymentOrder
from nuanliu.payments.queries import bank_file, profile_of
from nuanliu.payments.states import OrderState
from nuanliu.programmes.queries import counts_on
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.exports import cell_texts
from nuanliu.returns.papers import Annex1Header, annex1_pdf, annex1_xlsx
from nuanliu.returns.queries import AnnexTable, annex1_of_list

SUMMARY = "summary.json"
RECEIVED_AS = "B3"
OURS = (
    SUMMARY, "findings.csv", "payments*.xlsx", "payments.sha256", "replies*.xlsx", "annex1.*", "roster.*",
)  # fmt: skip


def prepare(out: Path) -> None:
    """The folder, writable and without the results of an earlier run. NotDoneError where it cannot be had."""
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=out):
            pass
        for pattern in OURS:
            for earlier in out.glob(pattern):
                earlier.unlink()
    except OSError as error:
        raise NotDoneError(f"结果文件夹不能写入：{error.filename}（{error.strerror}）") from None


def write_all(
    out: Path, job: Job, files: Sequence[SubmittedFile], roster: Roster, paid: Sequence[Paid]
) -> dict[str, Any]:
    """Every file but the summary, whose content without seconds it gives back."""
    table = table_of(job, roster)
    write_findings(out / "findings.csv", roster, files)
    write_payments(out, paid)
    write_annex1(out, job, table)
    write_roster(out, job, roster)
    return summary(roster, table)


def table_of(job: Job, roster: Roster) -> AnnexTable:
    """Annex 1 of this submission as of the business date: what other lists added is theirs.

    All the money that came in for it came into one fund of the sender's own means, B3.
    """
    campaign, on = job.campaign, job.business_date
    inside = counts_on(campaign.starts_on, campaign.ends_on, on)
    received = {RECEIVED_AS: roster.accepted_fen} if inside else {}
    return annex1_of_list(job.sender, campaign, on, roster.pk, received)


def write_findings(path: Path, roster: Roster, files: Sequence[SubmittedFile]) -> None:
    """`findings.csv` in UTF-8 with BOM, in the order of file, sheet and row."""
    places = _places(roster, files)
    found = RosterFinding.objects.filter(roster=roster).order_by("sheet_ordinal", "row_number", "id")
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["file", "sheet", "row", "column", "code", "severity", "message", "rule"])
        for finding in found.iterator(chunk_size=10_000):
            values = [
                finding.row_number or "",
                finding.column,
                finding.code,
                finding.severity,
                finding.message,
                finding.rule,
            ]
            writer.writerow(
                [_inert(value) for value in (*places.get(finding.sheet_ordinal, ("", "")), *values)]
            )


def _places(roster: Roster, files: Sequence[SubmittedFile]) -> dict[int, tuple[str, str]]:
    """File and sheet by ordinal. The archive keeps one name for a content; the submission's own names are told."""
    names: dict[bytes, list[str]] = defaultdict(list)
    for file in files:
        names[file.sha256].append(file.name)
    sheets: dict[bytes, list[RosterSheet]] = defaultdict(list)
    for sheet in roster.sheets.select_related("file").order_by("ordinal"):
        sheets[bytes(sheet.file.sha256)].append(sheet)
    return {
        sheet.ordinal: (names[digest][turn * len(names[digest]) // len(same)], sheet.sheet)
        for digest, same in sheets.items()
        for turn, sheet in enumerate(same)
    }


def write_payments(out: Path, paid: Sequence[Paid]) -> None:
    """The bank files as archived, their digests, and the bank's replies; headings alone where nobody is paid."""
    files = [(content_of(bank_file(batch)), reply) for batch, reply in paid]
    lines = []
    for number, (content, reply) in enumerate(files or [_nobody_paid()], start=1):
        suffix = "" if number == 1 else f"-{number}"
        (out / f"payments{suffix}.xlsx").write_bytes(content)
        (out / f"replies{suffix}.xlsx").write_bytes(reply)
        lines.append(f"{hashlib.sha256(content).hexdigest()}  payments{suffix}.xlsx\n")
    (out / "payments.sha256").write_text("".join(lines))


def _nobody_paid() -> tuple[bytes, bytes]:
    profile = profile_of(BankProfile.objects.get(key=PROFILE))
    return _headings_alone(profile.layout), _headings_alone(profile.reply)


def _headings_alone(layout: Layout) -> bytes:
    target = io.BytesIO()
    columns = [Column(column.heading, column.heading) for column in layout.columns]
    write_table(target, columns, [], sheet_name=layout.sheet)
    return target.getvalue()


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


def summary(roster: Roster, table: AnnexTable) -> dict[str, Any]:
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


def _cells(table: AnnexTable) -> dict[str, int | str]:
    return {
        row.code: wan_exact(table.cells[row.code].value) if row.is_money else table.cells[row.code].value
        for row in form(ANNEX1).rows
    }


def _inert(value: object) -> object:
    """A text that a spreadsheet would take for a formula gets an apostrophe."""
    return f"'{value}" if isinstance(value, str) and value[:1] in tuple("=+-@\t\r") else value
