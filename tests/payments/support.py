"""What a payment test needs before it begins: a decided plan, people with accounts, and a bank that answers."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from random import Random
from typing import Any
from uuid import uuid4

from django.db import IntegrityError, ProgrammingError, connection, transaction
from psycopg import ClientCursor
from psycopg.errors import InsufficientPrivilege

from nuanliu.approvals.actions import BallotCast, Meeting, decide, open_round, propose
from nuanliu.awards.models import Award
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import copy_columns, create_temp
from nuanliu.base.crypto import Place, blind_many, seal_many
from nuanliu.base.keys import uuid7
from nuanliu.evidence.actions import archive
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.errors import Refused
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.ledger.queries import balance_of, plan_content
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path
from nuanliu.payments import actions
from nuanliu.payments.layouts import OrderRows, read_rows, write_reply
from nuanliu.payments.models import BankProfile, PaymentBatch, PaymentOrder
from nuanliu.payments.queries import batch_facts, profile_of
from nuanliu.people.models import Person
from nuanliu.programmes.actions import open_campaign, open_programme
from nuanliu.programmes.models import Campaign
from tests.cast import Cast
from tests.support.database import TestDatabase

DECIDED = date(2022, 1, 10)
PAID = date(2022, 1, 20)
ANSWERED = date(2022, 1, 21)
YUAN = 100
AMOUNT = 500 * YUAN
NAMES = ["王建国", "李秀英", "张伟", "刘洋", "陈静", "杨磊", "赵敏", "黄强", "周杰", "吴芳"]

# Fixtures stand where other packages' guards would ask for a whole list: only the test database has this function,
# and only a superuser can put it there.
TEACH = """
    CREATE OR REPLACE FUNCTION public.test_write(statement text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER
        SET session_replication_role = replica AS $$ BEGIN EXECUTE statement; END $$;
    GRANT EXECUTE ON FUNCTION public.test_write TO nuanliu_app;
"""


def teach(test_database: TestDatabase) -> None:
    with test_database.superuser() as server_connection:
        server_connection.execute(TEACH)


def write(statement: str, parameters: Sequence[Any] = ()) -> None:
    """A statement past every guard, inside the test's own transaction."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT public.test_write(%s)",
            [ClientCursor(connection.connection).mogrify(statement, parameters)],
        )


@dataclass
class World:
    """A plan of 嘉定 that is decided, its fund, and the awards that wait for payment."""

    cast: Cast
    organization: Organization
    campaign: Campaign
    fund: Fund
    plan: UsePlan
    accounts: list[str] = field(default_factory=list)

    @property
    def awards(self) -> list[Award]:
        return list(Award.objects.filter(plan=self.plan).order_by("id"))

    @property
    def cashier(self) -> Actor:
        return self.cast.cashier

    @property
    def releaser(self) -> Actor:
        return self.cast.releaser

    def profile(self, key: str = "nuanliu_standard") -> BankProfile:
        return BankProfile.objects.get(key=key)

    def build(self, **terms: Any) -> PaymentBatch:
        (batch,) = self.build_all(**terms)
        return batch

    def build_all(self, profile: str = "nuanliu_standard", **terms: Any) -> list[PaymentBatch]:
        wanted = {"business_date": PAID, "by": self.cashier, **terms}
        return actions.build_batches(self.plan, profile=self.profile(profile), **wanted)

    def released(self, **terms: Any) -> PaymentBatch:
        return actions.release_batch(self.build(**terms), by=self.releaser)

    def sent(self, **terms: Any) -> PaymentBatch:
        return actions.mark_sent(self.released(**terms), by=self.releaser)

    def answer(self, batch: PaymentBatch, content: bytes, on: date = ANSWERED) -> actions.ReplyResult:
        return actions.record_replies(batch, name="回盘.xlsx", content=content, by=self.releaser, on=on)

    def reconciled(self, *failing: int, words: str = "无此账户") -> PaymentBatch:
        batch = self.sent()
        self.answer(batch, reply_to(batch, failing=dict.fromkeys(failing, words)))
        return batch

    def receipt(self, batch: PaymentBatch, content: bytes = b"receipt") -> EvidenceFile:
        return archive(
            content,
            name="回单.pdf",
            kind="bank_receipt",
            media_type="application/pdf",
            organization_path=batch.organization_path,
            organization_id=batch.organization_id,
            by=self.releaser,
        )

    def order(self, place: int) -> PaymentOrder:
        """The latest order of the award at a place of the list, from 0."""
        return PaymentOrder.objects.filter(award=self.awards[place]).latest("id")

    def corrected(self, place: int, **terms: Any) -> Any:
        """A correction of the payment at a place, by the cashier."""
        order = self.order(place)
        wanted = {
            "account_number": generate_account(Random(place + 1000)),
            "bank": "中国农业银行",
            "holder_name": order.payee_name,
            "reason": "本人提供银行卡复印件",
            "by": self.cashier,
            **terms,
        }
        return actions.correct_account(order, **wanted)


def make_world(cast: Cast, people: int = 10, *, amount_fen: int = AMOUNT) -> World:
    """The caller has opened a scope that sees 嘉定."""
    jiading = by_path("/0/31/114/")
    programme = open_programme(jiading, name="送温暖", year=2022, by=cast.rights)
    campaign = open_campaign(
        programme,
        organization=jiading,
        name="2022年元旦春节送温暖",
        starts_on=date(2021, 12, 15),
        ends_on=date(2022, 2, 15),
        by=cast.rights,
    )
    total = people * amount_fen
    fund = ledger.open_fund(
        jiading, name="送温暖专户", source_class="union_budget", purpose="WARMTH_VISIT", by=cast.finance
    )
    ledger.receive(fund, 2 * total, on=date(2022, 1, 4), evidence="进账单1号", by=cast.finance)
    plan = decided_plan(cast, jiading, campaign, [(fund, ["C1", "C2"], total)])
    world = World(cast, jiading, campaign, fund, plan)
    world.accounts = add_awards(world, people, amount_fen)
    reserve(world)
    return world


def decided_plan(cast: Cast, organization: Organization, campaign: Campaign, lines: Any) -> UsePlan:
    """Proposed by two departments, decided by three leaders."""
    plan = ledger.draft_plan(
        organization, campaign, title="方案", purpose="WARMTH_VISIT", lines=lines, by=cast.rights
    )
    digest = sha256_of(plan_content(plan))
    plan = ledger.mark_proposed(plan, content_digest=digest, by=cast.rights)
    approval = open_round(
        subject_kind="use_plan",
        subject_id=plan.pk,
        subject_digest=digest,
        case_key=plan.case_key,
        legal_person=plan.legal_person,
        organization_id=organization.pk,
        organization_path=organization.path,
        by=cast.rights,
    )
    for actor in (cast.rights, cast.finance):
        propose(approval, by=actor, on=date(2022, 1, 6))
    ballots = tuple(BallotCast(leader.user_id) for leader in (cast.leader1, cast.leader2, cast.leader3))
    decide(approval, Meeting("第3次会议", DECIDED, "同意", ballots), subject_digest=digest, by=cast.leader1)
    return ledger.mark_approved(plan, content_digest=digest, on=DECIDED, by=cast.leader1)


PERSONS = """
INSERT INTO people_person (id, name, initials, identity_sealed, identity_digest, identity_tail_digest, gender)
SELECT id, name, '', sealed, sha256(id::text::bytea), sha256(id::text::bytea), '' FROM pg_temp.fixture_people;
INSERT INTO people_connection (person_id, organization_path) SELECT id, '/0/31/114/' FROM pg_temp.fixture_people;
INSERT INTO people_bankaccount (id, person_id, holder_name, bank, number_sealed, number_digest, number_tail, active)
SELECT account_id, id, name, bank, sealed, digest, tail, true FROM pg_temp.fixture_people;
INSERT INTO awards_award (organization_id, organization_path, campaign_id, person_id, account_id, category_id, tags,
    form, cash_fen, goods_fen, goods, fund_id, plan_id, standard_id, basis, basis_id, state, live, business_date)
SELECT '{organization}', '/0/31/114/', '{campaign}', id, account_id, 'C1', '{{}}', 'cash', {amount}, 0, '', '{fund}',
    '{plan}', '{standard}', 'roster_row', place, 'approved', true, '2022-01-05'
FROM pg_temp.fixture_people ORDER BY place
"""
PEOPLE = {
    "place": "int4",
    "id": "uuid",
    "name": "text",
    "account_id": "uuid",
    "bank": "text",
    "sealed": "bytea",
    "digest": "bytea",
    "tail": "text",
}


def add_awards(world: World, people: int, amount_fen: int) -> list[str]:
    """So many people of 嘉定 with an approved award each; their account numbers."""
    random = Random(7)
    ids, account_ids = [uuid7() for _ in range(people)], [uuid7() for _ in range(people)]
    numbers = [generate_account(random) for _ in range(people)]
    place = Place("people_bankaccount", "number_sealed")
    columns: dict[str, Sequence[Any]] = {
        "place": list(range(people)),
        "id": ids,
        "name": [NAMES[i % 10] if i < 10 else f"{NAMES[i % 10]}{'甲乙丙丁'[i % 4]}" for i in range(people)],
        "account_id": account_ids,
        "bank": ["中国工商银行嘉定支行" if i % 2 else "上海农商银行" for i in range(people)],
        "sealed": seal_many(numbers, place=place, row_keys=[key.bytes for key in account_ids]),
        "digest": blind_many(numbers, purpose="account"),
        "tail": [number[-4:] for number in numbers],
    }
    with connection.cursor() as cursor:
        create_temp(cursor, "fixture_people", PEOPLE)
        copy_columns(cursor, "fixture_people", columns, PEOPLE)
    write(
        PERSONS.format(
            organization=world.organization.pk,
            campaign=world.campaign.pk,
            amount=amount_fen,
            fund=world.fund.pk,
            plan=world.plan.pk,
            standard=uuid4(),
        )
    )
    return numbers


def reserve(world: World, on: date = DECIDED) -> None:
    """The ledger sets aside what each award needs."""
    columns = {"award_id": "bigint", "plan_line_id": "uuid", "amount_fen": "bigint"}
    with connection.cursor() as cursor:
        create_temp(cursor, "ledger_reservation_requests", columns)
        cursor.execute(
            "INSERT INTO pg_temp.ledger_reservation_requests SELECT a.id, l.id, a.cash_fen FROM awards_award a"
            " JOIN ledger_useplanline l ON l.plan_id = a.plan_id WHERE a.plan_id = %s AND a.state = 'approved'",
            [world.plan.pk],
        )
    ledger.reserve_many(by=world.cast.leader1, on=on)


def file_of(batch: PaymentBatch) -> bytes:
    """The bank file of a batch."""
    assert batch.file is not None
    return content_of(batch.file)


def reply_to(
    batch: PaymentBatch,
    *,
    failing: dict[int, str] | None = None,
    words: str = "交易成功",
    only: Callable[[int], bool] = lambda place: True,
    on: date = ANSWERED,
    **changes: Callable[[int, Any], Any],
) -> bytes:
    """The bank's answer to the file it was sent. `failing` maps places (from 0) to words; `changes` alter columns."""
    profile = profile_of(batch.profile)
    sent = read_rows(profile.layout, file_of(batch))
    places = [place for place in range(len(sent)) if only(place)]
    columns: dict[str, list[Any]] = {
        "order_keys": [sent.keys[place] for place in places],
        "ordinals": [place + 1 for place in places],
        "payee_names": [sent.payee_names[place] for place in places],
        "accounts": [sent.accounts[place] for place in places],
        "banks": ["" for _ in places],
        "amounts_fen": [sent.amounts_fen[place] for place in places],
        "words": [(failing or {}).get(place, words) for place in places],
        "settled_on": [on for _ in places],
        "references": [f"B{place:06d}" for place in places],
    }
    for name, change in changes.items():
        columns[name] = [change(place, value) for place, value in zip(places, columns[name], strict=True)]
    return write_reply(profile, batch_facts(batch), OrderRows(**columns))


def money(world: World) -> tuple[int, int, int]:
    """Fen reserved, given, and available in the fund."""
    balance = balance_of(world.fund)
    return balance.reserved_fen, balance.given_fen, balance.available_fen


def states(world: World) -> list[str]:
    """The awards' states in the order of the list."""
    return [award.state for award in world.awards]


def person_of(world: World, place: int) -> Person:
    return world.awards[place].person


def broken_rule(statement: str, parameters: Sequence[Any] = ()) -> str:
    """What the database refuses a statement of the application for: a constraint's name, `permission`, or `nothing`.

    Whatever the statement did is taken back.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, parameters)
            transaction.set_rollback(True)
    except IntegrityError as error:
        return str(error.__cause__.diag.constraint_name)
    except ProgrammingError as error:
        return "permission" if isinstance(error.__cause__, InsufficientPrivilege) else str(error)
    return "nothing"


def refusal(act: Callable[[], object]) -> str:
    """The code with which an act is refused; the transaction lives on."""
    try:
        with transaction.atomic():
            act()
    except Refused as refused:
        return refused.code
    return "nothing"
