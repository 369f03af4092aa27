"""Digests of content, and the Merkle tree of RFC 9162 section 2.1 with its proofs.

A leaf is `leaf_hash(entry)`. Everything that takes `leaves` wants leaf hashes, never entries: the prefix byte
in `leaf_hash` is what keeps an inner node from passing as an entry.
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import Enum
from hashlib import sha256
from typing import Self
from uuid import UUID

LEAF_PREFIX = b"\x00"
NODE_PREFIX = b"\x01"
EMPTY_ROOT = sha256(b"").digest()


def canonical_json(value: object) -> bytes:
    """One spelling for one content: sorted keys, no spaces, UTF-8.

    Dates are ISO text, times ISO text in UTC, UUIDs text, bytes hex, decimals plain text without trailing
    zeros, data classes objects, tuples arrays. TypeError for what has no exact or no ordered form: floats, sets,
    keys that are not text, times without a zone.
    """
    return json.dumps(_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256_of(value: object) -> bytes:
    """The SHA-256 digest (32 bytes) of the canonical JSON."""
    return sha256(canonical_json(value)).digest()


def leaf_hash(entry: bytes) -> bytes:
    """The leaf of an entry, such as the digest of an audit row."""
    return sha256(LEAF_PREFIX + entry).digest()


def root_of(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; over none, the digest of nothing."""
    if not leaves:
        return EMPTY_ROOT
    level = leaves
    while len(level) > 1:
        level = _level_above(level)
    return level[0]


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The path from leaf `index` (from 0) to the root over all leaves, lowest first."""
    if not 0 <= index < len(leaves):
        raise ValueError("叶子序号超出范围")
    proof, level = [], leaves
    while len(level) > 1:
        if (index ^ 1) < len(level):
            proof.append(level[index ^ 1])
        level, index = _level_above(level), index >> 1
    return proof


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether the leaf hash stands at `index` (from 0) of the tree of `size` leaves with this root.

    RFC 9162, 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, node = index, size - 1, leaf
    for sibling in proof:
        if last == 0:
            return False
        if place & 1 or place == last:
            node = _node(sibling, node)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            node = _node(node, sibling)
        place, last = place >> 1, last >> 1
    return last == 0 and node == root


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The proof that the tree over all leaves only appended to its first `old_size` leaves.

    RFC 9162, 2.1.4.1. Empty for an old size of 0 or of all leaves.
    """
    if not 0 <= old_size <= len(leaves):
        raise ValueError("旧树大小超出范围")
    return _subproof(leaves, old_size, known=True) if old_size else []


def verify_consistency(
    old_size: int, new_size: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether the new tree holds the old one unchanged at its beginning. RFC 9162, 2.1.4.2."""
    if not 0 <= old_size <= new_size:
        return False
    if old_size == 0:
        return not proof and old_root == EMPTY_ROOT
    if old_size == new_size:
        return not proof and old_root == new_root
    return (old_root, new_root) == _roots_of_consistency(old_size, new_size, old_root, proof)


@dataclass(frozen=True, slots=True)
class Frontier:
    """What must be kept of a tree to append to it: size and the roots of its full subtrees, largest first.

    A head a minute over a growing log costs only the new leaves.
    """

    size: int = 0
    peaks: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.peaks) != self.size.bit_count():
            raise ValueError("前沿与树的大小不符")

    def extended(self, leaves: Iterable[bytes]) -> Self:
        """The frontier after these leaf hashes too."""
        size, peaks = self.size, list(self.peaks)
        for leaf in leaves:
            size += 1
            peaks.append(leaf)
            for _ in range((size & -size).bit_length() - 1):
                right = peaks.pop()
                peaks[-1] = _node(peaks[-1], right)
        return type(self)(size, tuple(peaks))

    @property
    def root(self) -> bytes:
        """The root over all leaves so far."""
        if not self.peaks:
            return EMPTY_ROOT
        *larger, node = self.peaks
        for peak in reversed(larger):
            node = _node(peak, node)
        return node


def _plain(value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Enum):
        return _plain(value.value)
    if isinstance(value, str | int):
        return value
    if isinstance(value, Mapping):
        return {_key(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return _plain_scalar(value)


def _plain_scalar(value: object) -> object:
    if isinstance(value, datetime):
        return _time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).hex()
    if isinstance(value, Decimal):
        return _decimal(value)
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    raise TypeError(f"{type(value).__name__} 没有唯一的写法，不能取摘要")


def _key(key: object) -> str:
    if isinstance(key, Enum):
        key = key.value
    if not isinstance(key, str):
        raise TypeError("对象的键必须是文字")
    return key


def _time(value: datetime) -> str:
    offset = value.utcoffset()
    if offset is None:
        raise TypeError("没有时区的时间不能取摘要")
    return f"{(value.replace(tzinfo=None) - offset).isoformat(timespec='microseconds')}Z"


def _decimal(value: Decimal) -> str:
    if not value.is_finite():
        raise TypeError("不是有限的数，不能取摘要")
    text = f"{value:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _node(left: bytes, right: bytes) -> bytes:
    return sha256(NODE_PREFIX + left + right).digest()


def _level_above(level: Sequence[bytes]) -> list[bytes]:
    # The tree of the RFC splits at the largest power of two; pairing level by level and carrying an odd last
    # node up gives the same tree. `_node` is inlined, for a million leaves are a million calls.
    pairs = zip(level[::2], level[1::2], strict=False)
    above = [sha256(b"\x01" + left + right).digest() for left, right in pairs]
    if len(level) % 2:
        above.append(level[-1])
    return above


def _subproof(leaves: Sequence[bytes], old_size: int, *, known: bool) -> list[bytes]:
    size = len(leaves)
    if old_size == size:
        return [] if known else [root_of(leaves)]
    split = 1 << (size - 1).bit_length() - 1
    left, right = leaves[:split], leaves[split:]
    if old_size <= split:
        return [*_subproof(left, old_size, known=known), root_of(right)]
    return [*_subproof(right, old_size - split, known=False), root_of(left)]


def _roots_of_consistency(
    old_size: int, new_size: int, old_root: bytes, proof: Sequence[bytes]
) -> tuple[bytes, bytes] | None:
    """The two roots that a proof leads to, None for a proof of the wrong length."""
    path = list(proof) if old_size & (old_size - 1) else [old_root, *proof]
    if not path:
        return None
    place, last = old_size - 1, new_size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = path[0]
    for sibling in path[1:]:
        if last == 0:
            return None
        if place & 1 or place == last:
            old, new = _node(sibling, old), _node(sibling, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = _node(new, sibling)
        place, last = place >> 1, last >> 1
    return (old, new) if last == 0 else None
