"""A sheet of unions as people keep it: columns found by their headings, rows checked each by itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from re import fullmatch, sub

from nuanliu.base.spreadsheets.limits import SheetRefused
from nuanliu.base.spreadsheets.reader import read_workbook
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.organizations.rules import name_key

HEADINGS = {
    "name": ("工会全称", "工会名称", "单位全称", "单位名称", "基层工会", "全称", "名称"),
    "short_name": ("简称", "工会简称", "单位简称"),
    "superior": ("上级工会", "上级工会名称", "主管工会", "上级"),
    "credit_code": ("统一社会信用代码", "社会信用代码", "信用代码"),
    "valid_from": ("成立日期", "建会日期", "建会时间", "成立时间"),
}
ROWS_SEARCHED = 20
NAME_LENGTH, SHORT_NAME_LENGTH = 120, 60
CREDIT_CODE = "[0-9A-HJ-NP-RT-UW-Y]{18}"
DAY = r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?: 00:00:00)?"


@dataclass(frozen=True, slots=True)
class UnionRow:
    """A row of the sheet as understood; `row` as the spreadsheet numbers it."""

    row: int
    name: str
    short_name: str = ""
    superior: str = ""
    credit_code: str = ""
    valid_from: date | None = None


@dataclass(frozen=True, slots=True)
class RowFault:
    """What is wrong with a row, and what to do about it."""

    row: int
    name: str
    message: str
    remedy: str


def read_unions(content: bytes, filename: str) -> tuple[list[UnionRow], list[RowFault]]:
    """The rows of the first sheet with a column of names, and the faults of those that cannot stand.

    Refused `organization.sheet` when the file cannot be read, or no heading names unions.
    """
    try:
        sheets = read_workbook(content, filename)
    except SheetRefused as problem:
        raise Refused("organization.sheet", f"文件无法读取：{problem}") from None
    for sheet in sheets:
        cells = sheet.frame.rows()
        for index, heading in enumerate(cells[:ROWS_SEARCHED]):
            if "name" in (places := _places(heading)):
                return _rows(cells[index + 1 :], places, first=index + 2)
    raise Refused(
        "organization.sheet", "没有找到“工会全称”一栏。请使用模板，或把名称一栏的表头写作“工会全称”。"
    )


def rows_in(content: bytes, filename: str) -> int:
    """How long the longest sheet is; 0 where the file cannot be read: reading it tells why."""
    try:
        return max((sheet.frame.height for sheet in read_workbook(content, filename)), default=0)
    except SheetRefused:
        return 0


def _places(heading: Sequence[str | None]) -> dict[str, int]:
    """Which column holds what."""
    told = [sub(r"[\s*（(].*$|\s", "", text or "") for text in heading]
    found = {}
    for field, names in HEADINGS.items():
        place = next((told.index(name) for name in names if name in told), None)
        if place is not None:
            found[field] = place
    return found


def _rows(
    cells: Sequence[Sequence[str | None]], places: Mapping[str, int], *, first: int
) -> tuple[list[UnionRow], list[RowFault]]:
    rows, faults, seen = [], [], dict[str, int]()
    for number, line in enumerate(cells, first):
        said = {field: (line[place] or "").strip() for field, place in places.items()}
        if not any(said.values()):
            continue
        fault = _fault(number, said, seen)
        if fault:
            faults.append(fault)
            continue
        seen[name_key(said["name"])] = number
        rows.append(_row(number, said))
    refuse_if(not rows and not faults, "organization.sheet", "表中没有数据行。")
    return rows, faults


def _row(number: int, said: Mapping[str, str]) -> UnionRow:
    return UnionRow(
        number,
        said["name"],
        said.get("short_name", ""),
        said.get("superior", ""),
        said.get("credit_code", ""),
        _day(said.get("valid_from", "")),
    )


def _fault(number: int, said: Mapping[str, str], seen: Mapping[str, int]) -> RowFault | None:
    name = said["name"]
    checks = (
        (not name_key(name), "没有工会名称", "请补填全称，或删除此行。"),
        (len(name) > NAME_LENGTH, f"名称超过 {NAME_LENGTH} 个字", "请核对是否误填。"),
        (
            len(said.get("short_name", "")) > SHORT_NAME_LENGTH,
            f"简称超过 {SHORT_NAME_LENGTH} 个字",
            "请缩短简称。",
        ),
        (name_key(name) in seen, f"与第 {seen.get(name_key(name))} 行重复", "请删除其中一行。"),
        (_is_no_day(said.get("valid_from", "")), "成立日期无法识别", "请写作 2021-12-15。"),
        (
            said.get("credit_code") and not fullmatch(CREDIT_CODE, said["credit_code"]),
            "统一社会信用代码应为 18 位",
            "请核对；不清楚的可留空。",
        ),
    )
    return next((RowFault(number, name, told, remedy) for wrong, told, remedy in checks if wrong), None)


def _is_no_day(text: str) -> bool:
    return bool(text) and _day(text) is None


def _day(text: str) -> date | None:
    found = fullmatch(DAY, text)
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None
