"""What is sealed opens only as it was sealed, where it was sealed, with the key it was sealed by."""

from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from nuanliu.base.crypto.errors import KeyMissing, SealBroken
from nuanliu.base.crypto.keyring import KeyringFile
from nuanliu.base.crypto.vault import FILE_LIMIT_BYTES, OVERHEAD_BYTES, Place, Vault, aad

IDENTITY = Place("people_person", "identity_sealed")
PHONE = Place("people_person", "phone_sealed")
ROW = b"row-of-wang-xiu0"
OTHER_ROW = b"row-of-li-jun-00"
NUMBER = "310101198001011234"


def test_a_sealed_text_opens_as_it_was(vault: Vault) -> None:
    for text in (NUMBER, "", "王秀英", "𠮷野家", "a\0b"):
        assert vault.open_(vault.seal(text, place=IDENTITY, row_key=ROW), place=IDENTITY, row_key=ROW) == text


def test_a_uuid_row_key_is_its_sixteen_bytes(vault: Vault) -> None:
    key = UUID("01890a5d-ac96-774b-bcce-b302099a8057")
    sealed = vault.seal(NUMBER, place=IDENTITY, row_key=key)
    assert vault.open_(sealed, place=IDENTITY, row_key=key.bytes) == NUMBER


def test_the_layout_is_code_key_number_nonce_text_tag(vault_of, keyring_file: KeyringFile) -> None:
    ring = keyring_file.create("aes-256-gcm")
    sealed = vault_of("aes-256-gcm").seal(NUMBER, place=IDENTITY, row_key=ROW)
    assert sealed[:3] == b"\x11\x00\x01"
    assert len(sealed) == len(NUMBER) + OVERHEAD_BYTES
    bound = aad("people_person", "identity_sealed", ROW)
    opened = AESGCM(ring.data_key(1).secret).decrypt(sealed[3:15], sealed[15:], bound)
    assert opened == NUMBER.encode()


def test_sm4_values_are_plain_sm4_gcm(vault_of, keyring_file: KeyringFile) -> None:
    ring = keyring_file.create("sm4-gcm")
    sealed = vault_of("sm4-gcm").seal(NUMBER, place=IDENTITY, row_key=ROW)
    assert sealed[:3] == b"\x12\x00\x01"
    mode = modes.GCM(sealed[3:15], sealed[-16:])
    context = Cipher(algorithms.SM4(ring.data_key(1).secret), mode).decryptor()
    context.authenticate_additional_data(aad("people_person", "identity_sealed", ROW))
    assert context.update(sealed[15:-16]) + context.finalize() == NUMBER.encode()


def test_the_same_text_is_never_sealed_alike(vault: Vault) -> None:
    sealed = vault.seal_many([NUMBER] * 500, place=IDENTITY, row_keys=[ROW] * 500)
    assert len({value[3:15] for value in sealed if value}) == 500
    assert len({value[15:] for value in sealed if value}) == 500


def test_every_altered_byte_is_noticed(vault: Vault) -> None:
    sealed = vault.seal(NUMBER, place=IDENTITY, row_key=ROW)
    for position in range(len(sealed)):
        altered = bytearray(sealed)
        altered[position] ^= 1
        with pytest.raises((SealBroken, KeyMissing)):
            vault.open_(bytes(altered), place=IDENTITY, row_key=ROW)


def test_every_cut_value_is_noticed(vault: Vault) -> None:
    sealed = vault.seal(NUMBER, place=IDENTITY, row_key=ROW)
    for length in range(len(sealed)):
        with pytest.raises(SealBroken):
            vault.open_(sealed[:length], place=IDENTITY, row_key=ROW)


@pytest.mark.parametrize(
    ("place", "row_key"),
    [(IDENTITY, OTHER_ROW), (PHONE, ROW), (Place("people_bank_account", "identity_sealed"), ROW)],
    ids=["another row", "another column", "another table"],
)
def test_a_value_moved_elsewhere_does_not_open(vault: Vault, place: Place, row_key: bytes) -> None:
    sealed = vault.seal(NUMBER, place=IDENTITY, row_key=ROW)
    with pytest.raises(SealBroken, match=str(place)):
        vault.open_(sealed, place=place, row_key=row_key)


def test_another_key_of_the_same_number_does_not_open(vault: Vault, tmp_path: Path) -> None:
    sealed = vault.seal(NUMBER, place=IDENTITY, row_key=ROW)
    foreign = KeyringFile(tmp_path / "other" / "keyring.json")
    foreign.create(vault.cipher)
    with pytest.raises(SealBroken):
        Vault(foreign, vault.cipher, may_create=False).open_(sealed, place=IDENTITY, row_key=ROW)


def test_a_value_that_names_an_unknown_key_says_which_file_to_restore(vault: Vault) -> None:
    sealed = bytearray(vault.seal(NUMBER, place=IDENTITY, row_key=ROW))
    sealed[1:3] = (77).to_bytes(2, "big")
    with pytest.raises(KeyMissing) as refusal:
        vault.open_(bytes(sealed), place=IDENTITY, row_key=ROW)
    path = vault.file.path
    assert str(refusal.value) == (
        f"密钥环中没有第 77 号密钥：{path}。请恢复包含该密钥的密钥环备份。"
        f" / The key ring has no key number 77: {path}. Restore the backup of the key ring that holds this key."
    )


def test_a_key_of_the_other_cipher_is_not_mistaken(vault_of, keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    keyring_file.add_data_key("sm4-gcm")
    sealed = bytearray(vault_of("aes-256-gcm").seal(NUMBER, place=IDENTITY, row_key=ROW))
    sealed[2] = 2
    with pytest.raises(SealBroken):
        vault_of("aes-256-gcm").open_(bytes(sealed), place=IDENTITY, row_key=ROW)


def test_a_column_is_sealed_and_opened_with_its_gaps(vault: Vault) -> None:
    values = [NUMBER, None, "", "王秀英"]
    rows = [b"1", b"2", b"3", b"4"]
    sealed = vault.seal_many(values, place=IDENTITY, row_keys=rows)
    assert [value is None for value in sealed] == [False, True, False, False]
    assert vault.open_many(sealed, place=IDENTITY, row_keys=rows) == values
    assert vault.open_(sealed[3] or b"", place=IDENTITY, row_key=b"4") == "王秀英"


def test_a_column_needs_one_row_key_for_each_value(vault: Vault) -> None:
    with pytest.raises(ValueError, match="shorter"):
        vault.seal_many(["a", "b"], place=IDENTITY, row_keys=[ROW])
    with pytest.raises(ValueError, match="a row key is empty"):
        vault.seal_many(["a", "b"], place=IDENTITY, row_keys=[ROW, b""])


def test_what_the_driver_hands_over_as_memoryview_opens(vault: Vault) -> None:
    sealed = memoryview(vault.seal(NUMBER, place=IDENTITY, row_key=ROW))
    assert vault.open_(sealed, place=IDENTITY, row_key=ROW) == NUMBER
    assert vault.needs_resealing(sealed) is False


def test_a_whole_file_is_sealed(vault: Vault) -> None:
    content = bytes(range(256)) * 4096
    sealed = vault.seal_bytes(content, place=IDENTITY, row_key=ROW)
    assert vault.open_bytes(sealed, place=IDENTITY, row_key=ROW) == content
    with pytest.raises(ValueError, match="more than one sealed value holds"):
        vault.seal_bytes(bytes(FILE_LIMIT_BYTES + 1), place=IDENTITY, row_key=ROW)


def test_no_message_carries_the_text(vault: Vault) -> None:
    broken = NUMBER + "\ud800"
    for act in (
        lambda: vault.seal(broken, place=IDENTITY, row_key=ROW),
        lambda: vault.blind(broken, "identity"),
        lambda: vault.open_(
            vault.seal_bytes(NUMBER.encode() + b"\xff", place=IDENTITY, row_key=ROW),
            place=IDENTITY,
            row_key=ROW,
        ),
    ):
        with pytest.raises(ValueError, match="text") as refusal:
            act()
        assert NUMBER not in repr(refusal.value)
        assert refusal.value.__suppress_context__
        assert not isinstance(refusal.value, UnicodeError)


def test_sealing_goes_on_under_a_new_key_and_the_old_one_still_opens(vault: Vault) -> None:
    old = vault.seal(NUMBER, place=IDENTITY, row_key=ROW)
    assert vault.needs_resealing(old) is False
    vault.file.add_data_key(vault.cipher)
    new = vault.seal(NUMBER, place=IDENTITY, row_key=ROW)
    assert (old[1:3], new[1:3]) == (b"\0\1", b"\0\2")
    assert vault.needs_resealing(old) is True
    assert vault.open_many([old, new], place=IDENTITY, row_keys=[ROW, ROW]) == [NUMBER, NUMBER]


def test_from_aes_to_sm4_both_open_until_all_is_sealed_again(
    vault_of: Callable[[str], Vault], keyring_file: KeyringFile
) -> None:
    keyring_file.create("aes-256-gcm")
    aes, sm4 = vault_of("aes-256-gcm"), vault_of("sm4-gcm")
    rows = [b"1", b"2", b"3"]
    column = aes.seal_many(["甲", None, "乙"], place=IDENTITY, row_keys=rows)
    keyring_file.add_data_key("sm4-gcm")

    column[2] = sm4.seal("丙", place=IDENTITY, row_key=b"3")
    assert sm4.open_many(column, place=IDENTITY, row_keys=rows) == ["甲", None, "丙"]
    assert aes.open_many(column, place=IDENTITY, row_keys=rows) == ["甲", None, "丙"]

    resealed = sm4.reseal_many(column, place=IDENTITY, row_keys=rows)
    assert [value and value[0] for value in resealed] == [0x12, None, 0x12]
    assert resealed[2] == column[2]
    assert sm4.open_many(resealed, place=IDENTITY, row_keys=rows) == ["甲", None, "丙"]
    assert sm4.reseal_many(resealed, place=IDENTITY, row_keys=rows) == resealed
