"""Physical backups of the embedded server: taken while it runs, verified, and put back."""

import shutil
import subprocess
from pathlib import Path

from nuanliu.base.postgres.cluster import Cluster
from nuanliu.base.postgres.launch import PostgresError, environment, wheel_programs
from nuanliu.base.postgres.manifest import log_ranges
from nuanliu.base.postgres.provision import single_user_password
from nuanliu.base.postgres.secret import SUPERUSER, passwords


def back_up(cluster: Cluster, target: Path) -> None:
    """Copy the running server's data into the new folder `target` and verify the copy.

    The log that belongs to it is included: the copy stands for the moment at which the backup ended.
    """
    server = cluster.ensure_running()
    connection = f"host='{server.socket_folder}' port={server.port} user={SUPERUSER}"
    client(
        "pg_basebackup", "--pgdata", str(target), "--dbname", connection, "--checkpoint=fast",
        "--wal-method=stream", "--manifest-checksums=SHA256", "--no-password", password=server.passwords[SUPERUSER],
    )  # fmt: skip
    verify(target)


def verify(target: Path) -> None:
    """Raise `PostgresError` unless every file of the backup is as it was written and its log is unbroken."""
    for timeline, start, end in log_ranges(target):
        client(
            "pg_waldump", "--quiet", f"--path={target / 'pg_wal'}", f"--timeline={timeline}",
            f"--start={start}", f"--end={end}",
        )  # fmt: skip


def restore(cluster: Cluster, source: Path) -> Path | None:
    """Make the verified backup at `source` the server's data; returns where the data before it were put aside."""
    verify(source)
    cluster.stop()
    with cluster.locked():
        partial = cluster.data.with_name("data.partial")
        shutil.rmtree(partial, ignore_errors=True)
        shutil.copytree(source, partial, symlinks=True)
        own_tree(cluster, partial)
        aside = put_aside(cluster.data)
        cluster.provisioned.unlink(missing_ok=True)
        partial.rename(cluster.data)
        # The passwords of this installation stay: the backup's may be lost, and the superuser sets the others.
        password = passwords(cluster.secret)[SUPERUSER]
        cluster.launch.must(
            "postgres", "--single", "-D", str(cluster.data), "postgres", text=single_user_password(password)
        )
    cluster.ensure_running()
    return aside


def put_aside(data: Path) -> Path | None:
    """Move a data folder beside itself under the first free number."""
    if not data.exists():
        return None
    number = 1
    while (aside := data.with_name(f"data.before-restore-{number}")).exists():
        number += 1
    data.rename(aside)
    return aside


def own_tree(cluster: Cluster, folder: Path) -> None:
    """Hand a folder and all in it to the account the server runs as; modes as PostgreSQL demands them."""
    folder.chmod(0o700)
    for path in (folder, *folder.rglob("*")):
        cluster.launch.own(path)


def client(program: str, *arguments: str, password: str = "") -> None:
    """Run one of PostgreSQL's client programs as ourselves; those do not mind being root."""
    done = subprocess.run(
        [str(wheel_programs() / program), *arguments],
        env=environment({"PATH": "/usr/bin:/bin"}) | {"PGPASSWORD": password},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise PostgresError(f"{program}: {(done.stderr or done.stdout).strip()}")
