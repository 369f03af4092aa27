"""One embedded PostgreSQL server: its folder, its birth, its start and its end.

Everything here is safe to call twice and from two processes at once; a file lock keeps starters apart.
"""

import fcntl
import hashlib
import os
import shlex
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from nuanliu.base.postgres.launch import Launch, PostgresError, launch_for
from nuanliu.base.postgres.provision import provision
from nuanliu.base.postgres.secret import SUPERUSER, passwords, write_private

PORT = 5432
SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "60",
    "shared_buffers": "256MB",
    "work_mem": "32MB",
    "maintenance_work_mem": "192MB",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "jit": "off",
    "random_page_cost": "1.1",
    # A failing statement and its key values may hold personal data; the log must not.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
PATIENCE_SECONDS = 60.0


@dataclass(frozen=True)
class ServerInfo:
    """A running server: how to reach it, and the password of each role."""

    socket_folder: Path
    port: int
    passwords: dict[str, str]

    def parameters(self, role: str, database: str = "nuanliu") -> dict[str, Any]:
        """Keyword arguments of `psycopg.connect` for one role."""
        return {
            "host": str(self.socket_folder),
            "port": self.port,
            "user": role,
            "password": self.passwords[role],
            "dbname": database,
        }


class Cluster:
    """The server whose home is `folder` (usually `var/postgres`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.absolute()

    @cached_property
    def launch(self) -> Launch:
        return launch_for(self.folder)

    @property
    def data(self) -> Path:
        return self.launch.home / "data"

    @property
    def log(self) -> Path:
        return self.launch.home / "server.log"

    @property
    def secret(self) -> Path:
        return self.folder / "passwords.json"

    @property
    def provisioned(self) -> Path:
        return self.launch.home / "provisioned"

    def ensure_running(self) -> ServerInfo:
        """Attach to the server, starting it, and before that making it, where needed."""
        if info := self.attached():
            return info
        with self.locked():
            return self.attached() or self.start()

    def attached(self) -> ServerInfo | None:
        """The server if it runs and has its roles; costs two file reads and a knock, no program."""
        return self.reachable() if self.provisioned.exists() else None

    def reachable(self) -> ServerInfo | None:
        """The server if it says that it is ready and somebody answers."""
        lines = self.lock_lines()
        if len(lines) < 8 or lines[7].strip() != "ready":
            return None
        info = ServerInfo(Path(lines[4]), int(lines[3]), passwords(self.secret))
        return info if answers(info) else None

    def start(self) -> ServerInfo:
        """Start the server, having made it if it is new. The caller holds the lock."""
        if not (self.data / "PG_VERSION").exists():
            self.create()
        info = self.wait_or_launch()
        if not self.provisioned.exists():
            provision(info)
            self.provisioned.touch()
        return info

    def wait_or_launch(self) -> ServerInfo:
        """Launch the server when no process of an earlier one is left; one that is coming up is waited for."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            with self.sole_life() as life:
                if life is not None:
                    self.launch_postmaster(life)
            if info := self.reachable():
                return info
            self.stop_deaf()
            time.sleep(0.1)
        raise PostgresError(f"another server works in {self.data} and does not answer\n{self.last_words()}")

    def stop_deaf(self) -> None:
        """Stop a server that is ready but has lost its socket: nobody can reach it any more.

        Whoever deletes a project and makes it again at the same place meets it: the old server, finding its data
        gone, removes the socket of the same name on its way out.
        """
        lines = self.lock_lines()
        if len(lines) < 8 or lines[7].strip() != "ready":
            return
        if not (Path(lines[4]) / f".s.PGSQL.{lines[3]}").exists():
            self.launch.run("pg_ctl", "-D", str(self.data), "-W", "-m", "fast", "stop")

    def create(self) -> None:
        """Run initdb beside the final place and move the result there, so that a cut leaves nothing half-made."""
        partial = self.data.with_name("data.partial")
        shutil.rmtree(partial, ignore_errors=True)
        password = self.launch.home / "initdb.password"
        password.unlink(missing_ok=True)
        write_private(password, passwords(self.secret)[SUPERUSER].encode())
        self.launch.own(password)
        try:
            self.launch.must(
                "initdb", "-D", str(partial), "-U", SUPERUSER, "-E", "UTF8",
                "--locale-provider=builtin", "--locale=C.UTF-8", "--auth=scram-sha-256",
                f"--pwfile={password}",
            )  # fmt: skip
        finally:
            password.unlink()
        with (partial / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in SETTINGS.items())
        self.provisioned.unlink(missing_ok=True)
        partial.rename(self.data)

    def launch_postmaster(self, life: int) -> None:
        """Start the postmaster, to which and to whose children the lock `life` passes."""
        folder = socket_folder(self.data, self.launch)
        self.drop_stale_locks(folder)
        options = f"-c unix_socket_directories={shlex.quote(str(folder))} -p {PORT}"
        arguments = ("-D", str(self.data), "-l", str(self.log), "-w", "-t", "300", "-o", options, "start")
        done = self.launch.run("pg_ctl", *arguments, timeout=320, keep_open=life)
        if done.returncode:
            raise PostgresError(f"PostgreSQL does not start: {done.stderr.strip()}\n{self.last_words()}")

    def drop_stale_locks(self, socket_folder: Path) -> None:
        """Remove the lock files of a dead postmaster, whose number a zombie or a stranger may bear now.

        PostgreSQL itself takes any process of that number for its predecessor and would not start. We know better
        when nobody holds the lock of `sole_life`; a server that somebody started by hand works in the data folder.
        """
        if not processes_in(self.data):
            for lock in (self.data / "postmaster.pid", *socket_folder.glob(".s.PGSQL.*.lock")):
                lock.unlink(missing_ok=True)

    @contextmanager
    def sole_life(self) -> Iterator[int | None]:
        """The number of an open file whose lock the server's processes inherit; None while any of them lives.

        The kernel frees the lock when the last of them is gone, however it died: numbers of processes, which are
        given again, and zombies, which still have one, need no guessing.
        """
        with (self.folder / "alive").open("a") as file:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                yield None
            else:
                yield file.fileno()

    def stop(self) -> None:
        """Stop the server in an orderly way: open transactions are rolled back, nothing committed is lost."""
        if not self.data.exists():
            return
        with self.locked():
            deadline = time.monotonic() + PATIENCE_SECONDS
            while self.lives():
                if time.monotonic() > deadline:
                    raise PostgresError(f"PostgreSQL does not stop\n{self.last_words()}")
                self.launch.run("pg_ctl", "-D", str(self.data), "-W", "-m", "fast", "stop")
                time.sleep(0.05)

    def lives(self) -> bool:
        """Whether any process of the server is left."""
        with self.sole_life() as life:
            return life is None or bool(processes_in(self.data))

    def destroy(self) -> None:
        """Stop the server and delete its data for good."""
        sockets = {Path(line) for line in self.lock_lines()[4:5] if line}
        sockets.add(socket_folder(self.data, self.launch, make=False))
        self.stop()
        for path in (*sockets, self.launch.home, self.folder):
            shutil.rmtree(path, ignore_errors=True)

    def lock_lines(self) -> list[str]:
        """The lines of `postmaster.pid`: number, folder, start, port, socket folder, address, memory, state."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return []

    def last_words(self) -> str:
        """The end of the server's log, for an error message."""
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-5:])

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the lock that keeps two starters apart; the kernel frees it if we die."""
        for folder in {self.folder, self.launch.home}:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.launch.own(self.launch.home)
        with (self.folder / "lock").open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield


def answers(info: ServerInfo) -> bool:
    """Whether somebody listens on the server's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as knock:
        knock.settimeout(2)
        try:
            knock.connect(str(info.socket_folder / f".s.PGSQL.{info.port}"))
        except OSError:
            return False
    return True


def socket_folder(data: Path, launch: Launch, *, make: bool = True) -> Path:
    """A private folder for the socket, of a short name: a socket's path ends at 107 bytes, a project's does not."""
    digest = hashlib.sha256(bytes(data)).hexdigest()[:16]
    folder = runtime_folder() / f"nuanliu-{os.geteuid()}-{digest}"
    if make:
        folder.mkdir(mode=0o700, exist_ok=True)
        launch.own(folder)
        if folder.is_symlink() or folder.stat().st_uid not in {os.geteuid(), launch.account}:
            raise PostgresError(f"{folder} belongs to somebody else")
        folder.chmod(0o700)
    return folder


def runtime_folder() -> Path:
    """Where sockets live: `/run` for root, the session's runtime folder, else the folder for temporary files."""
    candidates = ["/run"] if os.geteuid() == 0 else [os.environ.get("XDG_RUNTIME_DIR", "")]
    for candidate in filter(None, candidates):
        if os.access(candidate, os.W_OK | os.X_OK):
            return Path(candidate)
    return Path(tempfile.gettempdir())


def processes_in(folder: Path) -> list[int]:
    """The numbers of the processes that work in `folder`."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "cwd").readlink().samefile(folder):
                found.append(int(entry.name))
        except OSError:
            continue
    return found
