"""The planner learns of bulk loads at once, by a right that is lent for that alone."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from nuanliu.base.scope import Scope, scoped
from nuanliu.base.statistics import refresh_statistics

type Rows = Callable[..., list[tuple[Any, ...]]]
LOOKED_AT = "SELECT last_analyze IS NOT NULL FROM pg_stat_all_tables WHERE relname = 'ledger_transfer'"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("rows", "looked"), [(499, False), (500, True)])
def test_a_table_that_got_many_rows_is_looked_at_after_the_commit(
    rows: int, looked: bool, raw_sql: Rows, as_superuser: Rows
) -> None:
    as_superuser("SELECT pg_stat_reset()")
    with scoped(Scope.for_path("/")):
        refresh_statistics(rows, "ledger_transfer")
        assert raw_sql(LOOKED_AT) == [(False,)]
    assert raw_sql(LOOKED_AT) == [(looked,)]


@pytest.mark.django_db
def test_the_application_may_not_maintain_tables_itself(raw_sql: Rows) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        raw_sql("LOCK TABLE ledger_transfer IN ACCESS EXCLUSIVE MODE")
    assert raw_sql("SELECT has_table_privilege(current_user, 'ledger_transfer', 'MAINTAIN')") == [(False,)]


@pytest.mark.django_db
def test_a_name_that_is_no_table_of_ours_is_passed_over(raw_sql: Rows) -> None:
    raw_sql("SELECT base_refresh_statistics(ARRAY['pg_authid', 'no such table; DROP TABLE x'])")
