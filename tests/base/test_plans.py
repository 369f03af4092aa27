"""What pages read is planned once; what an action does to whole lists is planned for the rows it meets."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction

from nuanliu.audit.actions import audited, unchanged
from nuanliu.base.bulk import create_temp, rows_of
from nuanliu.base.plans import planned_anew

pytestmark = pytest.mark.django_db

QUESTION = "SELECT 41 + %s"


@pytest.fixture
def keeping() -> Iterator[None]:
    """A connection like those of the web server."""
    connection.ensure_connection()
    server: Any = connection.connection
    before, server.prepare_threshold = server.prepare_threshold, 3
    yield
    # The next test finds nothing kept.
    server.execute("DEALLOCATE ALL")
    server.prepare_threshold = before


def ask(times: int) -> None:
    for number in range(times):
        assert rows_of(QUESTION, [number]) == [(41 + number,)]


def kept() -> int:
    [(count,)] = rows_of("SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SELECT 41 +%%'")
    return int(count)


@pytest.mark.usefixtures("keeping")
def test_what_is_asked_often_is_planned_once() -> None:
    assert kept() == 0
    ask(5)
    assert kept() == 1


@pytest.mark.usefixtures("keeping")
def test_within_an_action_every_statement_is_planned_for_its_rows() -> None:
    @audited
    def work() -> None:
        ask(5)
        assert kept() == 0
        unchanged()

    work()
    ask(5)
    assert kept() == 1


@pytest.mark.usefixtures("keeping")
def test_an_action_that_fails_leaves_the_pages_their_plans() -> None:
    with pytest.raises(ZeroDivisionError), planned_anew():
        raise ZeroDivisionError
    ask(5)
    assert kept() == 1


@pytest.mark.usefixtures("keeping")
def test_temporary_tables_come_without_the_plans_going() -> None:
    ask(5)
    with transaction.atomic(), connection.cursor() as cursor:
        create_temp(cursor, "some_rows", {"number": "int4"})
    assert kept() == 1


def test_a_temporary_table_takes_the_place_of_one_of_its_name() -> None:
    with connection.cursor() as cursor:
        create_temp(cursor, "some_rows", {"number": "int4"})
        create_temp(cursor, "some_rows", {"name": "text"})
        cursor.execute("INSERT INTO pg_temp.some_rows VALUES ('王')")
        assert rows_of("SELECT name FROM pg_temp.some_rows") == [("王",)]
