"""A union that archives, and its clerk."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from nuanliu.access.actions import create_user, grant_post
from nuanliu.access.queries import actor_of
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.organizations.queries import by_path

SHANGHAI, JIADING, BAOSHAN = "/0/31/", "/0/31/114/", "/0/31/113/"


@pytest.fixture(autouse=True)
def folder(settings, tmp_path: Path) -> Path:
    """The files folder of one test."""
    settings.MEDIA_ROOT = tmp_path / "files"
    return settings.MEDIA_ROOT


@pytest.fixture
def sees_shanghai(db: None) -> Iterator[None]:
    with scoped(Scope.for_path(SHANGHAI)):
        yield


@pytest.fixture
def hire(sees_shanghai: None) -> Callable[[str, str, str], Actor]:
    return new_actor


def new_actor(username: str, role: str, path: str) -> Actor:
    """A new account with a post, as an actor."""
    user = create_user(username=username, display_name=username, is_demonstration=True, by=None)
    grant_post(user, role=role, organization=by_path(path), valid_from=date(2021, 1, 1), by=None)
    return actor_of(username, role=role, on=date(2022, 1, 10))


@pytest.fixture
def clerk(hire: Callable[[str, str, str], Actor]) -> Actor:
    return hire("clerk", "handler", JIADING)


@pytest.fixture
def outsider(hire: Callable[[str, str, str], Actor]) -> Actor:
    return hire("outsider", "handler", BAOSHAN)


@pytest.fixture
def keep() -> Callable[..., EvidenceFile]:
    """`keep(b"...", by=clerk)`: archive for the actor's own union."""

    def keep(content: bytes, *, by: Actor, name: str = "名册.xlsx", kind: str = "roster") -> EvidenceFile:
        return archive(
            content,
            name=name,
            kind=kind,
            media_type="application/octet-stream",
            organization_path=by.organization_path,
            organization_id=by.organization_id,
            by=by,
        )

    return keep
