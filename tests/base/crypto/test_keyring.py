"""The key ring file: made on purpose, private, whole, and loud when it is missing."""

import json
import stat
import threading
from pathlib import Path

import pytest

from nuanliu.base.crypto.errors import KeyFileUnsafe, KeyMissing
from nuanliu.base.crypto.keyring import KeyringFile
from nuanliu.base.crypto.vault import Place, Vault

IDENTITY = Place("people_person", "identity_sealed")
ROW = b"row-of-wang-xiu0"


def test_the_ring_is_for_its_owner_alone(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    assert stat.S_IMODE(keyring_file.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(keyring_file.path.parent.stat().st_mode) == 0o700


def test_a_ring_that_others_may_read_is_refused(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    keyring_file.path.chmod(0o640)
    with pytest.raises(KeyFileUnsafe, match="chmod 600"):
        KeyringFile(keyring_file.path).ring()


def test_without_a_ring_nothing_is_sealed_and_the_remedy_is_named(keyring_file: KeyringFile) -> None:
    vault = Vault(keyring_file, "aes-256-gcm", may_create=False)
    path = keyring_file.path
    message = (
        f"缺少密钥环文件：{path}。请从备份恢复该文件；仅全新安装时可运行 nuanliu keys create 新建。"
        f" / The key ring file is missing: {path}. Restore it from its backup; on a new installation only,"
        " make one with `nuanliu keys create`."
    )
    for act in (
        lambda: vault.seal("甲", place=IDENTITY, row_key=ROW),
        lambda: vault.blind("甲", "identity"),
        lambda: vault.open_(bytes(40), place=IDENTITY, row_key=ROW),
    ):
        with pytest.raises(KeyMissing) as refusal:
            act()
        assert str(refusal.value) == message
        assert refusal.value.file == path
    assert not path.exists()


def test_a_demonstration_makes_its_ring_on_first_use(keyring_file: KeyringFile) -> None:
    vault = Vault(keyring_file, "sm4-gcm", may_create=True)
    sealed = vault.seal("甲", place=IDENTITY, row_key=ROW)
    assert Vault(keyring_file, "sm4-gcm", may_create=False).open_(sealed, place=IDENTITY, row_key=ROW) == "甲"


def test_not_even_a_demonstration_makes_a_ring_in_order_to_open(keyring_file: KeyringFile) -> None:
    vault = Vault(keyring_file, "aes-256-gcm", may_create=True)
    with pytest.raises(KeyMissing):
        vault.open_(bytes(40), place=IDENTITY, row_key=ROW)
    assert not keyring_file.path.exists()


def test_a_cipher_without_key_names_the_command(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    with pytest.raises(KeyMissing, match="nuanliu keys add --cipher sm4-gcm"):
        Vault(keyring_file, "sm4-gcm", may_create=False).seal("甲", place=IDENTITY, row_key=ROW)
    Vault(keyring_file, "sm4-gcm", may_create=True).seal("甲", place=IDENTITY, row_key=ROW)
    assert keyring_file.ring().newest("sm4-gcm").number == 2


def test_an_existing_ring_is_never_made_anew(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    before = keyring_file.path.read_bytes()
    keyring_file.create("sm4-gcm")
    assert keyring_file.path.read_bytes() == before


def test_a_key_added_by_another_process_is_seen_at_once(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    keyring_file.ring()
    KeyringFile(keyring_file.path).add_data_key("aes-256-gcm")
    assert keyring_file.ring().newest("aes-256-gcm").number == 2


def test_keys_added_at_the_same_time_are_all_kept(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    workers = [
        threading.Thread(target=KeyringFile(keyring_file.path).add_data_key, args=("aes-256-gcm",))
        for _ in range(8)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(keyring_file.ring().data_keys) == list(range(1, 10))


def test_a_draft_left_by_a_crash_changes_nothing(keyring_file: KeyringFile) -> None:
    keyring_file.create("aes-256-gcm")
    keyring_file.path.with_name(".keyring.json.1.draft").write_text("{")
    assert KeyringFile(keyring_file.path).ring().blind_number == 1


def damaged(content: dict, how: str) -> str:
    key = content["data_keys"][0]
    if how == "cut":
        return json.dumps(content)[:-20]
    if how == "short key":
        key["secret"] = "c2hvcnQ="
    if how == "unknown algorithm":
        key["algorithm"] = "rot13"
    if how == "number twice":
        content["data_keys"].append(key)
    if how == "unknown layout":
        content["layout"] = 9
    return json.dumps(content)


@pytest.mark.parametrize("how", ["cut", "short key", "unknown algorithm", "number twice", "unknown layout"])
def test_a_damaged_ring_is_refused_without_showing_its_keys(keyring_file: KeyringFile, how: str) -> None:
    keyring_file.create("aes-256-gcm")
    content = json.loads(keyring_file.path.read_text())
    secret = content["data_keys"][0]["secret"]
    keyring_file.path.write_text(damaged(content, how))
    with pytest.raises(KeyFileUnsafe) as refusal:
        KeyringFile(keyring_file.path).ring()
    assert secret not in str(refusal.value)
    assert refusal.value.__suppress_context__


def test_keys_do_not_show_in_the_ring_s_description(keyring_file: KeyringFile) -> None:
    ring = keyring_file.create("aes-256-gcm")
    shown = repr(ring)
    assert "secret" not in shown
    assert repr(ring.data_key(1).secret) not in shown


def test_a_path_with_a_space_is_fine(tmp_path: Path) -> None:
    file = KeyringFile(tmp_path / "密 钥" / "keyring.json")
    assert file.create("aes-256-gcm").blind_number == 1
