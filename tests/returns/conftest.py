"""A city's campaign with its service month, the unions below, and awards that have reached people."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import count
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import Fund
from nuanliu.organizations.actions import register_organization
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path
from nuanliu.programmes.actions import open_campaign, open_programme
from nuanliu.programmes.models import Campaign
from nuanliu.returns.actions import draft_return, sign_return, submit_return
from nuanliu.returns.models import Return
from tests.cast import Cast
from tests.support.database import TestDatabase

AS_OF = date(2022, 1, 18)
GIVEN = date(2022, 1, 10)

# An award that has reached its person, without list, plan and payment: these tests are about what the tables make of
# it. Only the test database has this function, and only a superuser can put it there.
DELIVER = """
    CREATE OR REPLACE FUNCTION public.test_deliver(
        union_id uuid, path text, in_campaign uuid, category text, tags text[], cash bigint, goods bigint, day date,
        in_state text, number bigint
    ) RETURNS bigint LANGUAGE plpgsql SECURITY DEFINER SET session_replication_role = replica AS $$
    DECLARE
        person uuid := uuidv7();
        sealed bytea := decode('11' || repeat('00', 64), 'hex');
        made bigint;
    BEGIN
        INSERT INTO public.people_person (id, name, initials, identity_sealed, identity_digest, identity_tail_digest,
            gender)
        VALUES (person, '职工' || number, '', sealed, sha256(('i' || number)::bytea), sha256('t'), '');
        INSERT INTO public.people_connection (person_id, organization_path) VALUES (person, path);
        INSERT INTO public.awards_award (organization_id, organization_path, campaign_id, person_id, account_id,
            category_id, tags, form, cash_fen, goods_fen, goods, fund_id, plan_id, standard_id, basis, basis_id,
            state, live, business_date, delivered_on)
        VALUES (union_id, path, in_campaign, person, uuidv7(), category, tags,
            CASE WHEN goods = 0 THEN 'cash' WHEN cash = 0 THEN 'goods' ELSE 'both' END, cash, goods, '', uuidv7(),
            uuidv7(), uuidv7(), 'roster_row', number, in_state, in_state <> 'cancelled', day,
            CASE WHEN in_state = 'delivered' THEN day END)
        RETURNING id INTO made;
        RETURN made;
    END
    $$;
    GRANT EXECUTE ON FUNCTION public.test_deliver TO nuanliu_app;
    CREATE OR REPLACE FUNCTION public.test_move(moved bigint, in_state text, day date) RETURNS void
    LANGUAGE sql SECURITY DEFINER SET session_replication_role = replica AS $$
        UPDATE public.awards_award SET state = in_state, delivered_on = day WHERE id = moved
    $$;
    GRANT EXECUTE ON FUNCTION public.test_move TO nuanliu_app;
"""


@pytest.fixture(scope="session")
def delivering(test_database: TestDatabase) -> None:
    """Teach the test database to hold a delivered award."""
    with test_database.superuser() as server_connection:
        server_connection.execute(DELIVER)


@dataclass
class World:
    """The unions of the cast, the campaign, and who acts."""

    cast: Cast
    city: Organization
    jiading: Organization
    baoshan: Organization
    company: Organization
    campaign: Campaign
    numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def give(
        self,
        category: str = "C1",
        *,
        to: Organization | None = None,
        cash_fen: int = 100_000,
        goods_fen: int = 0,
        on: date = GIVEN,
        tags: Sequence[str] = (),
        campaign: Campaign | None = None,
        state: str = "delivered",
    ) -> int:
        """An award of 嘉定 (or another union) in this state; its number."""
        union = to or self.jiading
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT public.test_deliver(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
                [
                    union.pk,
                    union.path,
                    (campaign or self.campaign).pk,
                    category,
                    list(tags),
                    cash_fen,
                    goods_fen,
                    on,
                    state,
                    next(self.numbers),
                ],
            )
            return int(cursor.fetchone()[0])

    def another_campaign(self) -> Campaign:
        """A campaign of another window of the same programme."""
        return open_campaign(
            self.campaign.programme,
            organization=self.city,
            name="2021年高温慰问",
            starts_on=date(2021, 7, 1),
            ends_on=date(2021, 8, 31),
            by=self.cast.city,
        )

    def finance_of(self, union: Organization) -> Actor:
        finance = self.cast.finance
        return Actor(
            finance.user_id,
            finance.user_name,
            finance.post_id,
            finance.role,
            union.pk,
            union.path,
            union.legal_person,
        )

    def fund(
        self, union: Organization, name: str, *, receives_fen: int = 0, source_class: str = "union_budget"
    ) -> Fund:
        by = self.finance_of(union)
        fund = ledger.open_fund(union, name=name, source_class=source_class, purpose="WARMTH_VISIT", by=by)
        if receives_fen:
            ledger.receive(fund, receives_fen, on=GIVEN, evidence="进账单1号", by=by)
        return fund

    def pass_down(self, giver: Fund, taker: Fund, amount_fen: int) -> None:
        by = self.finance_of(giver.organization)
        ledger.allocate(giver, taker, amount_fen, on=GIVEN, evidence="拨款单", by=by)

    def draft(self, **wanted: Any) -> Return:
        given = {"as_of": AS_OF, "reporter": "王敏", "reporter_phone": "021-59520000", "by": self.cast.clerk}
        return draft_return(self.jiading, self.campaign, **{**given, **wanted})

    def signed(self, **wanted: Any) -> Return:
        return sign_return(self.draft(**wanted), on=AS_OF, by=self.cast.head)

    def submitted(self, **wanted: Any) -> Return:
        return submit_return(self.signed(**wanted), by=self.cast.head)


@pytest.fixture
def world(cast: Cast, delivering: None) -> Iterator[World]:
    """The world, in the scope of the whole tree of unions."""
    with scoped(Scope.for_path("/0/")):
        yield make_world(cast)


def make_world(cast: Cast) -> World:
    """The caller has opened the scope."""
    city, jiading, baoshan = (by_path(path) for path in ("/0/31/", "/0/31/114/", "/0/31/113/"))
    company = register_organization(
        jiading, name="上海嘉源医疗有限公司工会", level="grassroots", valid_from=date(2021, 1, 1), by=None
    )
    programme = open_programme(city, name="送温暖", year=2022, by=cast.city)
    campaign = open_campaign(
        programme,
        organization=city,
        name="2022年元旦春节送温暖",
        starts_on=date(2021, 12, 15),
        ends_on=date(2022, 2, 1),
        service_month_starts_on=date(2021, 11, 20),
        service_month_ends_on=date(2021, 12, 20),
        notice_printed_on=date(2021, 12, 27),
        by=cast.city,
    )
    return World(cast, city, jiading, baoshan, company, campaign)


@contextmanager
def refused(code: str) -> Iterator[Any]:
    """The action in the block is refused under this code, and leaves the transaction usable."""
    with pytest.raises(Refused) as caught, transaction.atomic():
        yield caught
    assert caught.value.code == code


@contextmanager
def forbidden(name: str) -> Iterator[None]:
    """The database refuses the statement in the block: by the constraint of this name, or for want of a `right`."""
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    diagnosis = caught.value.__cause__.diag
    assert ("right" if diagnosis.sqlstate == "42501" else diagnosis.constraint_name) == name
