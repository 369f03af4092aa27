"""Fixtures for all tests. Tests run as the application role: as anybody stronger they would prove nothing."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.db import connection
from django.test import TransactionTestCase

from nuanliu.base.scope import Scope, scoped
from tests.cast import cast  # noqa: F401  a fixture for everybody
from tests.support.database import TestDatabase, session_database
from tests.support.templates import told_of_templates

type Rows = list[tuple[Any, ...]]


@pytest.fixture(scope="session")
def test_database(django_test_environment: None, django_db_blocker: Any) -> Iterator[TestDatabase]:
    """The session's own database."""
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    with django_db_blocker.unblock(), session_database(f"_{worker}" if worker else "") as database:
        yield database


@pytest.fixture(scope="session")
def django_db_setup(test_database: TestDatabase) -> Iterator[None]:
    """pytest-django's database, ours instead; emptied after tests that commit in a way append-only tables bear."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda self: test_database.flush())
        yield


@pytest.fixture(autouse=True, scope="session")
def _templates() -> Iterator[None]:
    with told_of_templates():
        yield


@pytest.fixture
def scope_of(db: None) -> Callable[..., AbstractContextManager[Scope]]:
    """`with scope_of(organization):` sees the organization (or path) and all below it."""

    def scope_of(organization: Any, user_id: object = "", purpose: str = "") -> AbstractContextManager[Scope]:
        return scoped(Scope.for_path(getattr(organization, "path", organization), user_id, purpose))

    return scope_of


@pytest.fixture
def raw_sql(db: None) -> Callable[..., Rows]:
    """`raw_sql("UPDATE …", [values])`: a statement as the application role, in the scope of the moment."""

    def raw_sql(statement: str, parameters: Any = None) -> Rows:
        with connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    return raw_sql


@pytest.fixture
def as_superuser(test_database: TestDatabase) -> Callable[..., Rows]:
    """A statement as the superuser, committed at once; sees committed rows only (use `transaction=True`)."""

    def as_superuser(statement: str, parameters: Any = None) -> Rows:
        with test_database.superuser() as server_connection:
            cursor = server_connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    return as_superuser
