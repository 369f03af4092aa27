"""The desk's lines are worded once for a kind of post, and are for each post what they would be worded for it alone."""

from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

import pytest

from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.base.worded import Worded
from nuanliu.desk.queries import lines_of
from nuanliu.desk.queries.columns import lines
from nuanliu.desk.queries.lines import KINDS, SHOWN, _meaning, _worded
from nuanliu.desk.queries.sent import SENT
from nuanliu.desk.queries.waiting import WAITING
from tests.cast import Cast

pytestmark = pytest.mark.django_db

ROLES = [role for role in Role if WAITING.get(role) or SENT.get(role)]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("path", ["/0/31/114/", "/0/31/"])
def test_a_kept_statement_means_what_one_of_its_own_says(cast: Cast, role: Role, path: str) -> None:
    by = replace(cast.clerk, role=role, organization_path=path)
    chosen = (*WAITING.get(role, ()), *SENT.get(role, ()))
    depth = path.count("/") - 1
    kept = _worded(chosen, role, by.legal_person, depth, date(2022, 1, 10))
    own = [
        lines(kind, rows, shown=SHOWN, newest=kind in SENT.get(role, ()), **columns)
        for kind in chosen
        for rows, columns in [KINDS[kind](by)]
    ]
    alone = Worded.of(own[0].union(*own[1:], all=True) if own[1:] else own[0])
    assert kept.statement == alone.statement
    assert kept.meaning(_meaning(by, depth)) == list(alone.parameters)


def test_nobody_s_values_stay_in_a_kept_statement(cast: Cast) -> None:
    here, there = cast.clerk, replace(cast.clerk, user_id=UUID(int=77), organization_path="/0/31/113/")
    with scoped(Scope.for_path("/0/")):
        for by in (here, there, here):
            assert lines_of(by) == ([], [])
    kept = _worded(
        (*WAITING[here.role], *SENT[here.role]), here.role, here.legal_person, 3, date(2022, 1, 10)
    )
    assert not {here.user_id, here.organization_path, there.user_id} & set(kept.parameters)


def test_a_role_without_lines_asks_nothing(cast: Cast, django_assert_num_queries: Any) -> None:
    stranger: Actor = replace(cast.clerk, role="nobody")
    with django_assert_num_queries(0):
        assert lines_of(stranger) == ([], [])
