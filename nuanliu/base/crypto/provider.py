"""The port behind which ciphers and keyed digests stand; a hardware module would be one more provider.

Both providers take 12-byte nonces, append a 16-byte tag and digest to 32 bytes, so that columns need not
know which of them wrote a value.
"""

from collections.abc import Callable
from typing import Final, Protocol

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256, SM3, HashAlgorithm
from cryptography.hazmat.primitives.hmac import HMAC

NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16
DIGEST_BYTES: Final = 32

type Encrypt = Callable[[bytes, bytes, bytes], bytes]
"""(nonce, plain, associated) -> ciphertext with tag."""
type Decrypt = Callable[[bytes, bytes, bytes], bytes]
"""(nonce, ciphertext with tag, associated) -> plain; raises `cryptography.exceptions.InvalidTag`."""
type Digest = Callable[[bytes], bytes]
"""value -> 32 bytes."""


class Provider(Protocol):
    """One family of algorithms. `code` is the first byte of what it seals: layout 1, algorithm 1 or 2."""

    cipher: str
    digest: str
    code: int
    key_bytes: int

    def encryptor(self, secret: bytes) -> Encrypt: ...

    def decryptor(self, secret: bytes) -> Decrypt: ...

    def digester(self, secret: bytes) -> Digest: ...


class International:
    """AES-256-GCM and HMAC-SHA256."""

    cipher = "aes-256-gcm"
    digest = "hmac-sha256"
    code = 0x11
    key_bytes = 32

    def encryptor(self, secret: bytes) -> Encrypt:
        return AESGCM(secret).encrypt

    def decryptor(self, secret: bytes) -> Decrypt:
        return AESGCM(secret).decrypt

    def digester(self, secret: bytes) -> Digest:
        return _keyed_digest(secret, SHA256())


class ShangMi:
    """SM4-GCM (GB/T 32907, GB/T 36624) and HMAC-SM3 (GB/T 32905)."""

    cipher = "sm4-gcm"
    digest = "hmac-sm3"
    code = 0x12
    key_bytes = 16

    def encryptor(self, secret: bytes) -> Encrypt:
        algorithm = algorithms.SM4(secret)

        def encrypt(nonce: bytes, plain: bytes, associated: bytes) -> bytes:
            context = Cipher(algorithm, modes.GCM(nonce)).encryptor()
            context.authenticate_additional_data(associated)
            return context.update(plain) + context.finalize() + context.tag

        return encrypt

    def decryptor(self, secret: bytes) -> Decrypt:
        algorithm = algorithms.SM4(secret)

        def decrypt(nonce: bytes, sealed: bytes, associated: bytes) -> bytes:
            body, tag = sealed[:-TAG_BYTES], sealed[-TAG_BYTES:]
            context = Cipher(algorithm, modes.GCM(nonce, tag)).decryptor()
            context.authenticate_additional_data(associated)
            return context.update(body) + context.finalize()

        return decrypt

    def digester(self, secret: bytes) -> Digest:
        return _keyed_digest(secret, SM3())


def _keyed_digest(secret: bytes, algorithm: HashAlgorithm) -> Digest:
    # A copy of the keyed state (inner and outer hash) costs a quarter of keying it anew.
    keyed = HMAC(secret, algorithm)

    def digest(value: bytes) -> bytes:
        fresh = keyed.copy()
        fresh.update(value)
        return fresh.finalize()

    return digest


_ALL: tuple[Provider, ...] = (International(), ShangMi())
BY_CIPHER: Final = {provider.cipher: provider for provider in _ALL}
BY_DIGEST: Final = {provider.digest: provider for provider in _ALL}
BY_CODE: Final = {provider.code: provider for provider in _ALL}
