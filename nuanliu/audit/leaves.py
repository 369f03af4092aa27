"""The leaves of the log: number and digest of each entry, whichever organization it belongs to."""

from typing import NamedTuple

from django.db import connection


class Leaf(NamedTuple):
    entry_id: int
    digest: bytes


def leaves_between(after_id: int, last_id: int) -> list[Leaf]:
    """The entries numbered above `after_id` up to `last_id`, in order."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, digest FROM audit_leaves(%s, %s)", [after_id, last_id])
        return [Leaf(entry_id, bytes(digest)) for entry_id, digest in cursor.fetchall()]
