"""Who sends a list, and of which day: read from the lines around its table before anything is imported."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nuanliu.awards.actions import SubmittedFile
from nuanliu.base.spreadsheets.limits import SheetRefused
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.base.spreadsheets.tables import find_tables
from nuanliu.demo.warmth.request import NotDoneError
from nuanliu.kernel.periods import find_date


@dataclass(frozen=True, slots=True)
class Header:
    """What stands around one table."""

    unit: str
    day: date | None


def headers_of(files: Sequence[SubmittedFile]) -> list[Header]:
    """The headers of all tables in order. NotDoneError when a file cannot be read or holds no list."""
    found = []
    for file in files:
        try:
            tables = [
                table for sheet in read_workbook(file.content, file.name) for table in find_tables(sheet)
            ]
        except SheetRefused as refusal:
            raise NotDoneError(f"{file.name}：{refusal.code} {refusal.message}") from None
        if not tables:
            raise NotDoneError(f"{file.name}：sheet.no_table 没有找到名册。")
        found += [Header(table.reporting_unit or "", find_date(table.date_text or "")) for table in tables]
    return found
