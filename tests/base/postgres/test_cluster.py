"""Attacks on the embedded server's life."""

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psycopg
import pytest

from nuanliu.base.postgres import Cluster, PostgresError, launch
from nuanliu.base.postgres.provision import superuser
from nuanliu.base.postgres.secret import APPLICATION, LOGINS
from nuanliu.base.var import PROJECT
from tests.base.postgres.conftest import postmaster


def ask(cluster, question, role="postgres"):
    with psycopg.connect(**cluster.ensure_running().parameters(role), autocommit=True) as connection:
        [row] = connection.execute(question).fetchall()
        return row[0]


def write(cluster, number):
    with superuser(cluster.ensure_running(), "nuanliu") as connection:
        connection.execute("CREATE TABLE IF NOT EXISTS kept (number int)")
        connection.execute("INSERT INTO kept VALUES (%s)", [number])


def start_in_child(folder):
    Cluster(Path(folder)).ensure_running()


def test_it_is_made_in_a_path_with_spaces_and_longer_than_a_socket_may_be(cluster):
    assert len(str(cluster.folder)) > 107
    assert ask(cluster, "SELECT current_setting('server_version_num')::int / 10000") == 18
    assert ask(cluster, "SELECT current_setting('data_directory')") == str(cluster.data)


def test_its_settings_keep_what_was_confirmed_and_keep_personal_data_out_of_the_log(kept_cluster):
    expected = {
        "fsync": "on",
        "full_page_writes": "on",
        "synchronous_commit": "on",
        "data_checksums": "on",
        "listen_addresses": "",
        "jit": "off",
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",
        "password_encryption": "scram-sha-256",
    }
    with superuser(kept_cluster.ensure_running(), "nuanliu") as connection:
        found = connection.execute(
            "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(expected)]
        )
        assert dict(found.fetchall()) == expected


def test_text_is_compared_by_code_point(kept_cluster):
    assert (
        ask(kept_cluster, "SELECT '/31/14/99/' < '/31/140' AND '/31/14/' < '/31/140' AND 'Z' < 'a'") is True
    )


def test_only_its_owner_may_enter_and_read(kept_cluster):
    server = kept_cluster.ensure_running()
    for path, mode in (
        (kept_cluster.folder, 0o700),
        (kept_cluster.data, 0o700),
        (kept_cluster.secret, 0o600),
        (server.socket_folder, 0o700),
    ):
        assert stat.S_IMODE(path.stat().st_mode) == mode, path


def test_a_wrong_password_is_refused_for_every_role(kept_cluster):
    server = kept_cluster.ensure_running()
    for role in LOGINS:
        with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
            psycopg.connect(**{**server.parameters(role), "password": "guess"})


def test_nobody_logs_in_as_the_matcher(kept_cluster):
    server = kept_cluster.ensure_running()
    with pytest.raises(
        psycopg.OperationalError, match=r"password authentication failed|not permitted to log in"
    ):
        psycopg.connect(**{**server.parameters(APPLICATION), "user": "nuanliu_matcher"})


def test_the_application_may_not_enter_other_databases_as_owner_or_read_files(kept_cluster):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        ask(kept_cluster, "SELECT pg_read_file('postgresql.conf')", APPLICATION)


def test_a_second_start_attaches_to_the_first(cluster):
    first = cluster.ensure_running()
    number = postmaster(cluster)
    assert Cluster(cluster.folder).ensure_running() == first
    assert postmaster(cluster) == number


def test_four_starters_at_once_make_one_server(cluster):
    context = multiprocessing.get_context("spawn")
    starters = [context.Process(target=start_in_child, args=(str(cluster.folder),)) for _ in range(4)]
    for starter in starters:
        starter.start()
    for starter in starters:
        starter.join(60)
    assert [starter.exitcode for starter in starters] == [0, 0, 0, 0]
    assert ask(cluster, "SELECT 1") == 1


def test_it_survives_an_orderly_restart(cluster):
    write(cluster, 1)
    cluster.stop()
    assert cluster.attached() is None
    assert ask(cluster, "SELECT count(*) FROM kept") == 1


def test_it_survives_kill_9_of_its_postmaster(cluster):
    write(cluster, 1)
    kill(postmaster(cluster))
    write(cluster, 2)
    assert ask(cluster, "SELECT count(*) FROM kept") == 2


def test_it_survives_kill_9_of_all_its_processes_in_the_middle_of_writing(cluster):
    write(cluster, 0)
    confirmed = 0
    server = cluster.ensure_running()
    with pytest.raises(psycopg.OperationalError), superuser(server, "nuanliu") as connection:  # noqa: PT012
        for number in range(1, 2000):
            connection.execute("INSERT INTO kept VALUES (%s)", [number])
            confirmed = number
            if number == 500:
                children = connection.execute(
                    "SELECT pid FROM pg_stat_activity WHERE pid IS NOT NULL"
                ).fetchall()
                kill(postmaster(cluster), *(row[0] for row in children))
    assert ask(cluster, "SELECT max(number) FROM kept") >= confirmed >= 500


def test_it_starts_after_a_power_cut_left_a_lock_whose_number_another_process_bears(cluster):
    write(cluster, 1)
    lock = cluster.data / "postmaster.pid"
    lines = lock.read_text().splitlines(keepends=True)
    kill(int(lines[0]))
    wait_until_gone(cluster)
    lock.write_text("".join([f"{os.getpid()}\n", *lines[1:]]))
    assert ask(cluster, "SELECT count(*) FROM kept") == 1


def test_a_server_that_lost_its_socket_is_started_anew(cluster):
    write(cluster, 1)
    info = cluster.ensure_running()
    before = postmaster(cluster)
    (info.socket_folder / f".s.PGSQL.{info.port}").unlink()
    write(cluster, 2)
    assert postmaster(cluster) != before
    with superuser(cluster.ensure_running(), "nuanliu") as connection:
        assert connection.execute("SELECT number FROM kept ORDER BY number").fetchall() == [(1,), (2,)]


def test_the_lock_of_a_living_server_is_never_dropped(cluster):
    server = cluster.ensure_running()
    cluster.drop_stale_locks(server.socket_folder)
    assert (cluster.data / "postmaster.pid").exists()


def test_an_initdb_cut_short_is_done_again(cluster):
    partial = cluster.folder / "data.partial"
    partial.mkdir(parents=True)
    (partial / "PG_VERSION").write_text("18\n")
    assert ask(cluster, "SELECT 1") == 1
    assert not partial.exists()


def test_a_start_cut_short_before_the_roles_were_made_makes_them(cluster):
    cluster.ensure_running()
    with superuser(cluster.ensure_running(), "postgres") as connection:
        connection.execute("DROP DATABASE nuanliu WITH (FORCE)")
    cluster.provisioned.unlink()
    cluster.stop()
    assert ask(cluster, "SELECT 1", APPLICATION) == 1


def test_damaged_data_are_named_and_not_made_anew(cluster):
    write(cluster, 1)
    cluster.stop()
    (cluster.data / "global" / "pg_control").write_bytes(b"rubbish")
    with pytest.raises(PostgresError, match="does not start"):
        cluster.ensure_running()


def test_variables_of_the_caller_do_not_redirect_it(cluster, monkeypatch):
    for name in ("PGDATA", "PGHOST", "PGPORT", "PGUSER", "PGDATABASE"):
        monkeypatch.setenv(name, "/nowhere" if name != "PGPORT" else "1")
    assert ask(cluster, "SELECT current_setting('data_directory')") == str(cluster.data)


def test_a_process_that_outlives_the_server_reconnects(cluster):
    script = f"""
import os, signal, sys
sys.path.insert(0, {str(PROJECT)!r})
os.environ.pop("NUANLIU_DATABASE", None)
os.environ["NUANLIU_VAR"] = {str(cluster.folder.parent)!r}
os.environ["DJANGO_SETTINGS_MODULE"] = "nuanliu.config.settings"
import django
django.setup()
from django.db import close_old_connections, connection
from nuanliu.base import postgres
def ask():
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        return cursor.fetchone()[0]
print(ask())
lock = postgres.cluster().data / "postmaster.pid"
os.kill(int(lock.read_text().splitlines()[0]), signal.SIGKILL)
import time; time.sleep(0.5)
connection.errors_occurred = True
close_old_connections()
print(ask())
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "1\n1\n"), done.stderr


def test_who_is_not_root_runs_it_as_oneself(tmp_path, monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert launch.launch_for(tmp_path).prefix == ()


def test_root_without_user_namespaces_uses_an_account_of_no_rights(tmp_path, monkeypatch):
    if os.geteuid() != 0:
        return  # only root can take another account
    monkeypatch.setenv("NUANLIU_POSTGRES_ACCOUNT", "nobody")
    monkeypatch.setattr(launch, "OUTSIDE", tmp_path.parent / "outside")
    launch.namespaces_allowed.cache_clear()
    open_up(tmp_path)
    cluster = Cluster(tmp_path / "private" / "postgres")
    try:
        assert cluster.launch.account == launch.NOBODY
        write(cluster, 1)
        kill(postmaster(cluster))
        assert ask(cluster, "SELECT count(*) FROM kept") == 1
        assert cluster.data.stat().st_uid == launch.NOBODY
    finally:
        cluster.destroy()
        launch.namespaces_allowed.cache_clear()
    assert not cluster.launch.home.exists()


def open_up(folder):
    """Let other accounts pass through pytest's private folders."""
    for parent in (folder, *folder.parents):
        if parent.owner() == "root" and "pytest" in str(parent):
            parent.chmod(0o711)


def kill(*numbers):
    """Kill -9, and wait until the processes are dead; nobody may have buried them yet."""
    for number in numbers:
        os.kill(number, signal.SIGKILL)
    while any(state_of(number) not in {"Z", "X", ""} for number in numbers):
        time.sleep(0.01)


def state_of(number):
    try:
        return Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return ""


def wait_until_gone(cluster):
    deadline = time.monotonic() + 10
    while cluster.lives() and time.monotonic() < deadline:
        time.sleep(0.05)


def test_a_zombie_postmaster_does_not_stop_the_next_start(cluster):
    write(cluster, 1)
    lock = cluster.data / "postmaster.pid"
    lines = lock.read_text().splitlines(keepends=True)
    kill(int(lines[0]))
    wait_until_gone(cluster)
    with subprocess.Popen(["true"]) as zombie:
        while state_of(zombie.pid) != "Z":
            time.sleep(0.01)
        lock.write_text("".join([f"{zombie.pid}\n", *lines[1:]]))
        assert ask(cluster, "SELECT count(*) FROM kept") == 1


def test_stop_waits_for_the_last_process_of_a_killed_server(cluster):
    write(cluster, 1)
    kill(postmaster(cluster))
    cluster.stop()
    assert not cluster.lives()
    assert ask(cluster, "SELECT count(*) FROM kept") == 1


def test_a_server_started_by_hand_keeps_its_lock(cluster):
    cluster.ensure_running()
    cluster.stop()
    folder = cluster.folder.parents[4]
    cluster.launch.must(
        "pg_ctl", "-D", str(cluster.data), "-l", str(cluster.log), "-w", "-o", f"-k {folder}", "start"
    )
    try:
        cluster.drop_stale_locks(folder)
        assert (cluster.data / "postmaster.pid").exists()
    finally:
        cluster.launch.must("pg_ctl", "-D", str(cluster.data), "-w", "-m", "fast", "stop")
