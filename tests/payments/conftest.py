"""嘉定's cashier with an approved plan, ten people to be paid, and a bank that answers."""

from collections.abc import Callable, Iterator

import pytest

from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import MEMBERS, engage
from nuanliu.organizations.queries import by_path
from tests.cast import IN_OFFICE_SINCE, Cast
from tests.payments.support import World, make_world, teach
from tests.support.database import TestDatabase

PLAYERS = [
    "clerk",
    "rights",
    "finance",
    "leader1",
    "leader2",
    "leader3",
    "cashier",
    "releaser",
    "head",
    "outsider",
]


@pytest.fixture
def cast(db) -> Cast:
    """Those of the cast who have to do with payments; all of them would take three times as long."""
    with scoped(Scope.for_path("/")):
        members = [member for member in MEMBERS if member.username in PLAYERS]
        return Cast(
            {one.username: engage(one, by_path(one.organization), IN_OFFICE_SINCE) for one in members}
        )


@pytest.fixture(scope="session")
def taught(test_database: TestDatabase) -> None:
    """The test database can write fixtures past its own guards."""
    teach(test_database)


@pytest.fixture(autouse=True)
def marks(settings, tmp_path):
    """A mark of its own for each test."""
    settings.NUANLIU_MARKS_DIR = tmp_path / "marks"
    return settings.NUANLIU_MARKS_DIR


@pytest.fixture
def everywhere(db) -> Iterator[None]:
    with scoped(Scope.for_path("/0/")):
        yield


@pytest.fixture
def world(taught, everywhere, cast) -> World:
    """Ten approved awards of 500 yuan each under one plan of 嘉定, money reserved."""
    return make_world(cast)


@pytest.fixture
def build_world(taught, cast) -> Callable[..., World]:
    """Make the world; the caller has opened a scope."""
    return lambda **terms: make_world(cast, **terms)
