"""The proof that nobody rewrote the log: every entry digested anew, every head checked, inside and outside.

What is compared with what: the signatures with our public key; the heads outside with those in the database; each
entry's content with its stored digest, and with the digest that was published when it was sealed; the tree over the
entries with every root.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from nuanliu.audit import outside
from nuanliu.audit.content import CONTENT, digest_of
from nuanliu.audit.leaves import Leaf
from nuanliu.audit.models import AuditEntry, AuditHead
from nuanliu.audit.outside import PublishedHead
from nuanliu.audit.signed import SignedHead
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.digests import Frontier, leaf_hash

WHOLE_TREE = "/"
CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is not as it was: an entry by its number, or a head by its size."""

    kind: str
    number: int
    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(frozen=True, slots=True)
class Verification:
    """Whether the log stands as it was written; if not, where it first differs. `unsealed` entries await a head."""

    ok: bool
    first_broken: Broken | None
    entries: int
    heads: int
    unsealed: int = 0


def verify(using: str = "audit") -> Verification:
    """Prove entries and heads through the database alias `using`, by default as the auditor role."""
    with scoped(Scope.for_path(WHOLE_TREE), using=using):
        heads = [SignedHead.of(row) for row in AuditHead.objects.using(using).order_by("size")]
        published, broken = _published()
        broken = broken or _forged(heads)
        walk = _Walk(heads, published)
        broken = broken or walk.first_broken(_entries(using)) or _disagreeing(heads, published)
        sealed = max((head.size for head in heads), default=0)
        return Verification(broken is None, broken, walk.count, len(heads), max(0, walk.count - sealed))


class _Walk:
    """One pass over the entries in order of their number."""

    def __init__(self, heads: Iterable[SignedHead], published: Iterable[PublishedHead]) -> None:
        self.heads = {head.size: head for head in heads}
        self.sealed = [leaf for line in published for leaf in line.leaves]
        self.frontier = Frontier()
        self.pending: list[bytes] = []
        self.count = 0

    def first_broken(self, entries: Iterable[tuple[object, ...]]) -> Broken | None:
        for *content, stored in entries:
            leaf = Leaf(int(str(content[0])), digest_of(tuple(content)))
            broken = self._compared(leaf, bytes(stored)) or self._counted(leaf)  # type: ignore[call-overload]
            if broken:
                return broken
        return self._cut_off()

    def _compared(self, leaf: Leaf, stored: bytes) -> Broken | None:
        if self.count < len(self.sealed):
            expected = self.sealed[self.count]
            if leaf.entry_id > expected.entry_id:
                return _missing(expected.entry_id)
            if leaf.entry_id < expected.entry_id:
                return Broken("entry", leaf.entry_id, f"审计记录 {leaf.entry_id} 是封签之后插入的。")
            if leaf.digest != expected.digest:
                return _altered(leaf.entry_id)
        return None if leaf.digest == stored else _altered(leaf.entry_id)

    def _counted(self, leaf: Leaf) -> Broken | None:
        self.count += 1
        self.pending.append(leaf_hash(leaf.digest))
        head = self.heads.get(self.count)
        if head is None:
            return None
        self.frontier, self.pending = self.frontier.extended(self.pending), []
        if self.frontier.root == head.root and leaf.entry_id == head.last_entry_id:
            return None
        return Broken(
            "head", head.size, f"第 {head.size} 条处的审计封签与其下的记录不符：上一封签之后有记录被改动。"
        )

    def _cut_off(self) -> Broken | None:
        if self.count < len(self.sealed):
            return _missing(self.sealed[self.count].entry_id)
        longest = max(self.heads, default=0)
        if longest > self.count:
            return Broken(
                "head", longest, f"审计封签覆盖 {longest} 条记录，库中只有 {self.count} 条：末尾被删除。"
            )
        return None


def _entries(using: str) -> Iterator[tuple[object, ...]]:
    rows = AuditEntry.objects.using(using).order_by("id").values_list(*CONTENT, "digest")
    return rows.iterator(chunk_size=CHUNK)


def _published() -> tuple[list[PublishedHead], Broken | None]:
    """The heads outside, as far as they are genuine, and the first that is not."""
    genuine: list[PublishedHead] = []
    frontier = Frontier()
    for number, line in enumerate(outside.lines(), start=1):
        try:
            found = PublishedHead.from_line(line)
        except (ValueError, KeyError, TypeError):
            return genuine, Broken("head", number, f"库外封签文件第 {number} 行无法读取。")
        frontier = frontier.extended(leaf_hash(leaf.digest) for leaf in found.leaves)
        if (frontier.size, frontier.root) != (found.head.size, found.head.root) or not found.head.is_genuine:
            return genuine, Broken(
                "head", found.head.size, f"库外第 {found.head.size} 条处的审计封签不是本系统所签。"
            )
        genuine.append(found)
    return genuine, None


def _forged(heads: list[SignedHead]) -> Broken | None:
    for head in heads:
        if not head.is_genuine:
            return Broken("head", head.size, f"第 {head.size} 条处的审计封签不是本系统所签。")
    for earlier, later in pairwise(heads):
        if earlier.last_entry_id >= later.last_entry_id:
            return Broken("head", later.size, f"第 {later.size} 条处的审计封签次序颠倒。")
    return None


def _disagreeing(heads: list[SignedHead], published: list[PublishedHead]) -> Broken | None:
    """A head that stands on one side only; the database may be ahead by what is not yet published."""
    inside = {head.size: head for head in heads}
    for line in published:
        if inside.get(line.head.size) != line.head:
            return Broken("head", line.head.size, f"库外第 {line.head.size} 条处的审计封签在库中缺失或不同。")
    known = {line.head.size for line in published}
    newest = max(known, default=0)
    for head in heads:
        if head.size < newest and head.size not in known:
            return Broken("head", head.size, f"第 {head.size} 条处的审计封签在库外缺失。")
    return None


def _missing(entry_id: int) -> Broken:
    return Broken("entry", entry_id, f"审计记录 {entry_id} 已被删除。")


def _altered(entry_id: int) -> Broken:
    return Broken("entry", entry_id, f"审计记录 {entry_id} 的内容与封签时不符。")
