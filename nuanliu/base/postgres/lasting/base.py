import select
from typing import Any

from django.db.backends.postgresql import base

# More than all pages together send; what is beyond it the server forgets, the longest unused first.
STATEMENTS_PREPARED = 1_000


class DatabaseWrapper(base.DatabaseWrapper):
    """Keeps the plans of statements, and saves the question before each request whether the server still answers."""

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection with room for the plans of every page."""
        connection = super().get_new_connection(conn_params)
        connection.prepared_max = STATEMENTS_PREPARED
        return connection

    def is_usable(self) -> bool:
        """Whether the connection stands: one that nobody has closed has nothing to say while it waits.

        A server that ends, or ends the connection, says so; then Django's own question decides.
        """
        return self._is_silent() or super().is_usable()

    def _is_silent(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        readable, _, _ = select.select([self.connection.fileno()], [], [], 0)
        return not readable
