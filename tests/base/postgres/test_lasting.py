"""A connection that lasts is used unasked, and left when the server has ended it."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext


@pytest.mark.django_db(transaction=True)
def test_a_standing_connection_is_not_asked(test_database: Any) -> None:
    connection.ensure_connection()
    with CaptureQueriesContext(connection) as asked:
        assert connection.is_usable()
    assert len(asked) == 0


@pytest.mark.django_db(transaction=True)
def test_a_connection_that_the_server_ended_is_noticed_and_replaced(test_database: Any) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [number] = cursor.fetchone()
    with test_database.superuser() as server:
        server.execute("SELECT pg_terminate_backend(%s, 5000)", [number])
    assert not connection.is_usable()
    lasting: Any = connection
    lasting.health_check_enabled, lasting.health_check_done = True, False
    connection.close_if_health_check_failed()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
