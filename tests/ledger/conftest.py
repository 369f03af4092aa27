"""嘉定's money and who handles it: one city, two districts, a grassroots union, the foundation, a campaign."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.errors import Refused
from nuanliu.ledger import actions
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.ledger.queries import plan_content
from nuanliu.organizations.models import Organization
from nuanliu.programmes.actions import open_campaign, open_programme
from nuanliu.programmes.models import Campaign
from tests.support.database import TestDatabase

DECIDED = date(2022, 1, 10)
RECEIVED = date(2022, 1, 4)
YUAN = 100

# An approved round without the users, posts and meeting that approvals ask for: these tests are about what the ledger
# makes of a round, whoever made it. And the ledger knows no awards: the guard that awards put on its reservations
# sleeps. Only the test database has this function, and only a superuser can put it there.
APPROVE = """
    CREATE OR REPLACE FUNCTION public.test_approve(
        subject uuid, digest bytea, organization uuid, path text, person text, round_state text
    ) RETURNS void LANGUAGE sql SECURITY DEFINER SET session_replication_role = replica AS $$
        INSERT INTO public.approvals_approvalround (organization_id, organization_path, legal_person, subject_kind,
            subject_id, subject_digest, case_key, state {more_columns})
        VALUES (organization, path, person, 'use_plan', subject, digest, subject::text, round_state {more_values})
    $$;
    GRANT EXECUTE ON FUNCTION public.test_approve TO nuanliu_app;
    ALTER TABLE public.ledger_transfer DISABLE TRIGGER book_7_awards;
"""
AWARDS_AGAIN = "ALTER TABLE public.ledger_transfer ENABLE TRIGGER book_7_awards"


@pytest.fixture(scope="package")
def approving(test_database: TestDatabase) -> Iterator[None]:
    """Teach the test database to make an approved round, and to reserve for awards that are mere numbers."""
    with test_database.superuser() as server_connection:
        found = server_connection.execute(
            "SELECT column_name FROM information_schema.columns WHERE table_name = 'approvals_approvalround'"
            " AND column_name = 'withdrawal_reason'"
        ).fetchone()
        columns, values = (", withdrawal_reason", ", ''") if found else ("", "")
        server_connection.execute(APPROVE.format(more_columns=columns, more_values=values))
    yield
    with test_database.superuser() as server_connection:
        server_connection.execute(AWARDS_AGAIN)


@dataclass
class World:
    """The cast's unions, and an actor for each post."""

    city: Organization
    jiading: Organization
    baoshan: Organization
    school: Organization
    foundation: Organization
    campaign: Campaign

    def actor(self, role: str, organization: Organization | None = None) -> Actor:
        where = organization or self.jiading
        return Actor(
            UUID(int=hash((role, where.path)) % 2**64),
            role,
            uuid4(),
            role,
            where.pk,
            where.path,
            where.legal_person,
        )

    @property
    def finance(self) -> Actor:
        return self.actor(Role.FINANCE_OFFICER)

    @property
    def rights(self) -> Actor:
        return self.actor(Role.RIGHTS_OFFICER)

    @property
    def leader(self) -> Actor:
        return self.actor(Role.LEADER)

    @property
    def releaser(self) -> Actor:
        return self.actor(Role.RELEASER)

    @property
    def city_finance(self) -> Actor:
        return self.actor(Role.FINANCE_OFFICER, self.city)

    def fund(self, organization: Organization | None = None, *, holds_fen: int = 0, **terms: Any) -> Fund:
        """A fund of 嘉定 (or another), which has received so much."""
        owner = organization or self.jiading
        role = Role.FOUNDATION_FINANCE if owner.legal_person == "foundation" else Role.FINANCE_OFFICER
        by = self.actor(role, owner)
        wanted = {"name": f"专户{uuid4().hex[:8]}", "source_class": "union_budget", "purpose": "WARMTH_VISIT"}
        fund = actions.open_fund(owner, **{**wanted, **terms}, by=by)
        if holds_fen:
            actions.receive(fund, holds_fen, on=RECEIVED, evidence="进账单1号", by=by)
        return fund

    def draft(self, lines: list[tuple[Fund, Iterable[str], int]], **terms: Any) -> UsePlan:
        wanted = {"title": "嘉定2022两节方案", "purpose": "WARMTH_VISIT", "by": self.rights}
        return actions.draft_plan(self.jiading, self.campaign, lines=lines, **{**wanted, **terms})

    def proposed(self, lines: list[tuple[Fund, Iterable[str], int]]) -> UsePlan:
        plan = self.draft(lines)
        return actions.mark_proposed(plan, content_digest=sha256_of(plan_content(plan)), by=self.rights)

    def approved(self, lines: list[tuple[Fund, Iterable[str], int]], on: date = DECIDED) -> UsePlan:
        """A plan that has been proposed and decided."""
        plan = self.proposed(lines)
        grant(plan)
        return actions.mark_approved(plan, content_digest=bytes(plan.content_digest), on=on, by=self.leader)

    def reserve(
        self, plan: UsePlan, *amounts: tuple[int, int], on: date = DECIDED, line: int = 0
    ) -> actions.Booked:
        """Reserve (award, fen) pairs on one line of the plan."""
        key = plan.lines.order_by("ordinal")[line].pk
        put_requests((award, key, fen) for award, fen in amounts)
        return actions.reserve_many(by=self.leader, on=on)

    def settle(self, kind: str, *awards: int, on: date = DECIDED) -> actions.Booked:
        put_settlements((award, kind, on) for award in awards)
        return actions.settle_many(by=self.releaser)


def grant(plan: UsePlan, *, state: str = "approved", **differing: Any) -> None:
    """A round about the plan as it stands, or about something that differs from it."""
    facts: dict[str, Any] = {
        "subject": plan.pk,
        "digest": bytes(plan.content_digest),
        "organization": plan.organization_id,
        "path": plan.organization_path,
        "person": plan.legal_person,
        **differing,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT public.test_approve(%s, %s, %s, %s, %s, %s)", [*facts.values(), state])


def put_requests(rows: Iterable[tuple[int, object, int]]) -> None:
    _put("ledger_reservation_requests (award_id bigint, plan_line_id uuid, amount_fen bigint)", rows)


def put_settlements(rows: Iterable[tuple[int, str, date]]) -> None:
    _put("ledger_settlements (award_id bigint, kind text, occurred_on date)", rows)


def _put(table: str, rows: Iterable[tuple[object, ...]]) -> None:
    name = table.split(" ", 1)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS pg_temp.{name}")
        cursor.execute(f"CREATE TEMPORARY TABLE {table}")
        cursor.executemany(f"INSERT INTO pg_temp.{name} VALUES (%s, %s, %s)", list(rows))


@contextmanager
def refused(code: str) -> Iterator[None]:
    """The action in the block is refused under this code, and leaves the transaction usable."""
    with pytest.raises(Refused) as caught, transaction.atomic():
        yield
    assert caught.value.code == code


@contextmanager
def forbidden(name: str) -> Iterator[None]:
    """The database refuses the statement in the block: by the constraint of this name, or for want of a `right`."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    diagnosis = caught.value.__cause__.diag
    assert ("right" if diagnosis.sqlstate == "42501" else diagnosis.constraint_name) == name


@pytest.fixture
def build_world(approving: None) -> Callable[[], World]:
    """Make the cast's world; the caller has opened the scope."""
    return make_world


@pytest.fixture
def world(db: None, build_world: Callable[[], World]) -> Iterator[World]:
    """The world, in the scope of the whole tree of unions."""
    with scoped(Scope.for_path("/0/")):
        yield build_world()


def make_world() -> World:
    """The cast's world. The caller has opened a scope that sees all unions."""
    found = {name: Organization.objects.get(path=path) for name, path in PATHS.items()}
    school, _ = Organization.objects.get_or_create(
        path="/0/31/114/0001/",
        defaults={
            "parent": found["jiading"],
            "name": "嘉定实验小学工会",
            "short_name": "实验小学工会",
            "name_key": "嘉定实验小学工会",
            "level": "grassroots",
            "valid_from": date(2000, 1, 1),
        },
    )
    jiading = found["jiading"]
    rights = Actor(
        uuid4(), "rights", uuid4(), Role.RIGHTS_OFFICER, jiading.pk, jiading.path, jiading.legal_person
    )
    programme = open_programme(jiading, name="送温暖", year=2022, by=rights)
    campaign = open_campaign(
        programme,
        organization=jiading,
        name="2022年元旦春节送温暖",
        starts_on=date(2021, 12, 15),
        ends_on=date(2022, 2, 1),
        by=rights,
    )
    return World(**found, school=school, campaign=campaign)


PATHS = {"city": "/0/31/", "jiading": "/0/31/114/", "baoshan": "/0/31/113/", "foundation": "/F31/"}
