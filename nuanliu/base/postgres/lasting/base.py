import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    """Saves the question before each request whether the server still answers."""

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
