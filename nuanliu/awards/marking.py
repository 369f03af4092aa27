"""What the marked-up workbook adds to a list, and how it is known again when the workbook comes back."""

from dataclasses import replace

import polars as pl

from nuanliu.base.spreadsheets.cells import SheetCells

MARK_HEADING = "问题（系统标注）"
LEGEND_SHEET = "标注说明"
LEGEND_TITLE = "本页和“问题（系统标注）”栏由系统标注，再次报送时不读取"
ROWS_SEARCHED = 400


def is_legend(sheet: SheetCells) -> bool:
    """Whether this is the page on which the marked-up workbook explains itself."""
    return bool(sheet.frame.width and sheet.frame.height and sheet.frame.item(0, 0) == LEGEND_TITLE)


def without_marks(sheet: SheetCells) -> SheetCells:
    """The sheet without the column of marks; every other cell stays in its place."""
    if not sheet.frame.height:
        return sheet
    head = sheet.frame.head(ROWS_SEARCHED)
    marks = [name for name in head.columns if (head[name] == MARK_HEADING).any()]
    blank = [pl.lit(None, pl.String).alias(name) for name in marks]
    return replace(sheet, frame=sheet.frame.with_columns(blank)) if marks else sheet
