"""Everything that is sealed, put under the present key: columns, second factors, archived files.

Each batch commits for itself: a cut loses one batch, and the next run goes on where this one ended.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction

from nuanliu.access.mfa import ANY_ROW, PLACE
from nuanliu.base.crypto import needs_resealing, reseal_many
from nuanliu.base.crypto.resealing import counts_by_key, reseal_column
from nuanliu.base.scope import Scope, scoped
from nuanliu.evidence import storage
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import CONTENT
from nuanliu.operations.sealed_places import columns

SECOND_FACTORS, FILES = "second factors", "archived files"
HEADER_BYTES = 3
SECRETS = ("secret", "seed")


def reseal_all() -> Iterator[tuple[str, int]]:
    """Each place with the number of values that one batch put under the present key; TimeoutError when others hold
    the last rows of a column too long."""
    for column in columns():
        yield str(column), 0
        yield from ((str(column), done) for done in reseal_column(column))
    yield SECOND_FACTORS, reseal_second_factors()
    yield FILES, reseal_files()


def counted() -> dict[str, dict[int, int]]:
    """How many values of each place lie under which key number. Reads everything: for work in the background."""
    return {
        **{str(column): counts_by_key(column) for column in columns()},
        SECOND_FACTORS: _tally(_second_factor_headers()),
        FILES: _tally(storage.get(name)[:HEADER_BYTES] for _, name in _archived() if storage.holds(name)),
    }


def reseal_second_factors() -> int:
    """Seeds and secrets of second factors; the number of those that were under an older key."""
    done = 0
    for key in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=key).first()
            fresh = (
                {name: _resealed_secret(name, value) for name, value in factor.data.items()} if factor else {}
            )
            if factor and fresh != factor.data:
                factor.data = fresh
                factor.save(update_fields=["data"])
                done += 1
    return done


def reseal_files() -> int:
    """Contents of archived files; the number of those that were under an older key."""
    done = 0
    for key, name in _archived():
        if not storage.holds(name) or not needs_resealing(sealed := storage.get(name)):
            continue
        fresh = reseal_many([sealed], place=CONTENT, row_keys=[key.bytes])[0]
        storage.put(name, fresh or b"")
        done += 1
    return done


def _resealed_secret(name: str, value: Any) -> Any:
    if name not in SECRETS:
        return value
    fresh = reseal_many([b64decode(value)], place=PLACE, row_keys=[ANY_ROW.bytes])[0]
    return b64encode(fresh or b"").decode()


def _second_factor_headers() -> Iterator[bytes]:
    for data in Authenticator.objects.values_list("data", flat=True):
        yield from (b64decode(data[name])[:HEADER_BYTES] for name in SECRETS if name in data)


def _archived() -> list[tuple[Any, str]]:
    with scoped(Scope.for_path("/")):
        return list(EvidenceFile.objects.order_by("id").values_list("id", "storage_name"))


def _tally(headers: Iterator[bytes]) -> dict[int, int]:
    found: dict[int, int] = {}
    for header in headers:
        number = int.from_bytes(header[1:], "big")
        found[number] = found.get(number, 0) + 1
    return dict(sorted(found.items()))
