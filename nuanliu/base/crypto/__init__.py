"""Sealed values and blind indexes, by the key ring and cipher of the settings.

`Place` names table and column, `row_key` the row: a value opens only where it was sealed. Identifiers that
people search by have a blind index beside the sealed column. The functions here are those of
`vault.Vault` for the present settings.
"""

from collections.abc import Sequence
from uuid import UUID

from nuanliu.base.crypto.errors import CryptoError, KeyFileUnsafe, KeyMissing, SealBroken
from nuanliu.base.crypto.vault import Place, Sealed, Vault, aad, vault

__all__ = [
    "CryptoError",
    "KeyFileUnsafe",
    "KeyMissing",
    "Place",
    "SealBroken",
    "Sealed",
    "Vault",
    "aad",
    "blind",
    "blind_many",
    "needs_resealing",
    "open_",
    "open_bytes",
    "open_many",
    "reseal_many",
    "seal",
    "seal_bytes",
    "seal_many",
    "vault",
]


def seal(plain: str, *, place: Place, row_key: bytes | UUID) -> bytes:
    """Seal one text."""
    return vault().seal(plain, place=place, row_key=row_key)


def open_(sealed: Sealed, *, place: Place, row_key: bytes | UUID) -> str:
    """Open one text; `SealBroken` if it is not this row's and column's, `KeyMissing` for an unknown key."""
    return vault().open_(sealed, place=place, row_key=row_key)


def seal_many(values: Sequence[str | None], *, place: Place, row_keys: Sequence[bytes]) -> list[bytes | None]:
    """Seal a column, one row key (16 bytes of its UUID) for each value; None stays None."""
    return vault().seal_many(values, place=place, row_keys=row_keys)


def open_many(
    sealed: Sequence[Sealed | None], *, place: Place, row_keys: Sequence[bytes]
) -> list[str | None]:
    """Open a column; the first value that does not open raises."""
    return vault().open_many(sealed, place=place, row_keys=row_keys)


def seal_bytes(plain: bytes, *, place: Place, row_key: bytes | UUID) -> bytes:
    """Seal the content of a file of at most 50 MB."""
    return vault().seal_bytes(plain, place=place, row_key=row_key)


def open_bytes(sealed: Sealed, *, place: Place, row_key: bytes | UUID) -> bytes:
    """Open the content of a file."""
    return vault().open_bytes(sealed, place=place, row_key=row_key)


def blind(value: str, purpose: str) -> bytes:
    """The 32-byte keyed digest by which a normalised text is found; one purpose for each kind of value."""
    return vault().blind(value, purpose)


def blind_many(values: Sequence[str | None], *, purpose: str) -> list[bytes | None]:
    """The digests of a column; None stays None."""
    return vault().blind_many(values, purpose=purpose)


def needs_resealing(sealed: Sealed) -> bool:
    """Whether a newer key, or another cipher, has come into use since the value was sealed."""
    return vault().needs_resealing(sealed)


def reseal_many(
    sealed: Sequence[Sealed | None], *, place: Place, row_keys: Sequence[bytes]
) -> list[bytes | None]:
    """The same values under the newest key; those already under it come back unchanged."""
    return vault().reseal_many(sealed, place=place, row_keys=row_keys)
