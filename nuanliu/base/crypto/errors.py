"""What can go wrong with keys and sealed values. No message carries a value, a ciphertext or a key."""

from pathlib import Path


class CryptoError(Exception):
    """Ancestor of all that this package raises."""


class KeyMissing(CryptoError):  # noqa: N818 - the trade's word says it
    """A key that is needed is not in the key folder."""

    def __init__(self, what_zh: str, what_en: str, file: Path, remedy_zh: str, remedy_en: str) -> None:
        super().__init__(f"{what_zh}：{file}。{remedy_zh} / {what_en}: {file}. {remedy_en}")
        self.file = file


class KeyFileUnsafe(CryptoError):  # noqa: N818
    """A key file cannot be trusted: damaged, or readable by others."""


class SealBroken(CryptoError):  # noqa: N818
    """A sealed value does not open: altered, moved to another row or column, or sealed with another key."""


def ring_missing(file: Path) -> KeyMissing:
    """The whole key ring is absent."""
    return KeyMissing(
        "缺少密钥环文件",
        "The key ring file is missing",
        file,
        "请从备份恢复该文件；仅全新安装时可运行 nuanliu keys create 新建。",
        "Restore it from its backup; on a new installation only, make one with `nuanliu keys create`.",
    )


def number_missing(file: Path, number: int) -> KeyMissing:
    """A sealed value, or the ring itself, names a key that the ring does not hold."""
    return KeyMissing(
        f"密钥环中没有第 {number} 号密钥",
        f"The key ring has no key number {number}",
        file,
        "请恢复包含该密钥的密钥环备份。",
        "Restore the backup of the key ring that holds this key.",
    )


def cipher_missing(file: Path, cipher: str) -> KeyMissing:
    """The ring has no key for the cipher that the settings ask for."""
    return KeyMissing(
        f"密钥环中没有 {cipher} 算法的密钥",
        f"The key ring has no key for {cipher}",
        file,
        f"请运行 nuanliu keys add --cipher {cipher} 添加。",
        f"Add one with `nuanliu keys add --cipher {cipher}`.",
    )


def signing_key_missing(file: Path) -> KeyMissing:
    """The key that signs audit heads is absent."""
    return KeyMissing(
        "缺少签名密钥文件",
        "The signing key file is missing",
        file,
        "请从备份恢复该文件；仅全新安装时可运行 nuanliu keys create 新建。",
        "Restore it from its backup; on a new installation only, make one with `nuanliu keys create`.",
    )
