"""The test database: a copy of a migrated template, used as the application role, emptied as the superuser.

The template is made once for each state of migrations and SQL, so a session starts in a fraction of a second and
never inherits rows from a killed one.
"""

import fcntl
import hashlib
import importlib.metadata
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import psycopg
from django.conf import settings
from django.core.management import call_command
from django.db import connections
from psycopg import sql

from nuanliu.base import postgres
from nuanliu.base.postgres.provision import create_database, drop_database, grant, in_use, superuser
from nuanliu.base.var import PROJECT, var_folder

TEMPLATE_PREFIX = "nuanliu_template_"


class TestDatabase:
    """One session's database on the embedded server."""

    __test__ = False

    def __init__(self, server: postgres.ServerInfo, name: str) -> None:
        self.server = server
        self.name = name
        self.reference: dict[str, bytes] = {}

    def create(self) -> None:
        """Copy the template, making it first where migrations or SQL have changed, and remember its rows."""
        drop_database(self.server, self.name)
        create_database(self.server, self.name, template=self.template())
        grant(self.server, self.name)
        with self.superuser() as connection:
            leave_unvacuumed(connection)
            self.reference = {table: content_of(connection, table) for table in tables_with_rows(connection)}

    def drop(self) -> None:
        drop_database(self.server, self.name)

    def superuser(self) -> psycopg.Connection:
        """A connection that sees and may do everything, outside the test's own transaction."""
        return superuser(self.server, self.name)

    def flush(self) -> None:
        """Back to what the migrations left. Append-only triggers and foreign keys sleep meanwhile."""
        # A mark that outlived the releases it tells of would take the emptied database for an old backup.
        shutil.rmtree(settings.NUANLIU_MARKS_DIR, ignore_errors=True)
        with self.superuser() as connection, connection.transaction():
            connection.execute("SET LOCAL session_replication_role = replica")
            for table in tables_with_rows(connection) | self.reference.keys():
                connection.execute(sql.SQL("DELETE FROM {}").format(sql.Identifier(table)))
            for table, content in self.reference.items():
                with connection.cursor().copy(
                    sql.SQL("COPY {} FROM STDIN").format(sql.Identifier(table))
                ) as copy:
                    copy.write(content)

    def template(self) -> str:
        """The name of the migrated template, which exists on return."""
        name = TEMPLATE_PREFIX + fingerprint()
        with superuser(self.server, "postgres") as connection:
            known = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
        if name not in known:
            for stale in known:
                if stale.startswith(TEMPLATE_PREFIX):
                    drop_database(self.server, stale)
            self.make_template(name)
        return name

    def make_template(self, name: str) -> None:
        draft = TEMPLATE_PREFIX + "draft"
        drop_database(self.server, draft)
        create_database(self.server, draft)
        grant(self.server, draft)
        use_database(draft)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        connections.close_all()
        with superuser(self.server, "postgres") as connection:
            rename = sql.SQL("ALTER DATABASE {} RENAME TO {}")
            connection.execute(rename.format(sql.Identifier(draft), sql.Identifier(name)))


@contextmanager
def session_database(suffix: str = "") -> Iterator[TestDatabase]:
    """The session's database, in use by all of Django's aliases and by child processes; dropped at the end."""
    with only_session(suffix), shared_server() as server:
        database = TestDatabase(server, f"test_nuanliu{suffix}")
        with only_session("-template"):
            database.create()
        use_database(database.name)
        try:
            yield database
        finally:
            connections.close_all()
            database.drop()


@contextmanager
def shared_server() -> Iterator[postgres.ServerInfo]:
    """The embedded server; where a session had to wake it, the last one to leave puts it to rest.

    Each session holds a share of one lock: whoever gets it whole is alone. Nobody leaves while another comes in.
    """
    folder = var_folder() / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    woken = folder / "woken"
    with (folder / "sessions.lock").open("w") as sessions:
        with only_session("-door"):
            fcntl.flock(sessions, fcntl.LOCK_SH)
            if postgres.cluster().attached() is None:
                woken.touch()
            server = postgres.ensure_running()
        try:
            yield server
        finally:
            with only_session("-door"), suppress(BlockingIOError):
                fcntl.flock(sessions, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if woken.exists() and not in_use(server):
                    woken.unlink()
                    postgres.stop()


def leave_unvacuumed(connection: psycopg.Connection) -> None:
    """Keep the background from telling the planner that tables are empty: of a test's rows it sees what is rolled back.

    A plan made for no rows at all takes minutes for the three thousand that a test has put there.
    """
    for table in tables(connection):
        quiet = sql.SQL("ALTER TABLE {} SET (autovacuum_enabled = false)")
        connection.execute(quiet.format(sql.Identifier(table)))


def use_database(name: str) -> None:
    """Point every alias of this process and of its children at the database `name`."""
    connections.close_all()
    os.environ["NUANLIU_DATABASE"] = name
    for alias in connections:
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


@contextmanager
def only_session(suffix: str) -> Iterator[None]:
    """Two sessions on one server take turns."""
    folder = var_folder() / "tests"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / f"session{suffix}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def tables(connection: psycopg.Connection) -> list[str]:
    """Names of the tables in `public`."""
    return [
        row[0] for row in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
    ]


def tables_with_rows(connection: psycopg.Connection) -> set[str]:
    """Names of those that hold at least one row."""
    names = tables(connection)
    if not names:
        return set()
    question = sql.SQL("SELECT {} WHERE EXISTS (SELECT FROM {})")
    parts = [question.format(sql.Literal(name), sql.Identifier(name)) for name in names]
    return {row[0] for row in connection.execute(sql.SQL(" UNION ALL ").join(parts))}


def content_of(connection: psycopg.Connection, table: str) -> bytes:
    with connection.cursor().copy(sql.SQL("COPY {} TO STDOUT").format(sql.Identifier(table))) as copy:
        return b"".join(bytes(part) for part in copy)


def fingerprint() -> str:
    """Changes whenever a migration, a package's SQL or a library with tables does."""
    digest = hashlib.sha256()
    for library in ("django", "procrastinate", "django-allauth"):
        with suppress(importlib.metadata.PackageNotFoundError):
            digest.update(importlib.metadata.version(library).encode())
    package = PROJECT / "nuanliu"
    sources: set[Path] = {*package.glob("**/migrations/*.py"), *package.glob("**/sql/*.sql")}
    for source in sorted({*sources, package / "base" / "policies.py"}):
        digest.update(source.relative_to(package).as_posix().encode() + b"\0" + source.read_bytes())
    return digest.hexdigest()[:16]
