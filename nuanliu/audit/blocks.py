"""The tree under a head, read by blocks of 1,024 entries: a proof costs one block and the roots of the others.

The roots are a store, never a source of trust. Whatever comes out is compared with the signed root; where it does
not fit, the tree is read anew from the entries themselves.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Self

from nuanliu.audit.leaves import Leaf, leaves_between
from nuanliu.audit.models import AuditBlock, AuditHead
from nuanliu.kernel.digests import inclusion_proof, leaf_hash, root_of

LEVELS = 10
BLOCK = 1 << LEVELS


class Block(NamedTuple):
    """A row of entries: the number of its last, and the root over them."""

    last_entry_id: int
    root: bytes


def keep_blocks(head: AuditHead) -> int:
    """Write the blocks that a head fills and the table lacks; how many."""
    last = AuditBlock.objects.order_by("-number").first()
    number = last.number + 1 if last else 0
    if head.size // BLOCK <= number:
        return 0
    leaves = leaves_between(last.last_entry_id if last else 0, head.last_entry_id)
    fresh = _blocks_over(leaves)[: head.size // BLOCK - number]
    AuditBlock.objects.bulk_create(
        AuditBlock(number=number + place, last_entry_id=block.last_entry_id, root=block.root)
        for place, block in enumerate(fresh)
    )
    return len(fresh)


@dataclass(slots=True)
class SealedTree:
    """The tree of RFC 9162 over the first `size` entries, as far as it is asked for."""

    size: int
    last_entry_id: int
    blocks: list[Block]
    _read: dict[int, list[Leaf]] = field(default_factory=dict)

    @classmethod
    def under(cls, head: AuditHead) -> Self:
        """By the blocks that are kept; from the entries where one is missing."""
        full = head.size // BLOCK
        kept = AuditBlock.objects.filter(number__lt=full).order_by("number")
        blocks = [Block(last, bytes(root)) for last, root in kept.values_list("last_entry_id", "root")]
        return cls(head.size, head.last_entry_id, blocks) if len(blocks) == full else cls.read_anew(head)

    @classmethod
    def read_anew(cls, head: AuditHead) -> Self:
        """From the entries alone: exact, and slow on a long log."""
        leaves = leaves_between(0, head.last_entry_id)[: head.size]
        return cls(head.size, head.last_entry_id, _blocks_over(leaves))

    def index_of(self, entry_id: int) -> int:
        """Where an entry stands. LookupError when it is not under the head."""
        number = bisect_left(self.blocks, entry_id, key=lambda block: block.last_entry_id)
        for place, leaf in enumerate(self.leaves(number)):
            if leaf.entry_id == entry_id:
                return number * BLOCK + place
        raise LookupError(f"entry {entry_id} is not under the head of {self.size}")

    def leaf(self, index: int) -> Leaf:
        """The entry at a place."""
        return self.leaves(index // BLOCK)[index % BLOCK]

    def leaves(self, number: int) -> list[Leaf]:
        """The entries of a block, or of what follows the last whole one."""
        if number not in self._read:
            first = self.blocks[number - 1].last_entry_id if number else 0
            last = self.blocks[number].last_entry_id if number < len(self.blocks) else self.last_entry_id
            self._read[number] = leaves_between(first, last)
        return self._read[number]

    def path_of(self, index: int) -> list[bytes]:
        """The path from an entry to the root, lowest first."""
        inside = inclusion_proof(_hashes(self.leaves(index // BLOCK)), index % BLOCK)
        return inside + inclusion_proof(self._upper(), index // BLOCK)

    def consistency_from(self, size: int) -> list[bytes]:
        """The proof that the first `size` entries stand unchanged at the beginning. RFC 9162, 2.1.4.1."""
        if not 0 < size < self.size:
            return []
        return self._subproof(0, self.size, size, known=True)

    def root_between(self, first: int, last: int) -> bytes:
        """The root over the entries from place `first` up to `last`, a subtree of the whole."""
        if last - first <= BLOCK:
            return root_of(_hashes(self.leaves(first // BLOCK))[first % BLOCK : first % BLOCK + last - first])
        return root_of(self._upper()[first // BLOCK : -(-last // BLOCK)])

    def _upper(self) -> list[bytes]:
        """What stands ten levels above the entries: the blocks, and the rest."""
        roots = [block.root for block in self.blocks]
        if self.size % BLOCK:
            roots.append(root_of(_hashes(self.leaves(len(self.blocks)))))
        return roots

    def _subproof(self, first: int, last: int, old: int, *, known: bool) -> list[bytes]:
        size = last - first
        if old == size:
            return [] if known else [self.root_between(first, last)]
        split = 1 << (size - 1).bit_length() - 1
        if old <= split:
            left = self._subproof(first, first + split, old, known=known)
            return [*left, self.root_between(first + split, last)]
        right = self._subproof(first + split, last, old - split, known=False)
        return [*right, self.root_between(first, first + split)]


def _hashes(leaves: Sequence[Leaf]) -> list[bytes]:
    return [leaf_hash(leaf.digest) for leaf in leaves]


def _blocks_over(leaves: Sequence[Leaf]) -> list[Block]:
    """The whole blocks of entries in a row, from the first on."""
    parts = (leaves[start : start + BLOCK] for start in range(0, len(leaves) - BLOCK + 1, BLOCK))
    return [Block(part[-1].entry_id, root_of(_hashes(part))) for part in parts]
