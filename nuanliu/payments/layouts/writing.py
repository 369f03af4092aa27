"""Writes a batch, or a bank's reply, in a profile's layout. The same orders give the same bytes."""

import io
import re
from collections.abc import Callable, Iterator, Mapping, Sequence

import polars as pl

from nuanliu.base.spreadsheets.writer import Column as SheetColumn
from nuanliu.base.spreadsheets.writer import write_table
from nuanliu.payments.layouts.profile import (
    BatchFacts,
    Column,
    Layout,
    OrderRows,
    Profile,
    batch_values,
    fields_in,
    filled,
)

type LineWriter = Callable[[Sequence[str], str], str]

LINE_END = "\r\n"
# In a text file a spreadsheet would take these for a formula, and an apostrophe before them would change a name.
LIVE_IN_CSV = re.compile(r"^[=+\-@\t]")


class UnwritableError(ValueError):
    """Texts that this layout cannot carry unchanged. `rows` are (ordinal, heading, why in Chinese)."""

    def __init__(self, rows: Sequence[tuple[int, str, str]]) -> None:
        super().__init__(f"{len(rows)} texts cannot be written")
        self.rows = tuple(rows)


def write_file(profile: Profile, facts: BatchFacts, orders: OrderRows) -> bytes:
    """The bank file of a batch. `UnwritableError` names the orders whose texts the format or encoding cannot carry."""
    return _write(profile.layout, facts, orders)


def write_reply(profile: Profile, facts: BatchFacts, orders: OrderRows) -> bytes:
    """A reply as the bank would give it, for demonstration and tests; `orders` has words, days and references."""
    return _write(profile.reply, facts, orders)


def file_name(layout: Layout, facts: BatchFacts) -> str:
    """The file's name; some banks forbid to change it."""
    return filled(layout.file_name, batch_values(layout, facts, ()))


def lines_of(layout: Layout, facts: BatchFacts, orders: OrderRows) -> list[list[str]]:
    """The file's lines cell by cell, headings among them: what a person compares with the bank's guide."""
    whole = batch_values(layout, facts, orders.amounts_fen)
    headings = [[column.heading for column in layout.columns]] if layout.headings else []
    rows = zip(*_texts(layout, whole, orders), strict=True)
    around = [list(_lines(layout, lines, whole)) for lines in (layout.head, layout.foot)]
    return [*around[0], *headings, *map(list, rows), *around[1]]


def _write(layout: Layout, facts: BatchFacts, orders: OrderRows) -> bytes:
    whole = batch_values(layout, facts, orders.amounts_fen)
    columns = _texts(layout, whole, orders)
    _refuse_unwritable(layout, columns, orders)
    if layout.format == "xlsx":
        return _workbook(layout, whole, columns)
    return _text_file(layout, whole, columns)


def _texts(layout: Layout, whole: Mapping[str, str], orders: OrderRows) -> list[list[str]]:
    each = _field_texts(layout, orders)
    return [_column_texts(layout, column, whole, each, orders) for column in layout.columns]


def _field_texts(layout: Layout, orders: OrderRows) -> dict[str, Sequence[str]]:
    each: dict[str, Sequence[str]] = {
        "order_key": orders.order_keys,
        "ordinal": [str(ordinal) for ordinal in orders.ordinals],
        "payee_name": orders.payee_names,
        "account": orders.accounts,
        "bank": orders.banks,
        "amount": [layout.amount_text(amount) for amount in orders.amounts_fen],
    }
    if orders.words:
        each["words"] = orders.words
        days = {day: layout.date_text(day) for day in set(orders.settled_on)}
        each["settled_on"] = [days[day] for day in orders.settled_on] or [""] * len(orders)
        each["reference"] = orders.references or [""] * len(orders)
    return each


def _column_texts(
    layout: Layout,
    column: Column,
    whole: Mapping[str, str],
    each: Mapping[str, Sequence[str]],
    orders: OrderRows,
) -> list[str]:
    if column.tells_banks_apart:
        own = [any(word in bank for word in layout.own_bank_words) for bank in orders.banks]
        return [column.own_bank if is_own else column.other_bank for is_own in own]
    if column.field in each:
        return list(each[column.field])
    named = [name for name in fields_in(column.value) if name in each]
    if not named:
        return [filled(column.value, whole)] * len(orders)
    values = zip(*(each[name] for name in named), strict=True)
    return [filled(column.value, {**whole, **dict(zip(named, row, strict=True))}) for row in values]


def _workbook(layout: Layout, whole: Mapping[str, str], columns: Sequence[Sequence[str]]) -> bytes:
    stream = io.BytesIO()
    keys = [f"column {place}" for place in range(len(columns))]
    frame = pl.DataFrame(dict(zip(keys, columns, strict=True)), schema=dict.fromkeys(keys, pl.String))
    write_table(
        stream,
        [SheetColumn(key, column.heading) for key, column in zip(keys, layout.columns, strict=True)],
        # No cell rather than an empty text: some banks refuse empty in-line strings.
        frame.with_columns(pl.all().replace("", None)),
        header_lines=list(_lines(layout, layout.head, whole)),
        footer_lines=list(_lines(layout, layout.foot, whole)),
        sheet_name=layout.sheet,
    )
    return stream.getvalue()


def _lines(
    layout: Layout, templates: Sequence[Sequence[str]], whole: Mapping[str, str]
) -> Iterator[list[str]]:
    # Padded to the full width, each text stands in its own column.
    for cells in templates:
        texts = [filled(cell, whole) for cell in cells]
        yield texts + [""] * (len(layout.columns) - len(texts))


def _text_file(layout: Layout, whole: Mapping[str, str], columns: Sequence[Sequence[str]]) -> bytes:
    headings = [[column.heading for column in layout.columns]] if layout.headings else []
    line = _csv_line if layout.format == "csv" else _plain_line(layout)
    lines = [_around(layout, line, cells, whole) for cells in layout.head]
    lines += [line(cells, layout.delimiter) for cells in (*headings, *zip(*columns, strict=True))]
    lines += [_around(layout, line, cells, whole) for cells in layout.foot]
    return (LINE_END.join(lines) + LINE_END).encode(layout.encoding)


def _around(layout: Layout, line: LineWriter, cells: Sequence[str], whole: Mapping[str, str]) -> str:
    texts = [filled(cell, whole) for cell in cells]
    # A comment or a closing mark such as '*' stands alone.
    return line(texts, layout.delimiter) if len(texts) > 1 else texts[0]


def _plain_line(layout: Layout) -> LineWriter:
    end = layout.delimiter if layout.ends_with_delimiter else ""
    return lambda cells, delimiter: delimiter.join(cells) + end


def _csv_line(cells: Sequence[str], delimiter: str) -> str:
    return delimiter.join(_quoted(cell, delimiter) for cell in cells)


def _quoted(cell: str, delimiter: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if delimiter in cell or '"' in cell else cell


def _refuse_unwritable(layout: Layout, columns: Sequence[Sequence[str]], orders: OrderRows) -> None:
    if layout.format == "xlsx":
        return
    faults = [
        (orders.ordinals[row], column.heading, why)
        for column, texts in zip(layout.columns, columns, strict=True)
        for row, why in _faults(layout, texts)
    ]
    if faults:
        raise UnwritableError(sorted(faults))


def _faults(layout: Layout, texts: Sequence[str]) -> Iterator[tuple[int, str]]:
    if _is_harmless(layout, texts):
        return
    for row, text in enumerate(texts):
        why = _fault(layout, text)
        if why:
            yield row, why


def _is_harmless(layout: Layout, texts: Sequence[str]) -> bool:
    """One look at a whole column: hardly any holds such characters."""
    joined = "\n".join(texts)
    if joined.count("\n") >= len(texts) or "\r" in joined or "\t" in joined:
        return not texts
    if layout.format == "text" and (layout.delimiter in joined or _starts_comment(layout, texts)):
        return False
    return _is_encodable(joined, layout.encoding) and not any(map(LIVE_IN_CSV.match, texts))


def _fault(layout: Layout, text: str) -> str:
    if not _is_encodable(text, layout.encoding):
        return f"含有银行编码（{layout.encoding}）没有的字"
    if any(mark in text for mark in "\r\n\t"):
        return "含有换行或制表符"
    if layout.format == "text" and layout.delimiter in text:
        return f"含有分隔符{layout.delimiter}"
    if layout.format == "text" and layout.comment and text.startswith(layout.comment):
        return f"以注释符号{layout.comment}开头"
    return "以公式符号开头" if LIVE_IN_CSV.match(text) else ""


def _starts_comment(layout: Layout, texts: Sequence[str]) -> bool:
    return bool(layout.comment) and any(text.startswith(layout.comment) for text in texts)


def _is_encodable(text: str, encoding: str) -> bool:
    try:
        text.encode(encoding)
    except UnicodeEncodeError:
        return False
    return True
