from pathlib import Path

import pytest

from nuanliu.base.postgres import Cluster


@pytest.fixture
def cluster(tmp_path):
    """A server of its own, in a private folder whose name has a space and is long."""
    home = tmp_path / "a folder with spaces" / ("long " * 20).strip() / "postgres"
    home.parent.parent.mkdir(mode=0o700)
    server = Cluster(home)
    yield server
    server.destroy()


@pytest.fixture(scope="session")
def kept_cluster(tmp_path_factory):
    """One server for tests that leave it as they found it."""
    server = Cluster(tmp_path_factory.mktemp("kept") / "postgres")
    yield server
    server.destroy()


def postmaster(server: Cluster) -> int:
    """The number of the server's first process."""
    return int((Path(server.data) / "postmaster.pid").read_text().splitlines()[0])
