"""What is signed of a head, wherever it is kept."""

from dataclasses import dataclass
from datetime import datetime
from typing import Self

from nuanliu.audit.models import AuditHead
from nuanliu.base.crypto import signing
from nuanliu.kernel.digests import canonical_json

PURPOSE = b"nuanliu audit head 1\n"


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A root over the first `size` entries, the last of them, the time, and the signature over these."""

    size: int
    last_entry_id: int
    root: bytes
    sealed_at: datetime
    signature: bytes

    @classmethod
    def of(cls, row: AuditHead) -> Self:
        return cls(row.size, row.last_entry_id, bytes(row.root), row.sealed_at, bytes(row.signature))

    @classmethod
    def sign(cls, size: int, last_entry_id: int, root: bytes, sealed_at: datetime) -> Self:
        return cls(
            size, last_entry_id, root, sealed_at, signing.sign(message(size, last_entry_id, root, sealed_at))
        )

    @property
    def is_genuine(self) -> bool:
        """Whether our key signed exactly this."""
        return signing.verify(
            message(self.size, self.last_entry_id, self.root, self.sealed_at), self.signature
        )


def message(size: int, last_entry_id: int, root: bytes, sealed_at: datetime) -> bytes:
    """The bytes under the signature."""
    said = {"size": size, "last_entry_id": last_entry_id, "root": root, "sealed_at": sealed_at}
    return PURPOSE + canonical_json(said)
