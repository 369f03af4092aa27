"""Two folders of keys, one for each family of algorithms."""

from collections.abc import Callable
from pathlib import Path

import pytest

from nuanliu.base.crypto.keyring import KeyringFile
from nuanliu.base.crypto.vault import Vault


@pytest.fixture
def keyring_file(tmp_path: Path) -> KeyringFile:
    return KeyringFile(tmp_path / "keys" / "keyring.json")


@pytest.fixture(params=["aes-256-gcm", "sm4-gcm"])
def vault(request: pytest.FixtureRequest, keyring_file: KeyringFile) -> Vault:
    """A vault of either cipher with its ring made."""
    keyring_file.create(request.param)
    return Vault(keyring_file, request.param, may_create=False)


@pytest.fixture
def vault_of(keyring_file: KeyringFile) -> Callable[[str], Vault]:
    """Vaults of several ciphers over one ring."""
    return lambda cipher: Vault(keyring_file, cipher, may_create=False)
