"""The key ring: numbered data keys and blind-index keys, in one file outside the database.

A new data key is added and used at once; old ones stay, so that what they sealed can be read. The
blind-index key is named explicitly: another one is adopted only when every digest has been made again,
because a search finds nothing by a key that did not make the index.
"""

import base64
import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from nuanliu.base.crypto.errors import KeyFileUnsafe, cipher_missing, number_missing, ring_missing
from nuanliu.base.crypto.files import only_writer, read_private, write_private
from nuanliu.base.crypto.provider import BY_CIPHER, BY_DIGEST

FILE_NAME = "keyring.json"
_LAYOUT = 1
_HIGHEST_NUMBER = 0xFFFF
_DATA_KEY_BYTES = {cipher: provider.key_bytes for cipher, provider in BY_CIPHER.items()}
_BLIND_KEY_BYTES = dict.fromkeys(BY_DIGEST, 32)


@dataclass(frozen=True, slots=True)
class Key:
    """A numbered secret, the algorithm it is for, and the day it was made; None for keys older than that note."""

    number: int
    algorithm: str
    secret: bytes = field(repr=False)
    made_on: date | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Keyring:
    """What the file held when it was read."""

    file: Path
    data_keys: Mapping[int, Key]
    blind_keys: Mapping[int, Key]
    blind_number: int

    def data_key(self, number: int) -> Key:
        """The key that a sealed value names; `KeyMissing` if the ring does not hold it."""
        return _held(self.data_keys, number, self.file)

    def has(self, cipher: str) -> bool:
        """Whether any key of this cipher is held."""
        return any(key.algorithm == cipher for key in self.data_keys.values())

    def newest(self, cipher: str) -> Key:
        """The key that seals from now on: the highest number of this cipher."""
        numbers = [key.number for key in self.data_keys.values() if key.algorithm == cipher]
        if not numbers:
            raise cipher_missing(self.file, cipher)
        return self.data_keys[max(numbers)]

    def blind_key(self, number: int | None = None) -> Key:
        """The adopted blind-index key, or the numbered one while digests are being made again."""
        return _held(self.blind_keys, self.blind_number if number is None else number, self.file)


def _held(keys: Mapping[int, Key], number: int, file: Path) -> Key:
    if number not in keys:
        raise number_missing(file, number)
    return keys[number]


class KeyringFile:
    """The ring on disk, read again whenever the file has changed, so that long-running processes
    learn of a new key without a restart."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._seen: tuple[int, int, int] | None = None
        self._ring: Keyring | None = None

    def ring(self) -> Keyring:
        """The present ring; `KeyMissing` when there is no file."""
        try:
            status = self.path.stat()
        except FileNotFoundError:
            raise ring_missing(self.path) from None
        stamp = (status.st_mtime_ns, status.st_ino, status.st_size)
        if self._ring is None or stamp != self._seen:
            self._ring, self._seen = _parse(self.path), stamp
        return self._ring

    def create(self, cipher: str) -> Keyring:
        """Make a ring with key 1 for `cipher` and its digest; one that exists is left as it is."""
        with only_writer(self.path):
            if not self.path.exists():
                data, blind = _fresh_data_key(1, cipher), _fresh_blind_key(1, BY_CIPHER[cipher].digest)
                _write(Keyring(self.path, {1: data}, {1: blind}, blind_number=1))
        return self.ring()

    def add_data_key(self, cipher: str) -> Key:
        """Add a key that seals from now on wherever `cipher` is set; the old keys still open."""
        return self._change(lambda ring: _with_data_key(ring, cipher)).newest(cipher)

    def ensure_data_key(self, cipher: str) -> Key:
        """Add a key for `cipher` only if the ring has none, however many processes ask at once."""
        ring = self._change(lambda ring: ring if ring.has(cipher) else _with_data_key(ring, cipher))
        return ring.newest(cipher)

    def add_blind_key(self, digest: str) -> Key:
        """Add a blind-index key without using it: first make every digest again with it, then adopt it."""

        ring = self._change(lambda ring: _with_blind_key(ring, digest))
        return ring.blind_keys[max(ring.blind_keys)]

    def adopt_blind_key(self, number: int) -> None:
        """Search and index by this key from now on; the last step of making all digests again."""
        self._change(lambda ring: replace(ring, blind_number=ring.blind_key(number).number))

    def _change(self, change: Callable[[Keyring], Keyring]) -> Keyring:
        with only_writer(self.path):
            before = self.ring()
            after = change(before)
            if after is not before:
                _write(after)
        return self.ring()


def _with_data_key(ring: Keyring, cipher: str) -> Keyring:
    key = _fresh_data_key(_next_number(ring.data_keys), cipher)
    return replace(ring, data_keys={**ring.data_keys, key.number: key})


def _with_blind_key(ring: Keyring, digest: str) -> Keyring:
    key = _fresh_blind_key(_next_number(ring.blind_keys), digest)
    return replace(ring, blind_keys={**ring.blind_keys, key.number: key})


def _fresh_data_key(number: int, cipher: str) -> Key:
    return Key(number, cipher, os.urandom(_DATA_KEY_BYTES[cipher]), _today())


def _fresh_blind_key(number: int, digest: str) -> Key:
    return Key(number, digest, os.urandom(_BLIND_KEY_BYTES[digest]), _today())


def _today() -> date:
    return datetime.now(UTC).date()


def _next_number(keys: Mapping[int, Key]) -> int:
    number = max(keys, default=0) + 1
    if number > _HIGHEST_NUMBER:
        raise OverflowError(f"a key ring holds at most {_HIGHEST_NUMBER} keys")
    return number


def _write(ring: Keyring) -> None:
    content = {
        "layout": _LAYOUT,
        "data_keys": [_as_json(key) for key in ring.data_keys.values()],
        "blind_keys": [_as_json(key) for key in ring.blind_keys.values()],
        "blind_number": ring.blind_number,
    }
    write_private(ring.file, json.dumps(content, indent=1).encode())


def _as_json(key: Key) -> dict[str, Any]:
    secret = base64.b64encode(key.secret).decode()
    made_on = {"made_on": key.made_on.isoformat()} if key.made_on else {}
    return {"number": key.number, "algorithm": key.algorithm, "secret": secret, **made_on}


def _parse(path: Path) -> Keyring:
    content = read_private(path)
    try:
        return _ring_from_json(path, json.loads(content))
    except (ValueError, KeyError, TypeError):
        # The cause would carry the file's text, and with it the keys, into logs.
        raise KeyFileUnsafe(
            f"密钥环文件已损坏：{path}。请从备份恢复。 / The key ring is damaged: {path}. Restore its backup."
        ) from None


def _ring_from_json(path: Path, fields: dict[str, Any]) -> Keyring:
    if fields["layout"] != _LAYOUT:
        raise ValueError("layout")
    data_keys = _keys_from_json(fields["data_keys"], _DATA_KEY_BYTES)
    blind_keys = _keys_from_json(fields["blind_keys"], _BLIND_KEY_BYTES)
    return Keyring(path, data_keys, blind_keys, int(fields["blind_number"]))


def _keys_from_json(entries: list[dict[str, Any]], lengths: Mapping[str, int]) -> dict[int, Key]:
    keys = {int(entry["number"]): _key_from_json(entry) for entry in entries}
    if len(keys) != len(entries) or any(len(key.secret) != lengths[key.algorithm] for key in keys.values()):
        raise ValueError("number or length")
    return keys


def _key_from_json(entry: dict[str, Any]) -> Key:
    made_on = date.fromisoformat(entry["made_on"]) if "made_on" in entry else None
    secret = base64.b64decode(entry["secret"], validate=True)
    return Key(int(entry["number"]), entry["algorithm"], secret, made_on)
