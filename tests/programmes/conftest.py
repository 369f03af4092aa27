"""Unions of the reference tree, and who acts for them."""

from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest
import yaml

from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.actions import register_organization
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path
from nuanliu.programmes.actions import adopt_standard, draft_standard
from nuanliu.programmes.models import Standard
from nuanliu.programmes.rules import StandardSum

SHANGHAI, JIADING, BAOSHAN = "/0/31/", "/0/31/114/", "/0/31/113/"
STANDARD_FILE = Path(__file__).parents[1] / "data" / "lists" / "standard-2022.yaml"


@pytest.fixture
def sees_shanghai(db: None) -> Iterator[None]:
    with scoped(Scope.for_path(SHANGHAI)):
        yield


@pytest.fixture
def shanghai(sees_shanghai: None) -> Organization:
    return by_path(SHANGHAI)


@pytest.fixture
def jiading(sees_shanghai: None) -> Organization:
    return by_path(JIADING)


@pytest.fixture
def baoshan(sees_shanghai: None) -> Organization:
    return by_path(BAOSHAN)


@pytest.fixture
def actor_in() -> Callable[..., Actor]:
    """`actor_in(jiading, "rights_officer")`."""

    def actor_in(organization: Organization, role: str) -> Actor:
        return Actor(
            UUID(int=1),
            "周嘉",
            UUID(int=2),
            role,
            organization.pk,
            organization.path,
            organization.legal_person,
        )

    return actor_in


@pytest.fixture
def rights(actor_in: Callable[..., Actor], jiading: Organization) -> Actor:
    """嘉定's rights officer."""
    return actor_in(jiading, "rights_officer")


@pytest.fixture
def city(actor_in: Callable[..., Actor], shanghai: Organization) -> Actor:
    """The city's rights officer."""
    return actor_in(shanghai, "rights_officer")


@pytest.fixture
def grassroots(jiading: Organization) -> Organization:
    """A grassroots union of 嘉定."""
    return register_organization(
        jiading,
        name="上海嘉源医疗有限公司工会",
        level="grassroots",
        valid_from=date(2021, 1, 1),
        by=None,
    )


@pytest.fixture
def adopted(rights: Actor) -> Callable[..., Standard]:
    """`adopted(jiading, on=date(2021, 12, 10), C1=1000)`: a standard adopted on that day, sums in yuan."""

    def adopted(
        organization: Organization,
        *,
        on: date = date(2021, 12, 10),
        valid_from: date = date(2021, 12, 15),
        valid_to: date | None = date(2022, 2, 28),
        by: Actor = rights,
        **yuan: int,
    ) -> Standard:
        lines = {code: StandardSum(amount * 100) for code, amount in (yuan or {"C1": 1000}).items()}
        draft = draft_standard(
            organization, f"{organization.name}慰问标准", lines, valid_from, valid_to, by=by
        )
        return adopt_standard(
            draft, procedure="工会委员会会议", adopted_on=on, minutes="会议纪要第12号", by=by
        )

    return adopted


@pytest.fixture
def standard_file() -> dict:
    """The standard file of the contracts, as YAML reads it."""
    return yaml.safe_load(STANDARD_FILE.read_text())
