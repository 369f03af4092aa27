"""Sealing and opening of values, and the blind index by which a sealed value is found.

A sealed value is `code(1) number(2) nonce(12) ciphertext tag(16)`: the algorithm and the key that made it
stand in front, so that values of several keys and ciphers live side by side in one column. The associated
data binds it to table, column and row: moved elsewhere it does not open.
"""

import os
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from uuid import UUID

from cryptography.exceptions import InvalidTag

from nuanliu.base.crypto.configuration import configuration
from nuanliu.base.crypto.errors import KeyMissing, SealBroken
from nuanliu.base.crypto.keyring import FILE_NAME, Key, Keyring, KeyringFile
from nuanliu.base.crypto.provider import (
    BY_CIPHER,
    BY_CODE,
    BY_DIGEST,
    NONCE_BYTES,
    TAG_BYTES,
    Decrypt,
    Digest,
)

HEADER_BYTES = 3
_BODY = HEADER_BYTES + NONCE_BYTES
OVERHEAD_BYTES = _BODY + TAG_BYTES
type Sealed = bytes | memoryview
"""What `seal` made, as we or the database driver hold it."""
FILE_LIMIT_BYTES = 50 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Place:
    """The column a sealed value belongs to."""

    table: str
    column: str

    def __str__(self) -> str:
        return f"{self.table}.{self.column}"


def aad(table: str, column: str, row_key: bytes) -> bytes:
    """Associated data of one value; names hold no NUL, so no two places share it."""
    return f"{table}\0{column}\0".encode() + row_key


class Vault:
    """Seals with the newest key of one cipher, opens whatever the ring has a key for."""

    def __init__(self, file: KeyringFile, cipher: str, *, may_create: bool) -> None:
        self.file = file
        self.cipher = cipher
        self.may_create = may_create
        self._digest_of = lru_cache(maxsize=64)(_purposed)
        self._decrypt_of = lru_cache(maxsize=64)(_decryptor)

    def seal_bytes(self, plain: bytes, *, place: Place, row_key: bytes | UUID) -> bytes:
        """Seal the content of a file of at most 50 MB."""
        if len(plain) > FILE_LIMIT_BYTES:
            raise ValueError(f"{place}: {len(plain)} bytes are more than one sealed value holds")
        return self._seal_all([plain], place, [_row_bytes(row_key)])[0]  # type: ignore[return-value]

    def open_bytes(self, sealed: Sealed, *, place: Place, row_key: bytes | UUID) -> bytes:
        """The inverse of `seal_bytes`; `SealBroken` if anything differs, `KeyMissing` for an unknown key."""
        return self._open_all([sealed], place, [_row_bytes(row_key)])[0]  # type: ignore[return-value]

    def seal(self, plain: str, *, place: Place, row_key: bytes | UUID) -> bytes:
        """Seal one text."""
        return self.seal_bytes(_utf8(plain, place), place=place, row_key=row_key)

    def open_(self, sealed: Sealed, *, place: Place, row_key: bytes | UUID) -> str:
        """The text that `seal` was given; memoryviews of the database driver are welcome."""
        return _text(self.open_bytes(sealed, place=place, row_key=row_key), place)

    def seal_many(
        self, values: Sequence[str | None], *, place: Place, row_keys: Sequence[bytes]
    ) -> list[bytes | None]:
        """Seal a column; None stays None. `row_keys` are the rows' keys as bytes, one for each value."""
        return self._seal_all(_encoded(values, place), place, row_keys)

    def open_many(
        self, sealed: Sequence[Sealed | None], *, place: Place, row_keys: Sequence[bytes]
    ) -> list[str | None]:
        """Open a column; None stays None. The first value that does not open raises."""
        opened = self._open_all(sealed, place, row_keys)
        return [None if plain is None else _text(plain, place) for plain in opened]

    def blind_many(
        self, values: Sequence[str | None], *, purpose: str, key_number: int | None = None
    ) -> list[bytes | None]:
        """Keyed digests of 32 bytes by which a column is found; None stays None.

        Digests of one text differ between purposes, so that columns cannot be joined by them. Normalise
        the text first. `key_number` is for the job that makes digests again with a key not yet adopted.
        """
        key = self._ring().blind_key(key_number)
        digest = self._digest_of(key, purpose)
        try:
            return [None if value is None else digest(value.encode()) for value in values]
        except UnicodeEncodeError:
            raise ValueError(f"{purpose}: a value holds characters that are not text") from None

    def blind(self, value: str, purpose: str) -> bytes:
        """The keyed digest of one text."""
        return self.blind_many([value], purpose=purpose)[0]  # type: ignore[return-value]

    def needs_resealing(self, sealed: Sealed) -> bool:
        """Whether a newer key, or another cipher, has come into use since the value was sealed."""
        return _header_of(sealed) != _header(self._sealing_key())

    def reseal_many(
        self, sealed: Sequence[Sealed | None], *, place: Place, row_keys: Sequence[bytes]
    ) -> list[bytes | None]:
        """The same values under the newest key; those already under it come back unchanged."""
        current = _header(self._sealing_key())
        result = [None if value is None else bytes(value) for value in sealed]
        stale = [i for i, value in enumerate(sealed) if value is not None and _header_of(value) != current]
        keys = [row_keys[i] for i in stale]
        plain = self._open_all([sealed[i] for i in stale], place, keys)
        for i, fresh in zip(stale, self._seal_all(plain, place, keys), strict=True):
            result[i] = fresh
        return result

    def _seal_all(
        self, values: Sequence[bytes | None], place: Place, row_keys: Sequence[bytes]
    ) -> list[bytes | None]:
        if not all(row_keys):
            raise ValueError(f"{place}: a row key is empty")
        key = self._sealing_key()
        header, prefix = _header(key), aad(place.table, place.column, b"")
        encrypt = BY_CIPHER[key.algorithm].encryptor(key.secret)
        nonces = os.urandom(NONCE_BYTES * len(values))
        sealed: list[bytes | None] = []
        for value, row_key, start in zip(values, row_keys, range(0, len(nonces), NONCE_BYTES), strict=True):
            if value is None:
                sealed.append(None)
            else:
                nonce = nonces[start : start + NONCE_BYTES]
                sealed.append(header + nonce + encrypt(nonce, value, prefix + row_key))
        return sealed

    def _open_all(
        self, sealed: Sequence[Sealed | None], place: Place, row_keys: Sequence[bytes]
    ) -> list[bytes | None]:
        prefix = aad(place.table, place.column, b"")
        # Never a fresh ring here: what is to be opened was sealed with one that must be found again.
        ring, decryptors = self.file.ring(), {}
        opened: list[bytes | None] = []
        for received, row_key in zip(sealed, row_keys, strict=True):
            if received is None:
                opened.append(None)
                continue
            value = bytes(received)
            header = value[:HEADER_BYTES]
            if header not in decryptors:
                decryptors[header] = self._decryptor_for(ring, value, place)
            try:
                opened.append(decryptors[header](value[HEADER_BYTES:_BODY], value[_BODY:], prefix + row_key))
            except (InvalidTag, ValueError):
                raise _broken(place) from None
        return opened

    def _decryptor_for(self, ring: Keyring, sealed: bytes, place: Place) -> Decrypt:
        if len(sealed) < OVERHEAD_BYTES or sealed[0] not in BY_CODE:
            raise _broken(place)
        key = ring.data_key(int.from_bytes(sealed[1:HEADER_BYTES], "big"))
        if BY_CIPHER[key.algorithm].code != sealed[0]:
            raise _broken(place)
        return self._decrypt_of(key)

    def _ring(self) -> Keyring:
        try:
            return self.file.ring()
        except KeyMissing:
            if not self.may_create:
                raise
            return self.file.create(self.cipher)

    def _sealing_key(self) -> Key:
        try:
            return self._ring().newest(self.cipher)
        except KeyMissing:
            if not self.may_create:
                raise
            return self.file.ensure_data_key(self.cipher)


def _purposed(key: Key, purpose: str) -> Digest:
    provider = BY_DIGEST[key.algorithm]
    return provider.digester(provider.digester(key.secret)(b"purpose\0" + purpose.encode()))


def _decryptor(key: Key) -> Decrypt:
    return BY_CIPHER[key.algorithm].decryptor(key.secret)


def _header(key: Key) -> bytes:
    return bytes([BY_CIPHER[key.algorithm].code]) + key.number.to_bytes(2, "big")


def _header_of(sealed: Sealed) -> bytes:
    return bytes(sealed[:HEADER_BYTES])


def _row_bytes(row_key: bytes | UUID) -> bytes:
    return row_key.bytes if isinstance(row_key, UUID) else row_key


def _utf8(plain: str, place: Place) -> bytes:
    return _encoded([plain], place)[0]  # type: ignore[return-value]


def _encoded(values: Sequence[str | None], place: Place) -> list[bytes | None]:
    try:
        return [None if value is None else value.encode() for value in values]
    except UnicodeEncodeError:
        # The original error carries the whole value.
        raise ValueError(f"{place}: a value holds characters that are not text") from None


def _text(plain: bytes, place: Place) -> str:
    try:
        return plain.decode()
    except UnicodeDecodeError:
        raise ValueError(f"{place}: a sealed file was opened as text") from None


def _broken(place: Place) -> SealBroken:
    return SealBroken(
        f"{place} 的密文无法打开：内容被改动，或不属于此行此列。"
        f" / A sealed value of {place} does not open: altered, or of another row or column."
    )


def vault() -> Vault:
    """The vault of the present settings."""
    chosen = configuration()
    return _vault_at(chosen.keys_dir, chosen.cipher, chosen.demonstration)


@lru_cache(maxsize=16)
def _vault_at(keys_dir: Path, cipher: str, may_create: bool) -> Vault:
    return Vault(KeyringFile(keys_dir / FILE_NAME), cipher, may_create=may_create)
