"""A submission read and judged: rules of the day, the checks, the record, and the findings in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from uuid import UUID

import polars as pl

from nuanliu.access.queries import holder_keys
from nuanliu.access.states import Role
from nuanliu.awards.checking.facts import Line, ListTable, Rules
from nuanliu.awards.checking.findings import assemble, notes_of
from nuanliu.awards.checking.normalise import read_rows
from nuanliu.awards.checking.rows import check_rows, found_by_reader, judge
from nuanliu.awards.matching import Asked, Digests, ask_record
from nuanliu.awards.reading import Submission
from nuanliu.awards.sealing import digests_of
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Standard
from nuanliu.programmes.queries import (
    category_by_label,
    is_in_force,
    lines_of,
    prohibited_column,
    prohibited_rules,
    tag_by_wording,
)
from nuanliu.programmes.states import Per

# What is left of a row once it has been judged.
KEPT = (
    "row", "sheet_ordinal", "row_number", "name", "number", "account_number", "phone", "employer", "category_code",
    "tag_codes", "cash_fen", "goods_fen", "goods", "reason", "bank", "birth_year", "male",
)  # fmt: skip
APPROVING = (Role.RESPONSIBLE, Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.LEADER)


@dataclass(frozen=True, slots=True)
class Judged:
    """Rows as read, their blind indexes, and all findings with words; `blocked` tells the rows with an error."""

    rows: pl.DataFrame
    digests: Digests
    findings: pl.DataFrame
    blocked: pl.Series

    @property
    def counts(self) -> dict[str, int]:
        """How often each code was found."""
        grouped = self.findings.group_by("code").len().sort("code")
        return dict(grouped.iter_rows())


def rules_on(business_date: date, standard: Standard | None) -> Rules:
    """What rows are judged by on a day. A standard that is not in force then covers nothing."""
    usable = standard is not None and is_in_force(standard, business_date)
    lines = lines_of(standard) if standard is not None and usable else {}
    return Rules(
        business_date=business_date,
        lines={
            code: Line(line.cash_fen, line.goods_fen, line.convertible, line.per == Per.HOUSEHOLD)
            for code, line in lines.items()
        },
        category_by_wording=category_by_label(),
        tag_by_wording=tag_by_wording(),
        forbidden=partial(prohibited_column, words=prohibited_rules(business_date)),
    )


def judge_tables(
    tables: Sequence[ListTable], rules: Rules, campaign: Campaign, user_ids: frozenset[UUID]
) -> Judged:
    """All findings on the rows of these tables."""
    rows = read_rows(tables)
    return judge_rows(rows, tables, rules, campaign, user_ids)


def judge_rows(
    rows: pl.DataFrame,
    tables: Sequence[ListTable],
    rules: Rules,
    campaign: Campaign,
    user_ids: frozenset[UUID],
) -> Judged:
    """All findings on rows that have been read already."""
    checked = check_rows(rows, rules, found_by_reader(rows, tables))
    digests = digests_of(checked.rows)
    answers = ask_record(checked.rows, digests, Asked(campaign, rules.business_date, rules.lines, user_ids))
    checked = judge(checked, answers, rules)
    findings = assemble(checked.rows, checked.found, tables)
    refused = findings.filter(pl.col("severity") == "error")["row"].unique()
    blocked = checked.rows["row"].is_in(refused.implode())
    return Judged(checked.rows.select(KEPT), digests, findings, blocked)


def with_notes(findings: pl.DataFrame, submission: Submission) -> pl.DataFrame:
    """Findings and the notes on places that no row stands for, in order of place."""
    everything = pl.concat([findings, notes_of(submission.notes)])
    return everything.sort("sheet_ordinal", "row_number", maintain_order=True)


def answerable_users(organization: Organization, business_date: date, handler_id: UUID) -> frozenset[UUID]:
    """The handler and those who approve for the union: none of them, nor their relatives, is served unseen (R-056)."""
    return frozenset({handler_id}) | holder_keys(organization.path, APPROVING, business_date)
