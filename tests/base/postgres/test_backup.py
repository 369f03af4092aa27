from pathlib import Path

import psycopg
import pytest

from nuanliu.base.postgres import Cluster, PostgresError
from nuanliu.base.postgres.backup import back_up, restore, verify
from nuanliu.base.postgres.provision import superuser
from nuanliu.base.postgres.secret import APPLICATION


@pytest.fixture
def backup(cluster: Cluster, tmp_path: Path) -> Path:
    """A backup of a server that held one row then and two now."""
    with superuser(cluster.ensure_running(), "nuanliu") as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS number")
        back_up(cluster, tmp_path / "the backup")
        connection.execute("INSERT INTO kept VALUES (2)")
    return tmp_path / "the backup"


def rows(cluster):
    with superuser(cluster.ensure_running(), "nuanliu") as connection:
        return [row[0] for row in connection.execute("SELECT number FROM kept ORDER BY number")]


def test_a_backup_restores_what_was_there(cluster, backup):
    aside = restore(cluster, backup)
    assert aside is not None
    assert rows(cluster) == [1]
    assert (aside / "PG_VERSION").exists()


def test_a_backup_restores_on_a_machine_with_other_passwords(backup, tmp_path):
    other = Cluster(tmp_path / "elsewhere" / "postgres")
    try:
        assert restore(other, backup) is None
        assert rows(other) == [1]
        psycopg.connect(**other.ensure_running().parameters(APPLICATION)).close()
    finally:
        other.destroy()


def flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(("damage", "words"), [
    (lambda folder: flip(folder / "global" / "pg_control"), "pg_control was changed"),
    (lambda folder: flip(folder / "backup_manifest"), "manifest"),
    (lambda folder: (folder / "backup_manifest").unlink(), "no readable manifest"),
    (lambda folder: (folder / "PG_VERSION").write_text(""), "PG_VERSION has another size"),
    (lambda folder: (folder / "pg_hba.conf").unlink(), "pg_hba.conf is missing"),
    (lambda folder: (folder / "base" / "planted").write_text("x"), "base/planted does not belong"),
    (lambda folder: [path.unlink() for path in (folder / "pg_wal").glob("0*")], "pg_waldump"),
    (lambda folder: [path.write_bytes(bytes(2**24)) for path in (folder / "pg_wal").glob("0*")], "pg_waldump"),
])  # fmt: skip
def test_a_damaged_backup_is_refused_and_the_data_stay(cluster, backup, damage, words):
    verify(backup)
    damage(backup)
    with pytest.raises(PostgresError, match=words):
        restore(cluster, backup)
    assert rows(cluster) == [1, 2]


def test_a_failed_backup_raises(cluster, tmp_path):
    cluster.ensure_running()
    (tmp_path / "taken").mkdir()
    (tmp_path / "taken" / "file").touch()
    with pytest.raises(PostgresError, match="not empty"):
        back_up(cluster, tmp_path / "taken")
