"""Who reports, told by the lines above and below the table."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, fields

GAP = r"[\s:：]*"
END = r"(?=\t|\s{2,}|$|填报|填報|填表|联系|电话|日期|单位|负责人|经办|审核|制表)"
LABELS = {
    "reporting_unit": (
        r"(?:(?:填报|填報|填表|报送|上报|申报|呈报)(?:单位|單位|工会)|单位名称|工会名称|单位(?=\((?:公章|盖章)))"
    ),
    "reporter": r"(?:填报人|填報人|填表人|制表人|经办人(?!签))",
    "phone": r"(?:联系电话|联系方式|电话|手机)",
}
PATTERNS = {
    name: re.compile(rf"{label}\s*(?:\([^)]*\))?\s*[:：]{GAP}(\S.*?){END}") for name, label in LABELS.items()
}
NEXT_CELL = {
    name: re.compile(rf"(?:^|\t){label}\s*(?:\([^)]*\))?\s*\t+(\S[^\t]*)") for name, label in LABELS.items()
}
DATE = re.compile(r"[12][0-9]{3}\s*[年./-]\s*[0-9]{1,2}\s*[月./-]\s*[0-9]{1,2}\s*日?")
UNIT = re.compile(r"单位\s*[:：]\s*(?:人民币)?(万元|千元|百元|元|分)")


@dataclass(frozen=True, slots=True)
class HeaderFacts:
    """As written; '' for what the sheet does not tell. `unit` is the sheet's own (单位：万元)."""

    reporting_unit: str = ""
    reporter: str = ""
    phone: str = ""
    date_text: str = ""
    unit: str = ""


def header_facts(lines: Iterable[Iterable[str | None]]) -> HeaderFacts:
    """The facts in these rows of cells; the first mention counts."""
    found: dict[str, str] = {}
    for cells in lines:
        line = "\t".join(unicodedata.normalize("NFKC", cell or "").strip() for cell in cells)
        for name, value in _facts_in(line).items():
            found.setdefault(name, value)
    return HeaderFacts(
        **{field.name: found[field.name] for field in fields(HeaderFacts) if field.name in found}
    )


def _facts_in(line: str) -> dict[str, str]:
    found = {}
    for name, pattern in PATTERNS.items():
        match = pattern.search(line) or NEXT_CELL[name].search(line)
        if match:
            found[name] = match.group(1).strip()
    for name, pattern in (("date_text", DATE), ("unit", UNIT)):
        match = pattern.search(line)
        if match:
            found[name] = match.group(1 if pattern.groups else 0).strip()
    return found
