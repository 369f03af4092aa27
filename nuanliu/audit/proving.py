"""Proofs that a third party can check with the public key: of one entry, and of growth between two heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from nuanliu.audit import outside
from nuanliu.audit.blocks import SealedTree
from nuanliu.audit.content import CONTENT, content_of
from nuanliu.audit.models import AuditEntry, AuditHead
from nuanliu.audit.signed import SignedHead, message
from nuanliu.base.crypto import signing
from nuanliu.kernel import digests

FORMAT = "nuanliu audit proof 1"


@dataclass(frozen=True, slots=True)
class Inclusion:
    """That an entry of this digest stands at `index` under the head of `size`: RFC 9162, 2.1.3."""

    entry_id: int
    digest: bytes
    index: int
    size: int
    path: tuple[bytes, ...]

    def proves(self, root: bytes) -> bool:
        """Whether it leads to the root of the head."""
        leaf = digests.leaf_hash(self.digest)
        return digests.verify_inclusion(leaf, self.index, self.size, self.path, root)


def head_over(entry_id: int) -> AuditHead | None:
    """The first head that covers an entry; None while it awaits one."""
    return AuditHead.objects.filter(last_entry_id__gte=entry_id).order_by("last_entry_id").first()


def inclusion_of(entry_id: int, head: AuditHead) -> Inclusion:
    """The proof that an entry is under a head. LookupError when it is not."""
    found = _included(SealedTree.under(head), entry_id)
    # What the kept blocks tell is worth what it proves: where it does not fit, the entries themselves are asked.
    return found if found.proves(bytes(head.root)) else _included(SealedTree.read_anew(head), entry_id)


def _included(tree: SealedTree, entry_id: int) -> Inclusion:
    index = tree.index_of(entry_id)
    return Inclusion(entry_id, tree.leaf(index).digest, index, tree.size, tuple(tree.path_of(index)))


def consistency(earlier: AuditHead, later: AuditHead) -> tuple[bytes, ...]:
    """The proof that between two heads the log only grew: for `kernel.digests.verify_consistency`."""
    proof = tuple(SealedTree.under(later).consistency_from(earlier.size))
    if not grew(earlier, later, proof):
        proof = tuple(SealedTree.read_anew(later).consistency_from(earlier.size))
    return proof


def grew(earlier: AuditHead, later: AuditHead, proof: Sequence[bytes]) -> bool:
    """Whether a proof shows that the later head holds the earlier one unchanged at its beginning."""
    roots = bytes(earlier.root), bytes(later.root)
    return digests.verify_consistency(earlier.size, later.size, *roots, proof)


@dataclass(frozen=True, slots=True)
class Proof:
    """What holds and what does not of one entry under one head.

    `outside` is the entry's digest as the copy outside the database has it under the same head; None where the copy
    lacks the head.
    """

    content: bytes
    stored: bytes
    inclusion: Inclusion
    head: SignedHead
    outside: bytes | None
    outside_head: SignedHead | None

    @property
    def digest(self) -> bytes:
        """The digest of what the entry says, computed anew."""
        return sha256(self.content).digest()

    @property
    def content_holds(self) -> bool:
        """The entry says what was digested when it was written, and what was sealed."""
        return self.digest == self.stored == self.inclusion.digest

    @property
    def path_holds(self) -> bool:
        """The digest leads to the root of the head."""
        return self.inclusion.proves(self.head.root)

    @property
    def signature_holds(self) -> bool:
        """Our key signed the head."""
        return self.head.is_genuine

    @property
    def outside_holds(self) -> bool:
        """The copy outside the database has the same head, and the same digest under it."""
        return self.outside_head == self.head and self.outside == self.digest

    @property
    def holds(self) -> bool:
        """Every step."""
        return self.content_holds and self.path_holds and self.signature_holds and self.outside_holds

    def steps(self) -> list[tuple[bytes, str, bytes]]:
        """The path as it is climbed: the neighbour, the side on which it stands, and the node above."""
        return climbed(self.inclusion)

    def as_data(self) -> dict[str, Any]:
        """All that a third party needs, as JSON: docs/howto/audit.md tells how to check it."""
        head = self.head
        return {
            "format": FORMAT,
            "entry": self.content.decode(),
            "digest": self.digest.hex(),
            "index": self.inclusion.index,
            "path": [node.hex() for node in self.inclusion.path],
            "head": {
                "size": head.size,
                "last_entry_id": head.last_entry_id,
                "root": head.root.hex(),
                "sealed_at": head.sealed_at.isoformat(),
                "signed": message(head.size, head.last_entry_id, head.root, head.sealed_at).decode(),
                "signature": head.signature.hex(),
            },
            "public_key": signing.signer().public_file.read_text(),
        }


def proof_of(entry: AuditEntry) -> Proof | None:
    """The proof of an entry under the first head that covers it; None while it awaits one."""
    head = head_over(entry.pk)
    if head is None:
        return None
    published = outside.published(head.size)
    known = {leaf.entry_id: leaf.digest for leaf in published.leaves} if published else {}
    return Proof(
        content=content_of(tuple(getattr(entry, column) for column in CONTENT)),
        stored=bytes(entry.digest),
        inclusion=inclusion_of(entry.pk, head),
        head=SignedHead.of(head),
        outside=known.get(entry.pk),
        outside_head=published.head if published else None,
    )


def climbed(inclusion: Inclusion) -> list[tuple[bytes, str, bytes]]:
    """How RFC 9162, 2.1.3.2 climbs a path: neighbour, its side ('left' or 'right'), and the node above both."""
    place, last, node = inclusion.index, inclusion.size - 1, digests.leaf_hash(inclusion.digest)
    steps = []
    for sibling in inclusion.path:
        left = bool(place & 1) or place == last
        node = _above(sibling, node) if left else _above(node, sibling)
        steps.append((sibling, "left" if left else "right", node))
        while left and not place & 1 and place:
            place, last = place >> 1, last >> 1
        place, last = place >> 1, last >> 1
    return steps


def _above(left: bytes, right: bytes) -> bytes:
    return sha256(digests.NODE_PREFIX + left + right).digest()
