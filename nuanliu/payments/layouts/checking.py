"""What stands against a profile that somebody described: place, rule, remedy. None runs code or hides an account."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from nuanliu.kernel.findings import ERROR, PAYMENT_DISCIPLINE, Finding
from nuanliu.payments.layouts.profile import (
    BATCH_FIELDS,
    DATE_FORMATS,
    ENCODINGS,
    FORMATS,
    ORDER_FIELDS,
    PLACEHOLDER,
    REPLY_FIELDS,
    UNITS,
)

type Data = Mapping[str, Any]
type Findings = Iterator[Finding]

PROFILE_KEYS = {"key", "bank", "layout", "reply"}
COLUMN_KEYS = {"heading", "value", "own_bank", "other_bank"}
LARGEST_FILE_ROWS = 100_000
LONGEST_BANK = 120
KEY = re.compile(r"[a-z][a-z0-9_]{2,39}")
# As long as an account: as a constant it would send everybody's money to one place.
ACCOUNT_LIKE = re.compile(r"(?:\d[\s\-]?){8,}")
FILE_NAME = re.compile(r'[^/\\:*?"<>|\x00-\x1f]{1,120}')

_TEXT: Callable[[Any], bool] = lambda value: isinstance(value, str)  # noqa: E731
_FLAG: Callable[[Any], bool] = lambda value: isinstance(value, bool)  # noqa: E731
# name of a setting: what it may be, and how to say so
SETTINGS: dict[str, tuple[Callable[[Any], bool], str]] = {
    "format": (lambda value: value in FORMATS, "填写xlsx、csv或text"),
    "encoding": (lambda value: value in ENCODINGS, f"填写{'、'.join(ENCODINGS)}之一"),
    "unit": (lambda value: value in UNITS, "填写yuan（元）或fen（分）"),
    "date_format": (lambda value: value in DATE_FORMATS, f"填写{'、'.join(DATE_FORMATS)}之一"),
    "delimiter": (
        lambda value: _TEXT(value) and len(value) == 1 and not value.isalnum() and value not in '"\r\n',
        "填写一个分隔符号",
    ),
    "ends_with_delimiter": (_FLAG, "填写true或false"),
    "headings": (_FLAG, "填写true或false"),
    "comment": (_TEXT, "填写注释行开头的符号"),
    "sheet": (lambda value: _TEXT(value) and 0 < len(value) <= 31, "填写不超过31个字的工作表名"),
    "file_name": (_TEXT, "填写文件名"),
    "row_limit": (
        lambda value: isinstance(value, int) and not _FLAG(value) and 0 < value <= LARGEST_FILE_ROWS,
        f"填写1至{LARGEST_FILE_ROWS}之间的笔数",
    ),
    "own_bank_words": (
        lambda value: isinstance(value, list) and all(map(_TEXT, value)),
        "填写本行名称的用字，例如建设银行、建行",
    ),
}
LAYOUT_KEYS = {*SETTINGS, "columns", "head", "foot"}


def check_profile(data: Any) -> list[Finding]:
    """All that stands against a profile; nothing when it can be used."""
    if not isinstance(data, Mapping):
        return [_found("", "银行格式须是一组键值", "请按说明填写key、bank、layout、reply")]
    found = list(_unknown_keys("", data, PROFILE_KEYS))
    if not KEY.fullmatch(str(data.get("key", ""))):
        found.append(_found("key", "代号只能用小写字母、数字和下划线", "请以字母开头，3至40个字符"))
    bank = data.get("bank")
    if not isinstance(bank, str) or not 0 < len(bank.strip()) <= LONGEST_BANK:
        found.append(_found("bank", "没有写明银行", f"请填写银行和渠道的名称，不超过{LONGEST_BANK}个字"))
    for name, allowed, rules in (
        ("layout", ORDER_FIELDS | BATCH_FIELDS, _payment_rules),
        ("reply", ORDER_FIELDS | BATCH_FIELDS | REPLY_FIELDS, _reply_rules),
    ):
        found += _check_layout(name, data.get(name), frozenset(allowed), rules)
    return found


def _check_layout(
    place: str, layout: Any, allowed: frozenset[str], rules: Callable[[str, Data], Findings]
) -> list[Finding]:
    if (
        not isinstance(layout, Mapping)
        or not isinstance(layout.get("columns"), list)
        or not layout["columns"]
    ):
        return [_found(f"{place}.columns", "没有列出栏目", "请按次序列出文件的各栏")]
    shapes = [*_unknown_keys(place, layout, LAYOUT_KEYS), *_settings(place, layout), *_shapes(place, layout)]
    # Further rules read what the shapes have promised.
    return shapes or [*_templates(place, layout, allowed), *rules(place, layout)]


def _unknown_keys(place: str, data: Data, known: set[str]) -> Findings:
    for name in data:
        if name not in known:
            yield _found(
                f"{place}.{name}".strip("."), "没有这一项设置", f"可用的设置：{'、'.join(sorted(known))}"
            )


def _settings(place: str, layout: Data) -> Findings:
    for name, (accepts, remedy) in SETTINGS.items():
        if name in layout and not accepts(layout[name]):
            yield _found(f"{place}.{name}", "设置的值不能使用", f"请{remedy}")
    if "format" not in layout:
        yield _found(f"{place}.format", "没有写明文件格式", "请填写xlsx、csv或text")


def _shapes(place: str, layout: Data) -> Findings:
    for number, column in enumerate(layout["columns"], start=1):
        where = f"{place}.columns[{number}]"
        if not isinstance(column, Mapping) or not all(map(_TEXT, column.values())):
            yield _found(where, "栏目须写明heading和value", "请以文字填写栏目名称和内容")
            continue
        yield from _unknown_keys(where, column, COLUMN_KEYS)
        if "heading" not in column:
            yield _found(where, "栏目没有名称", "请填写heading")
    for name in ("head", "foot"):
        lines = layout.get(name, [])
        if not isinstance(lines, list) or not all(
            isinstance(line, list) and all(map(_TEXT, line)) for line in lines
        ):
            yield _found(f"{place}.{name}", "首尾行须是文字的列表", "每行写成一个列表，每格一段文字")


def _templates(place: str, layout: Data, allowed: frozenset[str]) -> Findings:
    for number, column in enumerate(layout["columns"], start=1):
        for name in ("value", "own_bank", "other_bank"):
            where = f"{place}.columns[{number}].{name}"
            yield from _template(where, column.get(name, ""), allowed if name == "value" else frozenset())
    lines = [*layout.get("head", []), *layout.get("foot", []), [layout.get("file_name", "")]]
    for line in lines:
        for cell in line:
            yield from _template(f"{place}: {cell}", cell, frozenset(BATCH_FIELDS))


def _template(place: str, template: str, allowed: frozenset[str]) -> Findings:
    for name in PLACEHOLDER.findall(template):
        if name not in allowed:
            yield _found(place, f"这里不能用{{{name}}}", f"可用：{'、'.join(sorted(allowed)) or '固定文字'}")
    rest = PLACEHOLDER.sub("", template)
    if "{" in rest or "}" in rest:
        yield _found(place, "花括号不成对", "请检查花括号")
    if ACCOUNT_LIKE.search(rest):
        yield _found(place, "固定文字像一个账号，会把款项付给同一账户", "收款账号只能用{账号}")


def _payment_rules(place: str, layout: Data) -> Findings:
    values = [column.get("value", "") for column in layout["columns"]]
    for wanted in ("{账号}", "{收款人}", "{金额}"):
        if values.count(wanted) != 1:
            yield _found(f"{place}.columns", f"须有且只有一栏是{wanted}", "请补上或删去重复的栏目")
    if not any("{流水号}" in value or "{序号}" in value for value in values):
        yield _found(
            f"{place}.columns", "没有{流水号}或{序号}，回盘无法对应", "请在银行原样返回的一栏中填写{流水号}"
        )
    if layout["format"] == "xlsx" and not layout.get("headings", True):
        yield _found(f"{place}.headings", "表格文件须有栏目名称", "请改为true，或改用csv、text格式")
    name = layout.get("file_name", "{批次号}")
    if "{批次号}" not in name or not FILE_NAME.fullmatch(PLACEHOLDER.sub("", name) or "x"):
        yield _found(f"{place}.file_name", "文件名须含{批次号}，且不含路径符号", "例如：代发_{批次号}.xlsx")


def _reply_rules(place: str, layout: Data) -> Findings:
    values = [column.get("value", "") for column in layout["columns"]]
    for wanted in ("{结果}", "{金额}"):
        if values.count(wanted) != 1:
            yield _found(f"{place}.columns", f"回盘须有且只有一栏是{wanted}", "请指明银行答复和金额所在的栏")
    keys = values.count("{流水号}"), values.count("{序号}")
    if not any(keys) or max(keys) > 1:
        yield _found(f"{place}.columns", "回盘须有一栏是{流水号}或{序号}", "请指明银行返回的编号")
    # A place in a file says nothing about whose file it was.
    if not keys[0] and "{账号}" not in values:
        yield _found(f"{place}.columns", "只凭{序号}对应时还须有{账号}", "请指明回盘中的收款账号一栏")
    yield from _headings(place, layout)


def _headings(place: str, layout: Data) -> Findings:
    read = [
        column["heading"] for column in layout["columns"] if PLACEHOLDER.fullmatch(column.get("value", ""))
    ]
    if layout.get("headings", True) and (len(set(read)) < len(read) or not all(read)):
        yield _found(f"{place}.columns", "栏目名称重复或为空，无法识别", "请照银行文件填写各栏名称")


def _found(place: str, rule: str, remedy: str) -> Finding:
    message = f"{place}：{rule}。{remedy}。" if place else f"{rule}。{remedy}。"
    return Finding("profile.invalid", ERROR, message, PAYMENT_DISCIPLINE, column=place)


def first_messages(findings: Sequence[Finding], count: int = 3) -> str:
    """The first findings as one text, for a refusal."""
    return "".join(found.message for found in findings[:count])
