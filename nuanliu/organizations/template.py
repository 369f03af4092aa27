"""The empty sheet that people fill in with unions, headings as `sheet.HEADINGS` reads them."""

import io

from nuanliu.base.spreadsheets.columns import Column
from nuanliu.base.spreadsheets.writer import write_table
from nuanliu.organizations.sheet import HEADINGS

WIDTHS = {"name": 40, "short_name": 20, "superior": 32, "credit_code": 24, "valid_from": 14}


def union_template() -> bytes:
    """An XLSX with one example row, which people write over."""
    stream = io.BytesIO()
    columns = [Column(field, names[0], width=WIDTHS[field]) for field, names in HEADINGS.items()]
    example = {
        "name": "上海示例有限公司工会",
        "short_name": "示例公司工会",
        "superior": "",
        "credit_code": "",
        "valid_from": "2021-12-15",
    }
    write_table(stream, columns, [example], sheet_name="工会名册")
    return stream.getvalue()
