"""One installation for all attacks, a fresh database for each. `NUANLIU_ATTACK_SCALE=20` attacks 20 times as often."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.installation import Installation


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    installation = Installation(tmp_path_factory.mktemp("attacked") / "its var")
    installation.folder.mkdir(mode=0o700)
    installation.prepare()
    yield installation
    # An orderly end would write everything to disk first, for nobody.
    installation.kill_server()
    installation.cluster.destroy()


@pytest.fixture
def installation(prepared: Installation) -> Installation:
    """Prepared, and not yet attacked."""
    prepared.renew()
    return prepared


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where an attack's files lie."""
    return tmp_path
