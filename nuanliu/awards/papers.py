"""The real-name roster on paper: 送温暖慰问实名制汇总表, to be signed, sealed and archived.

One row for each person-time, as it was given. Source: 沪工总权〔2020〕178号 附件; its columns are data
(`forms/roster_realname_summary.yaml`). Nothing is checked or counted into other tables here.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

import polars as pl
import yaml

from nuanliu.awards.papers_text import breakable, row_height_mm, width_mm, widths_mm
from nuanliu.base.documents import compile_pdf, unprintable
from nuanliu.base.spreadsheets.writer import Column as SheetColumn
from nuanliu.base.spreadsheets.writer import Kind, write_table
from nuanliu.kernel.money import yuan_text

FORM = "roster_realname_summary"
_CHARACTERS_PER_MM = 0.8
ROWS_PER_PART = 2_000
"""A longer table would be slow to set and hard to bind."""

_TYPES: Mapping[str, type[pl.DataType]] = {"int": pl.Int64, "money": pl.Int64, "date": pl.Date}
_KINDS = {"int": Kind.INTEGER, "money": Kind.AMOUNT, "date": Kind.DATE}


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the roster; `kind` is int, money (fen in the frame, yuan on paper), date, or text."""

    key: str
    label: str
    kind: str


@dataclass(frozen=True, slots=True)
class Roster:
    """The form: its title and columns in printed order."""

    title: str
    columns: tuple[Column, ...]


@dataclass(frozen=True, slots=True)
class RosterTotals:
    """The foot of the roster: person-times and sums in fen."""

    person_times: int
    cash_fen: int
    goods_value_fen: int

    @property
    def total_fen(self) -> int:
        """Cash and goods together."""
        return self.cash_fen + self.goods_value_fen


@dataclass(frozen=True, slots=True)
class RosterHeader:
    """What the form asks for above the rows; what is empty leaves a rule to write on.

    `totals` are those of the whole list, printed on the last part of several; `reference` goes into the foot.
    """

    reporting_unit: str
    reporter: str = ""
    phone: str = ""
    filled_on: date | None = None
    title: str = ""
    reference: str = ""
    totals: RosterTotals | None = None


@cache
def roster_form() -> Roster:
    """The form as kept in `forms/`."""
    text = files("nuanliu.awards").joinpath("forms", f"{FORM}.yaml").read_text(encoding="utf-8")
    content = yaml.safe_load(text)
    columns = tuple(
        Column(entry["key"], entry["label"], entry["type"]) for entry in content["columns_inferred"]
    )
    return Roster(content["title"], columns)


def roster_frame(rows: Iterable[Mapping[str, Any]]) -> pl.DataFrame:
    """Rows keyed as the form's columns, as the frame that the papers take; absent keys become blanks.

    `cash` and `goods_value` are fen; `total` follows from them and need not be given.
    """
    schema = {column.key: _TYPES.get(column.kind, pl.String) for column in roster_form().columns}
    return pl.DataFrame([dict(row) for row in rows], schema=schema, orient="row")


def roster_parts(frame: pl.DataFrame) -> list[pl.DataFrame]:
    """The frame in parts that `roster_pdf` takes one by one; an empty roster is one empty part."""
    return list(frame.iter_slices(ROWS_PER_PART)) or [frame]


def roster_totals(frame: pl.DataFrame) -> RosterTotals:
    """Sums of the rows given."""
    return RosterTotals(frame.height, int(frame["cash"].sum() or 0), int(frame["goods_value"].sum() or 0))


def roster_pdf(
    header: RosterHeader, rows: pl.DataFrame, part: int = 1, parts: int = 1, *, at: datetime | None = None
) -> bytes:
    """One part of the roster, A4 landscape, head on every page, totals and signature lines at its end.

    Takes at most 2,000 rows (`ValueError` above). The same input and `at` give the same bytes.
    """
    if rows.height > ROWS_PER_PART:
        raise ValueError(f"a part holds at most {ROWS_PER_PART} rows, not {rows.height}; see roster_parts")
    # Reader's tags would quadruple the file for a table that is read in the workbook.
    return compile_pdf("awards/roster", roster_data(header, rows, part, parts), at=at, tagged=False)


def roster_xlsx(path: Path | str, header: RosterHeader, frame: pl.DataFrame) -> None:
    """The whole roster as one workbook: texts as texts, sums as numbers, dates as dates; a last row of totals."""
    form = roster_form()
    write_table(
        path,
        [_sheet_column(column) for column in form.columns],
        pl.concat([_with_total(frame), _totals_row(frame)], how="diagonal"),
        title=header.title or form.title,
        header_lines=[
            [
                f"填报单位（公章）：{header.reporting_unit}",
                f"填报人：{header.reporter}",
                f"联系电话：{header.phone}",
                _day_text(header.filled_on),
            ]
        ],
        footer_lines=["", ["负责人签字：", "经办人签字：", _day_text(None)], header.reference],
        sheet_name="实名制汇总表",
    )


def _sheet_column(column: Column) -> SheetColumn:
    width = width_mm(column.key) * _CHARACTERS_PER_MM
    return SheetColumn(column.key, column.label, _KINDS.get(column.kind, Kind.TEXT), width)


def _with_total(frame: pl.DataFrame) -> pl.DataFrame:
    return frame.with_columns(total=pl.col("cash").fill_null(0) + pl.col("goods_value").fill_null(0))


def _totals_row(frame: pl.DataFrame) -> pl.DataFrame:
    totals = roster_totals(frame)
    return pl.DataFrame(
        {
            "name": ["合计"],
            "employer": [f"{totals.person_times}人次"],
            "cash": [totals.cash_fen],
            "goods_value": [totals.goods_value_fen],
            "total": [totals.total_fen],
        }
    )


def _day_text(day: date | None) -> str:
    return f"{day.year}年{day.month}月{day.day}日" if day else "    年    月    日"


def roster_data(header: RosterHeader, rows: pl.DataFrame, part: int, parts: int) -> dict[str, Any]:
    """What the template is given."""
    form = roster_form()
    texts = [_texts(form, row) for row in _with_total(rows).iter_rows(named=True)]
    day = header.filled_on
    return {
        "title": header.title or form.title,
        "reporting_unit": header.reporting_unit,
        "reporter": header.reporter,
        "phone": header.phone,
        "filled_on": [day.year, day.month, day.day] if day else None,
        "widths": widths_mm(form.columns),
        "keys": [column.key for column in form.columns],
        "labels": [column.label for column in form.columns],
        "rows": texts,
        "heights": [row_height_mm(form.columns, row) for row in texts],
        "notes": list(_missing_characters(form, texts)),
        "sums": list(_sums(header, rows, part, parts)),
        "part": part,
        "parts": parts,
        "reference": header.reference,
    }


def _texts(form: Roster, row: Mapping[str, Any]) -> list[str]:
    return [breakable(column.key, _text(column, row[column.key])) for column in form.columns]


def _text(column: Column, value: Any) -> str:
    if value is None:
        return ""
    return yuan_text(value) if column.kind == "money" else str(value)


def _missing_characters(form: Roster, rows: list[list[str]]) -> Iterator[str]:
    """One note for each cell with a character that the typeface lacks, so that it is filled in by hand."""
    missing = unprintable(text for row in rows for text in row)
    for row in rows if missing else ():
        for column, text in zip(form.columns, row, strict=True):
            if codes := [f"U+{ord(character):04X}" for character in text if character in missing]:
                yield f"序号{row[0]}“{column.label}”中 {'、'.join(codes)} 为字库未收之字，印作方框，请手工填写。"


def _sums(header: RosterHeader, rows: pl.DataFrame, part: int, parts: int) -> Iterator[list[str]]:
    own = roster_totals(rows)
    if parts == 1:
        yield ["合计", *_sum_texts(own)]
        return
    yield ["本册小计", *_sum_texts(own)]
    if part == parts and header.totals:
        yield ["全部合计", *_sum_texts(header.totals)]


def _sum_texts(totals: RosterTotals) -> list[str]:
    sums = (totals.cash_fen, totals.goods_value_fen, totals.total_fen)
    return [f"{totals.person_times:,}", *(yuan_text(fen) for fen in sums)]
