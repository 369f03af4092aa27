"""Sheets through fastexcel: every cell as text, in the place where it stands."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

import fastexcel
import polars as pl
from python_calamine import CalamineWorkbook

from nuanliu.base.spreadsheets.cells import MARK_SCHEMA, Mark, column_name
from nuanliu.base.spreadsheets.limits import refused
from nuanliu.kernel.text import SAFE_DIGITS, is_spoilt_number

MIDNIGHT = " 00:00:00"
LONG_DIGITS = f"^-?[0-9]{{{SAFE_DIGITS + 1},}}$"


def open_workbook(source: str | bytes) -> fastexcel.ExcelReader:
    """The workbook at this path or in these bytes. SheetRefused when it cannot be read or asks for a password."""
    with reading():
        return fastexcel.read_excel(source)


def load_sheet(workbook: fastexcel.ExcelReader, name: str) -> tuple[pl.DataFrame, bool]:
    """The sheet as text, and whether it is hidden."""
    with reading():
        # skip_rows=0 keeps blank rows at the top; without it rows would lose their number.
        sheet = workbook.load_sheet(name, header_row=None, skip_rows=0, dtypes="string")
        if not sheet.height or not sheet.width:
            return pl.DataFrame(), sheet.visible != "visible"
        loaded = sheet.to_polars()
        places = [column.absolute_index for column in sheet.available_columns()]
        return _in_place(loaded, places), sheet.visible != "visible"


def spoilt_numbers(source: str | bytes, name: str, frame: pl.DataFrame) -> pl.DataFrame:
    """Marks of numbers too long for a spreadsheet, where the file's own XML does not tell them (XLS, ODS)."""
    if not any(column.str.contains(LONG_DIGITS).any() for column in frame.iter_columns()):
        return pl.DataFrame(schema=MARK_SCHEMA)
    with reading():
        workbook = CalamineWorkbook.from_object(io.BytesIO(source) if isinstance(source, bytes) else source)
        rows = workbook.get_sheet_by_name(name).to_python(skip_empty_area=False)
    places = [
        (number, column, Mark.SPOILT.value, "")
        for number, row in enumerate(rows, start=1)
        for column, value in enumerate(row)
        if is_spoilt_number(value)
    ]
    return pl.DataFrame(places, schema=MARK_SCHEMA, orient="row")


@contextmanager
def reading() -> Iterator[None]:
    """Turns whatever a reader raises, panics included, into a refusal."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as problem:  # a Rust panic is no Exception
        if "assword" in f"{type(problem).__name__} {problem}":
            raise refused("file.password") from problem
        raise refused("file.unreadable", "工作簿内部结构损坏") from problem


def _in_place(loaded: pl.DataFrame, places: list[int]) -> pl.DataFrame:
    width = max(places) + 1
    columns = dict(zip(places, loaded.iter_columns(), strict=True))
    blank = pl.Series(values=[None], dtype=pl.String).new_from_index(0, loaded.height)
    return pl.DataFrame([_tidy(columns.get(i, blank)).alias(column_name(i)) for i in range(width)])


def _tidy(column: pl.Series) -> pl.Series:
    # A date is read as a point in time; a list means the day.
    midnight = column.str.ends_with(MIDNIGHT)
    return column.str.strip_suffix(MIDNIGHT) if midnight.any() else column
