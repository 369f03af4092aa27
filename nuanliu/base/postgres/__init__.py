"""The embedded PostgreSQL 18: without a `DATABASE_URL`, everything runs on this server in `var/postgres`."""

from collections.abc import Iterator
from contextlib import contextmanager

from nuanliu.base.postgres.cluster import Cluster, ServerInfo
from nuanliu.base.postgres.launch import PostgresError
from nuanliu.base.postgres.provision import in_use
from nuanliu.base.var import var_folder

__all__ = [
    "ENGINE",
    "Cluster",
    "PostgresError",
    "ServerInfo",
    "cluster",
    "destroy",
    "ensure_running",
    "left_as_found",
    "stop",
]

ENGINE = "nuanliu.base.postgres.backend"


def cluster() -> Cluster:
    """The server of this installation."""
    return Cluster(var_folder() / "postgres")


def ensure_running() -> ServerInfo:
    """Attach to the installation's server, starting (and before that making) it where needed."""
    return cluster().ensure_running()


@contextmanager
def left_as_found() -> Iterator[None]:
    """Stop the server at the end if it was started meanwhile and nobody else uses it."""
    found = cluster().attached()
    try:
        yield
    finally:
        if found is None and (server := cluster().attached()) and not in_use(server):
            stop()


def stop() -> None:
    """Stop the installation's server, if it runs."""
    cluster().stop()


def destroy() -> None:
    """Stop the installation's server and delete its data."""
    cluster().destroy()
