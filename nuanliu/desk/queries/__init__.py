"""Reads of the workbench: each one statement, whatever waits."""

from nuanliu.desk.queries.branches import Branch, branches_of
from nuanliu.desk.queries.columns import Line
from nuanliu.desk.queries.documents import documents_named
from nuanliu.desk.queries.facts import Facts, facts_of
from nuanliu.desk.queries.lines import SHOWN, line_totals, lines_of
from nuanliu.desk.queries.money import FundMoney, money_by_fund
from nuanliu.desk.queries.notices import notices_of, unseen_count
from nuanliu.desk.queries.progress import Progress, progress_of

__all__ = [
    "SHOWN",
    "Branch",
    "Facts",
    "FundMoney",
    "Line",
    "Progress",
    "branches_of",
    "documents_named",
    "facts_of",
    "line_totals",
    "lines_of",
    "money_by_fund",
    "notices_of",
    "progress_of",
    "unseen_count",
]
