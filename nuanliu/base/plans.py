"""Plans of statements: kept for what pages read, made anew for what an action does to many rows.

Planning took two thirds of the database's time for a page. A plan that was made for a list of three rows is a disaster
for one of a hundred thousand, so whoever works on whole lists asks for a new one.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections
from psycopg import _queries

# The third time a connection sends a statement, the server keeps its plan.
SENT_BEFORE_KEPT = 3
# That of a desk is of nine thousand characters.
LONGEST_STATEMENT = 32_768


def keep_plans() -> None:
    """From now on, connections that this process opens let the server keep the plans of what they send often."""
    settings.DATABASES[DEFAULT_DB_ALIAS].setdefault("OPTIONS", {})["prepare_threshold"] = SENT_BEFORE_KEPT
    # The driver takes a statement apart for its parameters and remembers the parts of all but the longest.
    _queries.MAX_CACHED_STATEMENT_LENGTH = LONGEST_STATEMENT


@contextmanager
def planned_anew(using: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Each statement of the block is planned for the rows that it meets."""
    connections[using].ensure_connection()
    server = connections[using].connection
    kept, server.prepare_threshold = server.prepare_threshold, None
    try:
        yield
    finally:
        server.prepare_threshold = kept
