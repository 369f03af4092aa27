"""From computed cells to what stands on paper and in the workbook."""

from collections.abc import Mapping
from decimal import Decimal

from nuanliu.returns.definitions import Form
from nuanliu.returns.papers import CellText
from nuanliu.returns.rules import Cell, printed


def cell_texts(definition: Form, cells: Mapping[str, Cell]) -> dict[str, CellText]:
    """Each cell as text, as the number a workbook holds, and whether a part of it was typed."""
    texts = printed(definition, cells)
    return {
        row.code: CellText(
            texts[row.code],
            Decimal(texts[row.code]) if row.is_money else int(texts[row.code]),
            cells[row.code].is_entered,
        )
        for row in definition.rows
    }
