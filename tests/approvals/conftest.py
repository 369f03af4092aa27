"""The cast around a use plan of 嘉定 and the same case before the foundation."""

from collections.abc import Callable, Iterator
from datetime import date
from uuid import UUID, uuid4

import pytest
from django.db import connection

from nuanliu.access.actions import create_user, grant_post
from nuanliu.access.models import User
from nuanliu.access.queries import actor_of
from nuanliu.approvals.actions import BallotCast, Meeting, open_round, propose
from nuanliu.approvals.models import ApprovalRound
from nuanliu.approvals.states import Ballot
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path

JIADING, FOUNDATION = "/0/31/114/", "/F31/"
PROPOSED_ON, HELD_ON = date(2022, 1, 6), date(2022, 1, 10)
DIGEST, OTHER_DIGEST = bytes(range(32)), bytes(32)
CAST = {
    "rights": "rights_officer",
    "finance": "finance_officer",
    "leader1": "leader",
    "leader2": "leader",
    "leader3": "leader",
    "leader4": "leader",
    "clerk": "handler",
}
FOUNDATION_CAST = {
    "foundation": "foundation_officer",
    "foundation-finance": "foundation_finance",
    "council": "council_member",
    "council2": "council_member",
    "council3": "council_member",
}


@pytest.fixture
def everywhere(db: None) -> Iterator[None]:
    """A scope over both legal persons: '/' to '0' holds every path."""
    with scoped(Scope("/", "0")):
        yield


@pytest.fixture
def jiading(everywhere: None) -> Organization:
    return by_path(JIADING)


@pytest.fixture
def foundation(everywhere: None) -> Organization:
    return by_path(FOUNDATION)


@pytest.fixture(name="hire")
def hire_(everywhere: None) -> Callable[..., Actor]:
    return hire


def hire(
    username: str,
    role: str,
    organization: Organization,
    valid_from: date = date(2021, 1, 1),
    valid_to: date | None = None,
) -> Actor:
    """An account with a post from 2021 on, or from one day to another, as an actor."""
    user = create_user(username=username, display_name=username, is_demonstration=True, by=None)
    grant_post(user, role=role, organization=organization, valid_from=valid_from, valid_to=valid_to, by=None)
    return actor_of(username, role=role, on=valid_from)


@pytest.fixture
def move_to(hire: Callable[..., Actor], jiading: Organization) -> Callable[..., tuple[Actor, Actor]]:
    """`move_to("rights_officer", "leader")`: one person in two posts of 嘉定, the second from 7 January 2022 on."""

    def move_to(first_role: str, second_role: str) -> tuple[Actor, Actor]:
        before = hire("mover", first_role, jiading, valid_to=date(2022, 1, 6))
        return before, hire("mover", second_role, jiading, valid_from=date(2022, 1, 7))

    return move_to


@pytest.fixture
def cast(hire: Callable[..., Actor], jiading: Organization) -> dict[str, Actor]:
    """嘉定's people by account."""
    return {username: hire(username, role, jiading) for username, role in CAST.items()}


@pytest.fixture
def foundation_cast(hire: Callable[..., Actor], foundation: Organization) -> dict[str, Actor]:
    return {username: hire(username, role, foundation) for username, role in FOUNDATION_CAST.items()}


@pytest.fixture
def begin() -> Callable[..., ApprovalRound]:
    return begin_round


def begin_round(
    by: Actor, *, case_key: str = "", digest: bytes = DIGEST, subject_id: UUID | None = None
) -> ApprovalRound:
    """A round of the actor's organization about a new use plan, or about a known one."""
    return open_round(
        subject_kind="use_plan",
        subject_id=subject_id or uuid4(),
        subject_digest=digest,
        case_key=case_key,
        legal_person=by.legal_person,
        organization_id=by.organization_id,
        organization_path=by.organization_path,
        by=by,
    )


@pytest.fixture
def proposed(begin: Callable[..., ApprovalRound], cast: dict[str, Actor]) -> ApprovalRound:
    """A round that both departments of 嘉定 have signed."""
    approval_round = begin(cast["rights"])
    propose(approval_round, by=cast["rights"], on=PROPOSED_ON)
    return propose(approval_round, by=cast["finance"], on=PROPOSED_ON)


@pytest.fixture
def meeting_of(cast: dict[str, Actor]) -> Callable[..., Meeting]:
    """`meeting_of(leader1="for", leader2="against")`; three in favour unless told otherwise."""

    def meeting_of(people: dict[str, Actor] = cast, *, held_on: date = HELD_ON, **ballots: str) -> Meeting:
        votes = ballots or dict.fromkeys(("leader1", "leader2", "leader3"), Ballot.FOR)
        cast_ballots = tuple(BallotCast(people[name].user_id, ballot) for name, ballot in votes.items())
        return Meeting("第3次主席办公会", held_on, "审议通过春节送温暖资金使用方案", cast_ballots)

    return meeting_of


@pytest.fixture
def at_commit() -> Callable[[], None]:
    """Run what the database keeps for the commit."""

    def at_commit() -> None:
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")

    return at_commit


@pytest.fixture
def user_named(everywhere: None) -> Callable[[str], User]:
    return lambda username: User.objects.get(username=username)
