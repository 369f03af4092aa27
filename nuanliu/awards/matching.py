"""What the record has against the rows of a list: asked once for all of them, by blind index."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import polars as pl
from django.db import connection

from nuanliu.access.queries import conflict_digests
from nuanliu.awards.checking.facts import Line
from nuanliu.awards.checking.record import ANSWERS
from nuanliu.awards.models import Award, CashException, Recusal
from nuanliu.base.bulk import COPY_ROWS, copy_columns, create_temp
from nuanliu.programmes.models import Campaign

MATCHER = "nuanliu_matcher"
QUESTION = {"arrival": "int8", "name": "text", "identity_digest": "bytea", "account_digest": "bytea"}


@dataclass(frozen=True, slots=True)
class Digests:
    """The blind indexes of a list's rows, in its order; null where there is nothing to find."""

    identity: pl.Series
    account: pl.Series


@dataclass(frozen=True, slots=True)
class Asked:
    """In which campaign, on which day, under which lines, and whose relatives must not be served unseen."""

    campaign: Campaign
    on: date
    lines: Mapping[str, Line]
    user_ids: frozenset[UUID]


def ask_record(rows: pl.DataFrame, digests: Digests, asked: Asked) -> pl.DataFrame:
    """The record's answers as `checking.record.ANSWERS`; rows with nothing against them are left out."""
    answers: dict[int, dict[str, Any]] = {}
    for known in _found(rows, digests, asked):
        _note(answers.setdefault(known[0], {"row": known[0]}), known, rows, asked)
    _name_own(answers)
    for row, user_name in _conflicts(digests, asked):
        answers.setdefault(row, {"row": row})["conflict_with"] = user_name
    for row in _cash_excepted(digests, asked):
        answers.setdefault(row, {"row": row})["cash_excepted"] = True
    return pl.DataFrame(list(answers.values()), schema=ANSWERS).sort("row")


def _found(rows: pl.DataFrame, digests: Digests, asked: Asked) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        create_temp(cursor, "people_arrivals", QUESTION, readers=[MATCHER])
        question = {
            "arrival": rows["row"],
            "name": rows["name"],
            "identity_digest": digests.identity,
            "account_digest": digests.account,
        }
        for start in range(0, rows.height, COPY_ROWS):
            part = {name: values[start : start + COPY_ROWS].to_list() for name, values in question.items()}
            copy_columns(cursor, "people_arrivals", part, QUESTION)
        cursor.execute("SELECT * FROM awards_find_arrivals(%s, %s)", [asked.campaign.pk, asked.on])
        return list(cursor.fetchall())


def _note(answer: dict[str, Any], row: tuple[Any, ...], rows: pl.DataFrame, asked: Asked) -> None:
    arrival, name_differs, deceased, account_of_another, household, category, by_housemate, award_id = row
    answer |= {"name_differs": name_differs, "deceased": deceased, "account_of_another": account_of_another}
    answer["household"] = str(household) if household else None
    if category is None:
        return
    same_category = category == rows["category_code"][arrival]
    told = (award_id, category)
    if by_housemate:
        line = asked.lines.get(category)
        if same_category and line is not None and line.per_household:
            answer["household_given"] = told
    elif same_category:
        answer["given_in_category"] = told
    else:
        answer["given_in_other_category"] = told


GIVEN = ("given_in_category", "given_in_other_category", "household_given")


def _name_own(answers: Mapping[int, dict[str, Any]]) -> None:
    """Put words for the awards found: which one within the own scope, "another organization" beyond it."""
    own = {told[0] for answer in answers.values() for key in GIVEN if (told := answer.get(key)) and told[0]}
    awards = Award.objects.filter(pk__in=own).select_related("organization").in_bulk() if own else {}
    for answer in answers.values():
        for key in GIVEN:
            if told := answer.get(key):
                answer[key] = _words(awards.get(told[0]), told[1])


def _words(award: Award | None, category: str) -> str:
    if award is None:
        return f"其他单位已给予{category}类慰问"
    return f"{award.organization.name}已于{award.business_date}给予{category}类慰问（第{award.pk}号）"


def _conflicts(digests: Digests, asked: Asked) -> Iterable[tuple[int, str]]:
    """Rows whose person is a handler or approver, or a relative of one, without a recorded recusal (R-056)."""
    by_digest = conflicts_of(asked.user_ids, asked.campaign)
    if not by_digest:
        return
    for row in _rows_among(digests.identity, by_digest):
        yield row, "慰问对象是经办或审批人本人或其亲属，未见回避记录"


def _rows_among(digests: pl.Series, wanted: Iterable[bytes]) -> list[int]:
    """The rows whose digest is one of these."""
    return (
        digests.is_in(pl.Series(list(wanted), dtype=pl.Binary).implode())
        .fill_null(value=False)
        .arg_true()
        .to_list()
    )


def conflicts_of(user_ids: Iterable[UUID], campaign: Campaign) -> dict[bytes, set[UUID]]:
    """Identity digests of these users and their relatives, with the users; recorded recusals left out."""
    ids = list(user_ids)
    recused = {
        (user_id, bytes(digest))
        for user_id, digest in Recusal.objects.filter(campaign=campaign, user_id__in=ids).values_list(
            "user_id", "identity_digest"
        )
    }
    by_digest: dict[bytes, set[UUID]] = {}
    for user_id, own in conflict_digests(ids).items():
        for digest in own:
            if (user_id, bytes(digest)) not in recused:
                by_digest.setdefault(bytes(digest), set()).add(user_id)
    return by_digest


def _cash_excepted(digests: Digests, asked: Asked) -> Iterable[int]:
    approved = CashException.objects.filter(campaign=asked.campaign, approved_by__isnull=False)
    excepted = {bytes(digest) for digest in approved.values_list("identity_digest", flat=True)}
    return _rows_among(digests.identity, excepted) if excepted else []
