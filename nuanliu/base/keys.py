"""UUIDv7 keys: made by the database where it inserts, and here where a row must know its key beforehand."""

import os
import time
from uuid import UUID

_VERSION_7 = 7 << 76
_VARIANT = 2 << 62
_RANDOM_MASK = (1 << 62) - 1


def uuid7() -> UUID:
    """A fresh UUIDv7 (RFC 9562), ordered by millisecond."""
    return uuid7_many(1)[0]


def uuid7_many(count: int) -> list[UUID]:
    """`count` UUIDv7 of this moment; 12 bits after the time count up, so the list is sorted in runs of 4096."""
    milliseconds = time.time_ns() // 1_000_000
    noise = os.urandom(8 * count)
    return [
        UUID(
            int=((milliseconds + index // 4096) << 80)
            | _VERSION_7
            | ((index % 4096) << 64)
            | _VARIANT
            | (int.from_bytes(noise[8 * index : 8 * index + 8], "big") & _RANDOM_MASK)
        )
        for index in range(count)
    ]
