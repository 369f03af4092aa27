"""Mistakes of programmers, not of users: an action that would leave no trace, or two."""


class AuditError(RuntimeError):
    """The audit log would not tell the truth; the transaction must not commit."""
