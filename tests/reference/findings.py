"""docs/reference/findings.md: every finding code, how grave, by which rule, and what to do."""

from nuanliu.kernel.findings import CODES
from tests.reference.markdown import code, table
from tests.reference.markdown import page as whole

INTRODUCTION = (
    "A finding says what is wrong with people's data. `error` refuses the row, `warning` accepts it to be acknowledged,"
    " `note` informs."
)


def page() -> str:
    rows = [
        (code(name), info.severity.value, info.title_zh, info.remedy_zh, info.rule)
        for name, info in CODES.items()
    ]
    return whole("Findings", INTRODUCTION, table(["code", "severity", "标题", "怎么办", "依据"], rows))
