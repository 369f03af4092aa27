"""A blind index finds equal texts, and says nothing to whoever lacks the key."""

import hmac

import pytest
from cryptography.hazmat.primitives.hashes import SM3, Hash

from nuanliu.base.crypto.errors import KeyMissing
from nuanliu.base.crypto.keyring import KeyringFile
from nuanliu.base.crypto.vault import Vault

NUMBER = "310101198001011234"


def sm3(message: bytes) -> bytes:
    running = Hash(SM3())
    running.update(message)
    return running.finalize()


def hmac_sm3(key: bytes, message: bytes) -> bytes:
    """RFC 2104 spelt out, since Python's own OpenSSL need not know SM3."""
    padded = key.ljust(64, b"\0")
    inner = sm3(bytes(byte ^ 0x36 for byte in padded) + message)
    return sm3(bytes(byte ^ 0x5C for byte in padded) + inner)


def test_equal_texts_meet_and_others_do_not(vault: Vault) -> None:
    first, second, third = vault.blind_many([NUMBER, NUMBER, "310101198001011235"], purpose="identity")
    assert first == second
    assert first != third
    assert len(first or b"") == 32
    assert vault.blind(NUMBER, "identity") == first


def test_gaps_stay_gaps(vault: Vault) -> None:
    assert vault.blind_many([None, "", None], purpose="phone") == [None, vault.blind("", "phone"), None]


def test_one_text_differs_between_purposes(vault: Vault) -> None:
    assert vault.blind(NUMBER, "identity") != vault.blind(NUMBER, "account")


def test_the_digest_is_hmac_sha256_under_a_key_of_its_purpose(vault_of, keyring_file: KeyringFile) -> None:
    secret = keyring_file.create("aes-256-gcm").blind_key().secret
    purposed = hmac.digest(secret, b"purpose\0identity", "sha256")
    expected = hmac.digest(purposed, NUMBER.encode(), "sha256")
    assert vault_of("aes-256-gcm").blind(NUMBER, "identity") == expected


def test_with_sm4_the_digest_is_hmac_sm3(vault_of, keyring_file: KeyringFile) -> None:
    secret = keyring_file.create("sm4-gcm").blind_key().secret
    expected = hmac_sm3(hmac_sm3(secret, b"purpose\0identity"), NUMBER.encode())
    assert vault_of("sm4-gcm").blind(NUMBER, "identity") == expected


def test_another_cipher_or_data_key_leaves_the_index_as_it_was(vault_of, keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    before = vault_of("aes-256-gcm").blind(NUMBER, "identity")
    keyring_file.add_data_key("aes-256-gcm")
    keyring_file.add_data_key("sm4-gcm")
    assert vault_of("aes-256-gcm").blind(NUMBER, "identity") == before
    assert vault_of("sm4-gcm").blind(NUMBER, "identity") == before


def test_a_new_blind_key_counts_only_when_adopted(vault_of, keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    vault = vault_of("aes-256-gcm")
    before = vault.blind(NUMBER, "identity")
    fresh = keyring_file.add_blind_key("hmac-sm3")
    [again] = vault.blind_many([NUMBER], purpose="identity", key_number=fresh.number)
    assert vault.blind(NUMBER, "identity") == before != again
    keyring_file.adopt_blind_key(fresh.number)
    assert vault.blind(NUMBER, "identity") == again


def test_a_blind_key_that_is_not_there_cannot_be_adopted(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    with pytest.raises(KeyMissing):
        keyring_file.adopt_blind_key(5)
    assert keyring_file.ring().blind_number == 1
