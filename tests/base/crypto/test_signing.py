"""Audit heads are signed here and checked anywhere with the public file."""

import stat
from pathlib import Path

import pytest

from nuanliu.base.crypto.errors import KeyFileUnsafe, KeyMissing
from nuanliu.base.crypto.signing import Signer, verify_with


@pytest.fixture
def signer(tmp_path: Path) -> Signer:
    made = Signer(tmp_path / "keys", may_create=False)
    made.create()
    return made


def test_a_signature_holds_for_its_message_alone(signer: Signer) -> None:
    signature = signer.sign(b"head 1")
    assert len(signature) == 64
    assert signer.verify(b"head 1", signature) is True
    assert signer.verify(b"head 2", signature) is False
    assert signer.verify(b"head 1", signature[:-1] + bytes([signature[-1] ^ 1])) is False
    assert signer.verify(b"head 1", b"") is False


def test_the_public_file_is_all_that_checking_needs(signer: Signer, tmp_path: Path) -> None:
    signature = signer.sign(b"head")
    assert verify_with(signer.public_file.read_bytes(), b"head", signature) is True
    assert signer.public_pem() == signer.public_file.read_bytes()
    signer.private_file.unlink()
    assert Signer(tmp_path / "keys", may_create=False).verify(b"head", signature) is True


def test_another_key_does_not_pass(signer: Signer, tmp_path: Path) -> None:
    other = Signer(tmp_path / "other", may_create=True)
    assert signer.verify(b"head", other.sign(b"head")) is False


def test_the_private_file_is_for_its_owner_alone(signer: Signer, tmp_path: Path) -> None:
    assert stat.S_IMODE(signer.private_file.stat().st_mode) == 0o600
    signer.private_file.chmod(0o644)
    with pytest.raises(KeyFileUnsafe):
        Signer(tmp_path / "keys", may_create=False).sign(b"head")


def test_a_missing_key_is_named_and_not_replaced(tmp_path: Path) -> None:
    signer = Signer(tmp_path, may_create=False)
    for act in (lambda: signer.sign(b"head"), lambda: signer.verify(b"head", bytes(64))):
        with pytest.raises(KeyMissing, match="audit-signing"):
            act()
    assert list(tmp_path.iterdir()) == []


def test_an_existing_key_is_never_made_anew(signer: Signer) -> None:
    before = signer.private_file.read_bytes()
    signer.create()
    assert signer.private_file.read_bytes() == before


def test_a_damaged_key_is_refused(signer: Signer, tmp_path: Path) -> None:
    signer.private_file.write_text("-----BEGIN PRIVATE KEY-----\nnonsense\n-----END PRIVATE KEY-----\n")
    with pytest.raises(KeyFileUnsafe, match="damaged"):
        Signer(tmp_path / "keys", may_create=False).sign(b"head")
