"""Roles, databases and grants: what a database administrator does by hand on a real server, done by program."""

from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
from psycopg import sql

from nuanliu.base.postgres.secret import OWNER, SUPERUSER

if TYPE_CHECKING:
    from nuanliu.base.postgres.cluster import ServerInfo

SQL = Path(__file__).resolve().parents[1] / "sql"
DATABASE = "nuanliu"


def single_user_password(password: str) -> str:
    """What a server in single-user mode is told, so that the superuser's password is the known one again."""
    return f"ALTER ROLE {SUPERUSER} PASSWORD '{password}'\n"


def provision(server: "ServerInfo") -> None:
    """Make the roles with their passwords, and the database `nuanliu`. Safe to run twice."""
    with superuser(server, "postgres") as connection:
        connection.execute((SQL / "roles.sql").read_bytes())
        for role, password in server.passwords.items():
            statement = sql.SQL("ALTER ROLE {} PASSWORD {}").format(
                sql.Identifier(role), sql.Literal(password)
            )
            connection.execute(statement)
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone()
    if not known:
        create_database(server, DATABASE)
    grant(server, DATABASE)


def create_database(server: "ServerInfo", name: str, template: str = "template0") -> None:
    """Make a database that belongs to the owner role, empty or as a copy of `template`."""
    statement = sql.SQL("CREATE DATABASE {} OWNER {} TEMPLATE {}").format(
        sql.Identifier(name), sql.Identifier(OWNER), sql.Identifier(template)
    )
    with superuser(server, "postgres") as connection:
        connection.execute(statement)


def drop_database(server: "ServerInfo", name: str) -> None:
    """Drop a database if it exists, ending the connections to it."""
    with superuser(server, "postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def grant(server: "ServerInfo", database: str) -> None:
    """Give the roles their rights in `database`, and on what the owner will make there later."""
    with superuser(server, database) as connection:
        connection.execute((SQL / "grants.sql").read_bytes())


def superuser(server: "ServerInfo", database: str) -> psycopg.Connection:
    """A connection of the superuser, committing each statement."""
    return psycopg.connect(**server.parameters(SUPERUSER, database), autocommit=True)


def in_use(server: "ServerInfo") -> bool:
    """Whether anybody else is connected to the server."""
    with superuser(server, "postgres") as connection:
        row = connection.execute(
            "SELECT 1 FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() LIMIT 1"
        ).fetchone()
    return row is not None
