"""What the log tells: the history of a subject, and proofs that a third party can check with the public key."""

from dataclasses import dataclass

from django.db.models import Model, QuerySet

from nuanliu.audit.content import named
from nuanliu.audit.leaves import leaves_between
from nuanliu.audit.models import AuditEntry, AuditHead
from nuanliu.audit.verification import Broken, Verification, verify
from nuanliu.kernel import digests

__all__ = ["Broken", "Inclusion", "Verification", "consistency", "history_of", "inclusion_of", "verify"]


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


def history_of(subject: Model | tuple[str, object]) -> QuerySet[AuditEntry]:
    """What was done to a subject, oldest first, as far as the scope sees it."""
    kind, key = named(subject)
    return AuditEntry.objects.filter(subject_kind=kind, subject_id=key).order_by("id")


def inclusion_of(entry_id: int, head: AuditHead) -> Inclusion:
    """The proof that an entry is under a head. LookupError when it is not."""
    leaves = leaves_between(0, head.last_entry_id)
    index = next((place for place, leaf in enumerate(leaves) if leaf.entry_id == entry_id), None)
    if index is None:
        raise LookupError(f"entry {entry_id} is not under the head of {head.size}")
    path = digests.inclusion_proof([digests.leaf_hash(leaf.digest) for leaf in leaves], index)
    return Inclusion(entry_id, leaves[index].digest, index, len(leaves), tuple(path))


def consistency(earlier: AuditHead, later: AuditHead) -> tuple[bytes, ...]:
    """The proof that between two heads the log only grew: for `kernel.digests.verify_consistency`."""
    leaves = [digests.leaf_hash(leaf.digest) for leaf in leaves_between(0, later.last_entry_id)]
    return tuple(digests.consistency_proof(leaves, earlier.size))
