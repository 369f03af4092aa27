"""The embedded PostgreSQL 18: without a `DATABASE_URL`, everything runs on this server in `var/postgres`."""

from nuanliu.base.postgres.cluster import Cluster, ServerInfo
from nuanliu.base.postgres.launch import PostgresError
from nuanliu.base.var import var_folder

__all__ = ["Cluster", "PostgresError", "ServerInfo", "cluster", "destroy", "ensure_running", "stop"]


def cluster() -> Cluster:
    """The server of this installation."""
    return Cluster(var_folder() / "postgres")


def ensure_running() -> ServerInfo:
    """Attach to the installation's server, starting (and before that making) it where needed."""
    return cluster().ensure_running()


def stop() -> None:
    """Stop the installation's server, if it runs."""
    cluster().stop()


def destroy() -> None:
    """Stop the installation's server and delete its data."""
    cluster().destroy()
