"""What an entry says, as bytes, and their digest: computed here independently of the database.

The database digests each entry as it is written (sql/entries.sql). Verification trusts neither the stored digest nor
the database's function: it builds the bytes again. They are the text that PostgreSQL gives to a jsonb array.
"""

import json
from datetime import UTC, datetime
from hashlib import sha256

from django.db.models import Model

from nuanliu.kernel.digests import canonical_json

# The columns of an entry in the order in which they are digested.
CONTENT = (
    "id", "recorded_at", "actor_id", "post_id", "organization_id", "organization_path",
    "action", "subject_kind", "subject_id", "before", "after", "reason",
)  # fmt: skip


def plain(value: object) -> object:
    """A value as JSON knows it; TypeError for what has no exact form, such as a float."""
    return json.loads(canonical_json(value))


def named(subject: Model | tuple[str, object]) -> tuple[str, str]:
    """Kind and id under which the log knows a subject: a row, or such a pair."""
    if isinstance(subject, Model):
        return subject._meta.label_lower, str(subject.pk)  # noqa: SLF001  the only way to a model's label
    kind, key = subject
    return kind, str(key)


def content_of(values: tuple[object, ...]) -> bytes:
    """The bytes of an entry, given as the values of `CONTENT`."""
    return json.dumps([_spelt(value) for value in values], ensure_ascii=False).encode()


def digest_of(values: tuple[object, ...]) -> bytes:
    """The SHA-256 digest of an entry, given as the values of `CONTENT`."""
    return sha256(content_of(values)).digest()


def _spelt(value: object) -> object:
    if value is None or isinstance(value, int | str):
        return value
    if isinstance(value, dict):
        return {key: _spelt(value[key]) for key in sorted(value, key=_jsonb_order)}
    if isinstance(value, list):
        return [_spelt(item) for item in value]
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec='microseconds')}Z"
    return str(value)


def _jsonb_order(key: str) -> tuple[int, bytes]:
    """PostgreSQL keeps the keys of an object shorter first, then byte by byte."""
    encoded = key.encode()
    return len(encoded), encoded
