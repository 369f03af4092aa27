"""An installation of its own, which attacks may kill: server, keys, files, and children that work on it."""

import json
import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql

from nuanliu.base.postgres import Cluster
from nuanliu.base.postgres.cluster import processes_in
from nuanliu.base.postgres.provision import create_database, drop_database, grant, superuser
from nuanliu.base.var import PROJECT

WORLD, ATTACKED = "attack_world", "attack_now"
PATIENCE_SECONDS = 300
SCALE = int(os.environ.get("NUANLIU_ATTACK_SCALE", "1"))


@dataclass(frozen=True, slots=True)
class Ended:
    """How a child ended, and what it printed last, read as JSON where it is."""

    status: int
    words: str
    errors: str

    @property
    def told(self) -> Any:
        return json.loads(self.words.splitlines()[-1])

    @property
    def killed(self) -> bool:
        return self.status == -signal.SIGKILL


class Installation:
    """One `NUANLIU_VAR`. Each attack begins with a copy of the prepared database."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.cluster = Cluster(folder / "postgres")

    def prepare(self) -> None:
        """A migrated database with the cast, 嘉定's campaign and its standard."""
        self._make(WORLD)
        done = self.run("prepare", database=WORLD)
        assert done.status == 0, done.errors

    def renew(self) -> None:
        """The attacked database as it was prepared."""
        self._make(ATTACKED, template=WORLD)

    def _make(self, name: str, template: str = "template0") -> None:
        server = self.cluster.ensure_running()
        drop_database(server, name)
        create_database(server, name, template=template)
        grant(server, name)

    def start(self, *arguments: str, database: str = ATTACKED, **variables: str) -> subprocess.Popen[str]:
        """A child at work."""
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
        surroundings = kept | {
            "NUANLIU_VAR": str(self.folder),
            "NUANLIU_DATABASE": database,
            "NUANLIU_DEMONSTRATION": "yes",
            "DJANGO_SETTINGS_MODULE": "nuanliu.config.settings",
            **variables,
        }
        command = [sys.executable, "-m", "tests.attacks.child", *arguments]
        pipe = subprocess.PIPE
        return subprocess.Popen(
            command, cwd=PROJECT, env=surroundings, stdout=pipe, stderr=pipe, text=True, encoding="utf-8"
        )

    def run(self, *arguments: str, **variables: str) -> Ended:
        """A child's work from start to end."""
        return ended(self.start(*arguments, **variables))

    def superuser(self, database: str = ATTACKED) -> psycopg.Connection:
        return superuser(self.cluster.ensure_running(), database)

    def rows(self, statement: str, parameters: Any = None) -> list[tuple[Any, ...]]:
        """What the superuser sees in the attacked database."""
        with self.superuser() as connection:
            cursor = connection.execute(statement, parameters)
            return cursor.fetchall() if cursor.description else []

    def plant(self, *statements: str) -> None:
        """Commit a fault that no role of ours could: constraints of rows and triggers sleep."""
        with self.superuser() as connection, connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for statement in statements:
                connection.execute(sql.SQL(statement))

    def kill_server(self) -> None:
        """As a power cut leaves it: no process of the server gets to say another word."""
        for number in processes_in(self.cluster.data):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)


def ended(process: subprocess.Popen[str]) -> Ended:
    """Wait for a child."""
    words, errors = process.communicate(timeout=PATIENCE_SECONDS)
    return Ended(process.returncode, words, errors)
