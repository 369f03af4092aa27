"""Findings with words: place, severity, rule, and a message that names the row, the rule and the remedy."""

from collections.abc import Sequence

import polars as pl

from nuanliu.awards.checking.facts import ListTable
from nuanliu.kernel.findings import CODES

WORDED = {
    "row": pl.UInt32,
    "sheet_ordinal": pl.Int16,
    "row_number": pl.Int32,
    "field": pl.String,
    "column": pl.String,
    "code": pl.String,
    "severity": pl.String,
    "message": pl.String,
    "rule": pl.String,
    "expected": pl.String,
}

# What is said of the row that stands, between title and rule.
STANDING_WORDS = {
    "identity.name_conflict": "与{}同号而姓名不同",
    "duplicate.in_list": "与{}为同一人同一类别",
    "duplicate.other_category": "此人另见{}",
    "household.duplicate": "与{}属同一家庭",
    "account.shared": "与{}使用同一账号而非同一人",
}


def assemble(rows: pl.DataFrame, found: pl.DataFrame, tables: Sequence[ListTable]) -> pl.DataFrame:
    """The findings in order of place, with the heading as received and words for people."""
    places = rows.select("row", "sheet_ordinal", "row_number")
    placed = found.join(places, on="row", how="left", maintain_order="left")
    placed = placed.join(_headings(tables), on=["sheet_ordinal", "field"], how="left", maintain_order="left")
    placed = _with_standing(placed, places, tables).join(
        _known_codes(), on="code", how="left", maintain_order="left"
    )
    detail = pl.when(pl.col("detail") == "").then(pl.lit("")).otherwise("：" + pl.col("detail"))
    message = pl.format("第{}行{}{}（{}）。{}。", "row_number", "title", detail, "rule", "remedy")
    return placed.with_columns(
        message=message, column=pl.col("column").fill_null(""), expected=pl.col("expected").fill_null("")
    ).select(*WORDED)


def notes_of(places: Sequence[tuple[int, int, str, str, str]]) -> pl.DataFrame:
    """Findings on places without a judged row: (sheet ordinal, row number or 0, column, code, detail)."""
    rows = [
        (
            None,
            ordinal,
            row,
            None,
            column,
            code,
            str(CODES[code].severity),
            _sentence(row, code, detail),
            CODES[code].rule,
            "",
        )
        for ordinal, row, column, code, detail in places
    ]
    return pl.DataFrame(rows, schema=WORDED, orient="row")


def _sentence(row: int, code: str, detail: str) -> str:
    known = CODES[code]
    place = f"第{row}行" if row else ""
    return f"{place}{known.title_zh}{'：' if detail else ''}{detail}（{known.rule}）。{known.remedy_zh}。"


def _headings(tables: Sequence[ListTable]) -> pl.DataFrame:
    return pl.DataFrame(
        [
            (table.sheet_ordinal, name, heading)
            for table in tables
            for name, heading in table.headings.items()
        ],
        schema={"sheet_ordinal": pl.Int16, "field": pl.String, "column": pl.String},
        orient="row",
    )


def _with_standing(placed: pl.DataFrame, places: pl.DataFrame, tables: Sequence[ListTable]) -> pl.DataFrame:
    """Where a row clashes with another, the detail names the other: its row, and its sheet where that differs."""
    sheets = pl.DataFrame(
        [(table.sheet_ordinal, f"《{table.file_name}》“{table.sheet_name}”") for table in tables],
        schema={"standing_sheet": pl.Int16, "sheet_words": pl.String},
        orient="row",
    )
    words = pl.DataFrame(
        list(STANDING_WORDS.items()), schema={"code": pl.String, "words": pl.String}, orient="row"
    )
    others = places.rename(
        {"row": "standing", "sheet_ordinal": "standing_sheet", "row_number": "standing_row"}
    )
    placed = placed.join(others, on="standing", how="left", maintain_order="left")
    placed = placed.join(sheets, on="standing_sheet", how="left", maintain_order="left")
    placed = placed.join(words, on="code", how="left", maintain_order="left")
    elsewhere = (
        pl.when(pl.col("standing_sheet") != pl.col("sheet_ordinal")).then("sheet_words").otherwise(pl.lit(""))
    )
    other = pl.format("{}第{}行", elsewhere, "standing_row")
    told = pl.col("words").str.split_exact("{}", 1)
    sentence = pl.concat_str(told.struct.field("field_0"), other, told.struct.field("field_1"))
    return placed.with_columns(
        detail=pl.when(pl.col("standing").is_not_null()).then(sentence).otherwise("detail")
    )


def _known_codes() -> pl.DataFrame:
    return pl.DataFrame(
        [
            (code, str(known.severity), known.rule, known.title_zh, known.remedy_zh)
            for code, known in CODES.items()
        ],
        schema={
            "code": pl.String,
            "severity": pl.String,
            "rule": pl.String,
            "title": pl.String,
            "remedy": pl.String,
        },
        orient="row",
    )
