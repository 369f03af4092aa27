"""The embedded PostgreSQL 18: without a `DATABASE_URL`, everything runs on this server in `var/postgres`."""

from collections.abc import Iterator
from contextlib import contextmanager

from nuanliu.base.postgres.cluster import Cluster, ServerInfo
from nuanliu.base.postgres.launch import PostgresError
from nuanliu.base.postgres.provision import in_use
from nuanliu.base.var import var_folder

__all__ = [
    "Cluster",
    "PostgresError",
    "ServerInfo",
    "borrowed",
    "cluster",
    "destroy",
    "ensure_running",
    "stop",
]


def cluster() -> Cluster:
    """The server of this installation."""
    return Cluster(var_folder() / "postgres")


def ensure_running() -> ServerInfo:
    """Attach to the installation's server, starting (and before that making) it where needed."""
    return cluster().ensure_running()


@contextmanager
def borrowed() -> Iterator[ServerInfo]:
    """The server while a long command runs: stopped afterwards if the command started it and nobody else is there."""
    found = cluster().attached()
    server = found or ensure_running()
    try:
        yield server
    finally:
        if found is None and not in_use(server):
            stop()


def stop() -> None:
    """Stop the installation's server, if it runs."""
    cluster().stop()


def destroy() -> None:
    """Stop the installation's server and delete its data."""
    cluster().destroy()
