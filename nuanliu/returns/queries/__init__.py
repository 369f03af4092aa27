"""Reads of official tables: the table and its roll-up, the records behind a cell, versions, and who has sent."""

from nuanliu.returns.definitions import ANNEX1, Form, Row
from nuanliu.returns.exports import cell_texts
from nuanliu.returns.queries.kept import (
    OwnValue,
    annex1_by_child_kept,
    annex1_kept,
    annex1_with_own_kept,
    with_stream_mark,
)
from nuanliu.returns.queries.records import AwardRecord, entered_of, receipts_of, records_of
from nuanliu.returns.queries.reporting import ChildReport, ReportState, reports_of_children, state_counts
from nuanliu.returns.queries.sheet import (
    Sheet,
    SheetLine,
    annex1_form,
    annex1_paper,
    annex1_row,
    may_be_typed,
    opens,
    sheet_of,
    smallest_unit,
    typed_rows,
)
from nuanliu.returns.queries.stream import (
    EPIDEMIC_TAG,
    MEMO_CODES,
    NEW_EMPLOYMENT_TAG,
    RECEIPT_CODES,
    is_of_awards,
)
from nuanliu.returns.queries.tables import AnnexTable, RollUp, annex1, annex1_by_child, annex1_of_list
from nuanliu.returns.queries.typed import standing_values, values_entered
from nuanliu.returns.queries.versions import (
    changed_since_signed,
    frozen_cells,
    frozen_values,
    last_signed,
    versions_of,
)
from nuanliu.returns.rules import Cell, difference

__all__ = [
    "ANNEX1",
    "EPIDEMIC_TAG",
    "MEMO_CODES",
    "NEW_EMPLOYMENT_TAG",
    "RECEIPT_CODES",
    "AnnexTable",
    "AwardRecord",
    "Cell",
    "ChildReport",
    "Form",
    "OwnValue",
    "ReportState",
    "RollUp",
    "Row",
    "Sheet",
    "SheetLine",
    "annex1",
    "annex1_by_child",
    "annex1_by_child_kept",
    "annex1_form",
    "annex1_kept",
    "annex1_of_list",
    "annex1_paper",
    "annex1_row",
    "annex1_with_own_kept",
    "cell_texts",
    "changed_since_signed",
    "difference",
    "entered_of",
    "frozen_cells",
    "frozen_values",
    "is_of_awards",
    "last_signed",
    "may_be_typed",
    "opens",
    "receipts_of",
    "records_of",
    "reports_of_children",
    "sheet_of",
    "smallest_unit",
    "standing_values",
    "state_counts",
    "typed_rows",
    "values_entered",
    "versions_of",
    "with_stream_mark",
]
