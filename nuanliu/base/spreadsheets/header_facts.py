"""Who reports, told by the lines above and below the table."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from nuanliu.kernel.periods import parse_date

LABELS = {
    "reporting_unit": r"(?:(?:填报|填報|填表|报送|上报|申报|呈报)(?:单位|單位|工会)|单位名称|工会名称)",
    # Weaker: it may also introduce the unit of the amounts.
    "unit_alone": r"(?<![\u4e00-\u9fff])单位(?= *[:：] *(?!人民币|[万千百]?元|分))",
    "reporter": r"(?:填报人|填報人|填表人|制表人|经办人(?!签))",
    "phone": r"(?:联系电话|联系方式|电话|手机)",
}
NEXT_LABEL = (
    r"填报|填報|填表|报送|上报|申报|呈报|联系|电话|日期|时间|单位|单位名称|负责人|经办|审核|复核|制表|制单|领导|主席"
    r"|[12][0-9]{3} ?[年./-]"
)
DAY_LABEL = r"(?:(?:填报|填報|填表|制表|上报|报送)(?:日期|时间)|日期|时间)[ :：\t]*"
DATE = r"[12][0-9]{3} *[年./-] *[0-9]{1,2} *[月./-] *[0-9]{1,2} *日?(?![0-9])"
UNIT = re.compile(r"单位[ :：]*(?:人民币)?(万元|千元|百元|元|分)(?![\u4e00-\u9fff])")
# The seal's place, wherever somebody left it.
SEAL = re.compile(r"[([] ?(?:公章|盖章|签章|印章|章|加盖公章|单位公章|工会公章) ?[)\]]")
CHARACTER = re.compile(r"([\u4e00-\u9fff])(?![^\[\]]*\])")


def _spaced(pattern: str) -> str:
    """The pattern, with spaces allowed behind each character outside of classes: 填 报 单 位."""
    return CHARACTER.sub(r"\1 *", pattern)


# Behind the label come the seal's place and a colon, or the next cell; the value ends where another fact begins.
VALUES = {
    name: re.compile(
        rf"{_spaced(label)}(?: *[:：][ \t:：]*|\t+)"
        rf"(?!{_spaced(NEXT_LABEL)})([^ \t].*?)(?=\t| {{2,}}|$| *(?:{_spaced(NEXT_LABEL)}))"
    )
    for name, label in LABELS.items()
}
LABELLED_DAY = re.compile(rf"{_spaced(DAY_LABEL)}({DATE})")
ANY_DAY = re.compile(rf"(?<![0-9])({DATE})")


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """As written; '' for what the sheet does not tell. `unit` is the sheet's own (单位：万元)."""

    reporting_unit: str = ""
    reporter: str = ""
    phone: str = ""
    date_text: str = ""
    unit: str = ""


def header_facts(lines: Iterable[Iterable[str | None]]) -> HeaderFacts:
    """The facts in these rows of cells; the first mention counts, for the day the first that is called one."""
    texts = ["\t".join(_plain(cell) for cell in cells) for cells in lines]
    found = {name: _first(pattern, texts) for name, pattern in VALUES.items()}
    return HeaderFacts(
        reporting_unit=found["reporting_unit"] or found["unit_alone"],
        reporter=found["reporter"],
        phone=found["phone"],
        date_text=_day_of(texts),
        unit=_first(UNIT, texts),
    )


def _plain(cell: str | None) -> str:
    text = unicodedata.normalize("NFKC", cell or "").strip()
    return SEAL.sub("", " ".join(re.split("[\t\r\n]+", text))).strip()


def _first(pattern: re.Pattern[str], texts: Iterable[str]) -> str:
    found = (match.group(1).strip() for text in texts if (match := pattern.search(text)))
    return next((value for value in found if value), "")


def _day_of(texts: list[str]) -> str:
    """填报日期 first, then a date that has its cell for itself, then any: a title may mention other days."""
    alone = (cell.strip() for text in texts for cell in text.split("\t") if parse_date(cell))
    return _first(LABELLED_DAY, texts) or next(alone, "") or _first(ANY_DAY, texts)
