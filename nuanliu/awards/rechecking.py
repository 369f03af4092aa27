"""Rows judged again after a correction or a corrected list: those that changed, and those that share with them."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import polars as pl
from django.db.models import QuerySet

from nuanliu.awards.checking.facts import TEXT_FIELDS, ListTable
from nuanliu.awards.judging import answerable_users, judge_tables, rules_on
from nuanliu.awards.models import Award, Correction, Roster, RosterFinding, RosterRow, RosterSheet
from nuanliu.awards.sealing import CORRECTION, open_raw
from nuanliu.awards.staging import restage_rows, stage_findings
from nuanliu.awards.states import RowState
from nuanliu.base.bulk import rows_of
from nuanliu.base.crypto import open_many
from nuanliu.base.worded import records

# What the reader saw stays seen; a cell it could not read, until somebody tells what should stand there.
OF_THE_READER = ("row.total", "row.hidden", "cell.formula")
UNREADABLE = "file.unreadable"

# Up to so many rows are followed by questions to the server; from more, the list is read here as a whole.
FEW = 500
SHARING = """
SELECT listed.id, listed.identity_digest, listed.account_digest FROM awards_rosterrow listed
WHERE listed.roster_id = %(roster)s AND listed.state = 'open'
  AND (listed.id = ANY (%(rows)s::bigint[]) OR listed.identity_digest = ANY (%(digests)s::bytea[])
       OR listed.account_digest = ANY (%(digests)s::bytea[]))
  AND NOT EXISTS (
      SELECT FROM awards_award award WHERE award.roster_id = %(roster)s AND award.basis_id = listed.id)
"""


def recheck(roster: Roster, changed: Iterable[int], digests: Iterable[bytes | None] = ()) -> int:
    """Judge again the rows with these numbers and all open rows that share a number or account with them, directly or
    through others; also with further digests that a correction brings. Writes rows and findings; the count of rows.
    """
    concerned = sharing_rows(roster, changed, digests)
    rows = records(RosterRow.objects.filter(pk__in=concerned).order_by("id"))
    if not rows:
        return 0
    tables = tables_of(roster, rows)
    rules = rules_on(roster.business_date, roster.standard)
    users = answerable_users(roster.organization, roster.business_date, roster.handler_id)
    judged = judge_tables(tables, rules, roster.campaign, users)
    _forget_findings(roster, rows)
    restage_rows([row.pk for row in rows], roster, judged.rows, judged.digests, judged.blocked)
    stage_findings(roster, judged.findings)
    return len(rows)


def sharing_rows(roster: Roster, changed: Iterable[int], digests: Iterable[bytes | None]) -> set[int]:
    """The open rows of a roster that hang together with these rows or digests; accepted rows are on record already."""
    rows, wanted = list(changed), {bytes(digest) for digest in digests if digest}
    return _asked(roster, rows, wanted) if len(rows) + len(wanted) <= FEW else _walked(roster, rows, wanted)


def _asked(roster: Roster, rows: list[int], wanted: set[bytes]) -> set[int]:
    """From few rows outwards: each question reads the list once in the server, and mostly two are enough."""
    own = RosterRow.objects.filter(roster=roster, pk__in=rows)
    waiting = wanted | _told(own.values_list("identity_digest", "account_digest"))
    known: set[bytes] = set()
    reached: set[int] = set()
    while rows or waiting:
        found = rows_of(SHARING, {"roster": roster.pk, "rows": rows, "digests": list(waiting)})
        known |= waiting
        reached |= {key for key, *_ in found}
        rows, waiting = [], _told(digests for _, *digests in found) - known
    return reached


def _told(found: Iterable[Iterable[bytes | memoryview | None]]) -> set[bytes]:
    return {bytes(digest) for digests in found for digest in digests if digest is not None}


def _walked(roster: Roster, rows: list[int], wanted: set[bytes]) -> set[int]:
    """From many rows outwards: the whole list is read and walked here."""
    by_digest: dict[bytes, list[int]] = defaultdict(list)
    of_row: dict[int, list[bytes]] = {}
    accepted = set(Award.objects.filter(roster=roster).values_list("basis_id", flat=True))
    open_rows = RosterRow.objects.filter(roster=roster, state=RowState.OPEN)
    for key, *found in open_rows.values_list("pk", "identity_digest", "account_digest").iterator(20_000):
        if key not in accepted:
            of_row[key] = [bytes(digest) for digest in found if digest is not None]
            for digest in of_row[key]:
                by_digest[digest].append(key)
    waiting = [key for key in rows if key in of_row]
    waiting += [key for digest in wanted for key in by_digest.get(digest, ())]
    reached: set[int] = set()
    while waiting:
        key = waiting.pop()
        if key not in reached:
            reached.add(key)
            waiting += [other for digest in of_row[key] for other in by_digest.pop(digest, ())]
    return reached


def tables_of(roster: Roster, rows: list[RosterRow]) -> list[ListTable]:
    """The rows as received with their corrections, as the tables they stood in."""
    cells = corrected_cells(roster, rows)
    files = {
        sheet.ordinal: sheet
        for sheet in records(roster.sheets.select_related("file").order_by("ordinal"))
        if sheet.headings
    }
    tables = []
    for ordinal, sheet in files.items():
        taken = [(row.row_number, cells[row.pk]) for row in rows if row.sheet_ordinal == ordinal]
        if taken:
            tables.append(
                ListTable(
                    sheet_ordinal=ordinal,
                    file_name=sheet.file.name,
                    sheet_name=sheet.sheet,
                    frame=_frame(taken),
                    headings={field: heading for heading, field in sheet.headings if field},
                    units=sheet.header.get("units", {}),
                    marks=_still_unreadable(roster, sheet, rows),
                )
            )
    return tables


def corrected_cells(roster: Roster, rows: list[RosterRow]) -> dict[int, dict[str, object]]:
    """The cells of each row by field: as received, with the latest correction of each field in its place."""
    opened = open_raw(
        roster.pk,
        [row.sheet_ordinal for row in rows],
        [row.row_number for row in rows],
        [bytes(row.raw_sealed) for row in rows],
    )
    cells = {row.pk: json.loads(raw or "{}") for row, raw in zip(rows, opened, strict=True)}
    corrections = records(standing_corrections(cells).order_by("recorded_at", "id"))
    values = open_many(
        [bytes(one.value_sealed) for one in corrections],
        place=CORRECTION,
        row_keys=[one.pk.bytes for one in corrections],
    )
    for correction, value in zip(corrections, values, strict=True):
        cells[correction.row_id][correction.field] = value
        cells[correction.row_id].pop(f"{correction.field}_spoilt", None)
    return cells


def standing_corrections(rows: Iterable[int]) -> QuerySet[Correction]:
    """The corrections of these rows that no counter-entry took back."""
    return Correction.objects.filter(row_id__in=list(rows), undoes=None, undone_by=None)


def _frame(taken: Sequence[tuple[int, Mapping[str, object]]]) -> pl.DataFrame:
    spoilt = [f"{name}_spoilt" for name in ("identity_number", "account")]
    return pl.DataFrame(
        [
            {
                "row_number": row_number,
                **{name: cells.get(name) or None for name in TEXT_FIELDS},
                **{name: bool(cells.get(name)) for name in spoilt},
            }
            for row_number, cells in taken
        ],
        schema={
            "row_number": pl.Int64,
            **dict.fromkeys(TEXT_FIELDS, pl.String),
            **dict.fromkeys(spoilt, pl.Boolean),
        },
    )


def _still_unreadable(roster: Roster, sheet: RosterSheet, rows: list[RosterRow]) -> pl.DataFrame | None:
    """The cells of these rows that could not be read and that nobody has corrected."""
    numbers = {row.row_number: row.pk for row in rows if row.sheet_ordinal == sheet.ordinal}
    fields = {heading: field for heading, field in sheet.headings if field}
    found = RosterFinding.objects.filter(roster=roster, sheet_ordinal=sheet.ordinal, code=UNREADABLE)
    unreadable = [
        (number, fields[column])
        for number, column in found.values_list("row_number", "column")
        if number in numbers and column in fields
    ]
    if not unreadable:
        return None
    corrected = set(standing_corrections(numbers.values()).values_list("row_id", "field"))
    cells = [(number, field) for number, field in unreadable if (numbers[number], field) not in corrected]
    schema = {"row_number": pl.Int64, "field": pl.String}
    return pl.DataFrame(cells, schema, orient="row").with_columns(code=pl.lit(UNREADABLE)) if cells else None


def _forget_findings(roster: Roster, rows: list[RosterRow]) -> None:
    """Take back what was said of the rows, but for what the reader saw."""
    places = {(row.sheet_ordinal, row.row_number) for row in rows}
    found = RosterFinding.objects.filter(roster=roster, row_number__in={number for _, number in places})
    said = found.exclude(code__in=OF_THE_READER).values_list("pk", "sheet_ordinal", "row_number")
    RosterFinding.objects.filter(pk__in=[key for key, *place in said if tuple(place) in places]).delete()
