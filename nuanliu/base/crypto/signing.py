"""The Ed25519 key that signs audit heads. The private file stays here; the public one is given to whoever
wants to check heads without trusting this machine."""

from functools import lru_cache
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from nuanliu.base.crypto.configuration import configuration
from nuanliu.base.crypto.errors import KeyFileUnsafe, signing_key_missing
from nuanliu.base.crypto.files import only_writer, read_private, write_private

PRIVATE_NAME = "audit-signing.key.pem"
PUBLIC_NAME = "audit-signing.pub.pem"


class Signer:
    """Signs with the key of one folder; makes it on first use where that is allowed."""

    def __init__(self, keys_dir: Path, *, may_create: bool) -> None:
        self.private_file = keys_dir / PRIVATE_NAME
        self.public_file = keys_dir / PUBLIC_NAME
        self.may_create = may_create
        self._key: Ed25519PrivateKey | None = None

    def sign(self, message: bytes) -> bytes:
        """The signature of `message`, 64 bytes."""
        return self._private_key().sign(message)

    def verify(self, message: bytes, signature: bytes) -> bool:
        """Whether the signature is this folder's, by the public file alone."""
        if not self.public_file.exists():
            raise signing_key_missing(self.public_file)
        return verify_with(self.public_file.read_bytes(), message, signature)

    def public_pem(self) -> bytes:
        """The public key as PEM, to be kept with each head that leaves the machine."""
        return _public_pem(self._private_key())

    def create(self) -> None:
        """Make both files; a private key that exists is left as it is."""
        with only_writer(self.private_file):
            if not self.private_file.exists():
                key = Ed25519PrivateKey.generate()
                write_private(self.public_file, _public_pem(key), mode=0o644)
                write_private(self.private_file, _private_pem(key))

    def _private_key(self) -> Ed25519PrivateKey:
        if self._key is None:
            self._key = self._load()
        return self._key

    def _load(self) -> Ed25519PrivateKey:
        if not self.private_file.exists():
            if not self.may_create:
                raise signing_key_missing(self.private_file)
            self.create()
        try:
            key = load_pem_private_key(read_private(self.private_file), password=None)
        except ValueError:
            raise _damaged(self.private_file) from None
        if not isinstance(key, Ed25519PrivateKey):
            raise _damaged(self.private_file)
        return key


def verify_with(public_pem: bytes, message: bytes, signature: bytes) -> bool:
    """Whether `signature` over `message` was made by the owner of this public key."""
    key = load_pem_public_key(public_pem)
    if not isinstance(key, Ed25519PublicKey):
        return False
    try:
        key.verify(signature, message)
    except InvalidSignature:
        return False
    return True


def signer() -> Signer:
    """The signer of the present settings."""
    chosen = configuration()
    return _signer_at(chosen.keys_dir, chosen.demonstration)


def sign(message: bytes) -> bytes:
    """Sign with the key of the present settings."""
    return signer().sign(message)


def verify(message: bytes, signature: bytes) -> bool:
    """Check against the public file of the present settings."""
    return signer().verify(message, signature)


@lru_cache(maxsize=16)
def _signer_at(keys_dir: Path, may_create: bool) -> Signer:
    return Signer(keys_dir, may_create=may_create)


def _private_pem(key: Ed25519PrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def _public_pem(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def _damaged(file: Path) -> KeyFileUnsafe:
    return KeyFileUnsafe(
        f"签名密钥文件已损坏：{file}。请从备份恢复。"
        f" / The signing key is damaged: {file}. Restore its backup."
    )
