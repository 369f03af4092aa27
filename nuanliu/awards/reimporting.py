"""A corrected list in the place of the one before: rows that read the same stay, with their corrections; the others are
read, checked and staged anew, with those that share a number or an account with them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import polars as pl

from nuanliu.awards.checking.facts import ListTable
from nuanliu.awards.checking.findings import notes_of
from nuanliu.awards.judging import answerable_users, judge_tables, rules_on
from nuanliu.awards.models import Award, Roster, RosterFinding, RosterRow
from nuanliu.awards.reading import Submission
from nuanliu.awards.rechecking import recheck
from nuanliu.awards.sealing import Received, open_raw, raw_texts
from nuanliu.awards.staging import stage_findings, stage_rows
from nuanliu.awards.states import RowState
from nuanliu.kernel.errors import refuse_if

NOTES = ("row.total", "row.hidden", "column.unmapped", "sheet.no_table")
# A row of the list before: its number, what it read, and the digests by which others share with it.
PLACE = ("pk", "sheet_ordinal", "row_number", "raw_sealed", "identity_digest", "account_digest")


@dataclass(frozen=True, slots=True)
class Difference:
    """Rows of the list before that are gone or read otherwise, their digests, and the new rows by table."""

    gone: list[int]
    digests: list[bytes]
    tables: list[ListTable]

    @property
    def new_count(self) -> int:
        """How many rows are staged anew."""
        return sum(table.frame.height for table in self.tables)


def replace_changed(roster: Roster, submission: Submission) -> Difference:
    """Take over what a corrected list says differently. Refused `roster.accepted_row_changed`: an accepted row stays
    as it was accepted; withdraw its award first."""
    difference = _difference(roster, submission)
    accepted = Award.objects.filter(roster=roster, basis_id__in=difference.gone).count()
    refuse_if(
        accepted,
        "roster.accepted_row_changed",
        f"更正后的名册改动了{accepted}行已接收的内容；已接收的行不得改动，请先取消相应慰问",
    )
    _forget(roster, difference.gone)
    fresh = _stage(roster, difference)
    stage_findings(roster, notes_of(submission.notes))
    recheck(roster, fresh, difference.digests)
    return difference


def _difference(roster: Roster, submission: Submission) -> Difference:
    before = {}
    rows = list(
        RosterRow.objects.filter(roster=roster, state=RowState.OPEN).order_by("pk").values_list(*PLACE)
    )
    opened = open_raw(
        roster.pk, [row[1] for row in rows], [row[2] for row in rows], [bytes(row[3]) for row in rows]
    )
    for row, raw in zip(rows, opened, strict=True):
        before[row[1], row[2]] = (row, raw)
    tables = [
        table for table in (_changed(table, before) for table in submission.tables) if table.frame.height
    ]
    gone = [row for row, _ in before.values()]
    return Difference(
        gone=[row[0] for row in gone],
        digests=[bytes(digest) for row in gone for digest in row[4:] if digest is not None],
        tables=tables,
    )


def _changed(table: ListTable, before: dict[tuple[int, int], tuple[tuple, str | None]]) -> ListTable:
    """The rows of a table that are not, word for word, where they were; those that are leave `before`."""
    ordinal = table.sheet_ordinal
    kept = []
    numbers = table.frame["row_number"].to_list()
    for number, text in zip(numbers, raw_texts(table.frame).to_list(), strict=True):
        same = before.get((ordinal, number), (None, None))[1] == text
        if same:
            del before[ordinal, number]
        kept.append(not same)
    return replace(table, frame=table.frame.filter(pl.Series(kept, dtype=pl.Boolean)))


def _forget(roster: Roster, gone: Sequence[int]) -> None:
    rows = RosterRow.objects.filter(pk__in=gone)
    places = set(rows.values_list("sheet_ordinal", "row_number"))
    found = RosterFinding.objects.filter(roster=roster, row_number__in={number for _, number in places})
    said = [one.pk for one in found if (one.sheet_ordinal, one.row_number) in places]
    RosterFinding.objects.filter(pk__in=said).delete()
    RosterFinding.objects.filter(roster=roster, code__in=NOTES).delete()
    rows.update(state=RowState.REPLACED)


def _stage(roster: Roster, difference: Difference) -> list[int]:
    if not difference.tables:
        return []
    last = RosterRow.objects.filter(roster=roster).order_by("-pk").values_list("pk", flat=True).first() or 0
    users = answerable_users(roster.organization, roster.business_date, roster.handler_id)
    rules = rules_on(roster.business_date, roster.standard)
    judged = judge_tables(difference.tables, rules, roster.campaign, users)
    received = Received([table.frame for table in difference.tables])
    stage_rows(roster, judged.rows, received, judged.digests, judged.blocked)
    stage_findings(roster, judged.findings.filter(pl.col("code").is_in(["cell.formula", "file.unreadable"])))
    return list(RosterRow.objects.filter(roster=roster, pk__gt=last).values_list("pk", flat=True))
