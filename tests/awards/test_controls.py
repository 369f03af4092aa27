"""The prohibitions of the Measures, attempted by the action and, behind its back, by raw SQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.access.models import User
from nuanliu.approvals import actions as approvals
from nuanliu.awards.actions import (
    accept_rows,
    approve_cash_exception,
    attach_roster,
    cancel_award,
    decide_plan,
    propose_plan,
    record_handout,
    record_recusal,
    request_cash_exception,
    sign_cash_receipt,
    sign_roster,
)
from nuanliu.awards.actions.deciding import REQUESTS, content_digest
from nuanliu.awards.actions.giving import settle
from nuanliu.awards.models import Award, Roster, RosterFinding
from nuanliu.base.bulk import create_temp
from nuanliu.base.crypto import blind
from nuanliu.evidence.actions import archive
from nuanliu.kernel.errors import Refused
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.actions import reserve_many, settle_many
from nuanliu.ledger.models import UsePlan
from nuanliu.people.actions import record_death
from nuanliu.programmes.actions import draft_standard
from nuanliu.programmes.models import ProhibitedGoods
from nuanliu.programmes.queries import StandardSum
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of
from tests.awards.test_flow import accepted, approve, meeting, planned

COLUMNS = (
    "organization_id, organization_path, campaign_id, person_id, account_id, household_id, category_id, tags, form,"
    " cash_fen, goods_fen, goods, fund_id, plan_id, standard_id, cash_exception_id, basis, basis_id, state, live,"
    " business_date"
)


def codes_of(roster: Roster) -> list[str]:
    return list(RosterFinding.objects.filter(roster=roster).order_by("id").values_list("code", flat=True))


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(Refused) as refusal, transaction.atomic():
        yield
    assert refusal.value.code == code


@contextmanager
def forbidden(constraint: str) -> Iterator[None]:
    with pytest.raises(DatabaseError) as caught, transaction.atomic():
        yield
    assert caught.value.__cause__.diag.constraint_name == constraint


def sql(statement: str, parameters: object = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def forge(award: Award, **differing: object) -> None:
    """A second award like this one, with another category unless told, straight into the table."""
    changes = {"category_id": "C2", **differing}
    values = ", ".join("%s" if name in changes else name for name in COLUMNS.split(", "))
    given = [changes[name] for name in COLUMNS.split(", ") if name in changes]
    sql(
        f"INSERT INTO awards_award ({COLUMNS}) SELECT {values} FROM awards_award WHERE id = %s",
        [*given, award.pk],
    )


@pytest.fixture
def award(world: World) -> Award:
    """One accepted award of C1, 1,000 yuan."""
    return Award.objects.get(roster=accepted(world, People()()))


def test_a_forged_award_that_breaks_nothing_is_written(award: Award) -> None:
    forge(award, cash_fen=200_000)
    assert Award.objects.count() == 2


@pytest.mark.requirement("R-025", "R-103")
def test_without_an_adopted_standard_nobody_is_given_anything(world: World, award: Award) -> None:
    draft = draft_standard(
        world.jiading, "草案", {"C1": StandardSum(100_000)}, date(2022, 3, 1), None, by=world.cast.rights
    )
    roster = world.submit(list_of(People(2)()), standard=draft).roster
    assert codes_of(roster) == ["standard.missing"]
    assert accept_rows(roster, by=world.cast.clerk).rows == 0
    with forbidden("award_standard_in_force"):
        forge(award, category_id="C2", standard_id=draft.pk)


@pytest.mark.requirement("R-026")
def test_nobody_is_given_more_than_the_standard(world: World, award: Award) -> None:
    roster = world.submit(list_of(People(2)(cash="1000.01"))).roster
    assert codes_of(roster) == ["standard.exceeded"]
    with forbidden("award_within_standard"):
        forge(award, category_id="C5")


@pytest.mark.requirement("R-035")
def test_everybody_is_named_and_numbered(world: World, award: Award) -> None:
    roster = world.submit(
        list_of(People(2)(name="彭桂等20人", identity_number=None), People(3)(name=None))
    ).roster
    assert codes_of(roster) == ["identity.missing", "name.missing"]
    assert accept_rows(roster, by=world.cast.clerk).rows == 0
    with forbidden("award_to_living_person"):
        forge(
            award,
            person_id="01900000-0000-7000-8000-000000000000",
            account_id=None,
            cash_fen=0,
            goods_fen=1,
            form="goods",
        )


@pytest.mark.requirement("R-036", "R-104")
def test_cash_goes_to_an_account_or_under_an_approved_exception(world: World, award: Award) -> None:
    person = People(5)(account=None)
    refused_roster = world.submit(list_of(person)).roster
    assert codes_of(refused_roster) == ["account.missing"]
    with forbidden("award_cash_to_account"):
        forge(award, cash_fen=200_000, account_id=None)

    exception = request_cash_exception(
        world.jiading,
        world.campaign,
        identity_number=person["identity_number"],
        reason="卧床",
        on=DAY,
        by=world.cast.clerk,
    )
    with refused("permission.denied"):
        approve_cash_exception(exception, on=DAY, by=world.cast.clerk)
    with forbidden("cash_exception_two_people"):
        sql(
            "UPDATE awards_cashexception SET approved_by_id = requested_by_id, approved_on = %s WHERE id = %s",
            [DAY, exception.pk],
        )
    assert codes_of(world.submit(list_of(person, name="未批.xlsx", sheets=("一",))).roster) == [
        "account.missing"
    ]
    approve_cash_exception(exception, on=DAY, by=world.cast.head)
    roster = world.submit(list_of(person, sheets=("二",))).roster
    assert codes_of(roster) == []
    assert accept_rows(roster, by=world.cast.clerk).rows == 1
    cash = Award.objects.get(roster=roster)
    assert (cash.account_id, cash.cash_exception_id) == (None, exception.pk)

    approve(world, roster, ["C1"], 100_000)
    proof = signed(world)
    assert record_handout(roster, signed_file=proof, on=DAY, by=world.cast.clerk) == 0
    with forbidden("award_handout_signed"):
        sql("UPDATE awards_award SET state = 'in_handout' WHERE id = %s", [cash.pk])
        sql("UPDATE awards_award SET state = 'delivered', delivered_on = %s WHERE id = %s", [DAY, cash.pk])
    sign_cash_receipt(exception, signature_file=proof, by=world.cast.clerk)
    assert record_handout(roster, signed_file=proof, on=DAY, by=world.cast.clerk) == 1


def signed(world: World):
    return archive(
        b"signed",
        name="签收.pdf",
        kind="signed_roster",
        media_type="application/pdf",
        organization_path=world.jiading.path,
        organization_id=world.jiading.pk,
        by=world.cast.clerk,
    )


@pytest.mark.requirement("R-049")
def test_no_money_buys_prohibited_goods(world: World, award: Award) -> None:
    roster = world.submit(list_of(People(2)(cash=None, goods="购物卡1张", goods_value="1000"))).roster
    assert codes_of(roster) == ["goods.prohibited"]
    assert accept_rows(roster, by=world.cast.clerk).rows == 0
    of_goods = {"form": "goods", "cash_fen": 0, "goods_fen": 100_000, "account_id": None}
    for goods in ("购物卡1张", "贵州 茅 台 2瓶", "大米1袋，超市购物卡"):
        with forbidden("award_goods_allowed"):
            forge(award, **of_goods, goods=goods)
    forge(award, **of_goods, goods="大米1袋")


@pytest.mark.requirement("R-049")
def test_goods_that_were_prohibited_after_the_check_are_not_accepted(world: World) -> None:
    people = People()
    rows = [people(cash=None, goods=goods, goods_value="1000") for goods in ("大米1袋", "蓝莓汁礼盒")]
    roster = world.submit(list_of(*rows)).roster
    assert codes_of(roster) == []
    ProhibitedGoods.objects.create(word="蓝莓汁礼盒", exceptions=[], source="会议纪要第16号", valid_from=DAY)
    assert accept_rows(roster, by=world.cast.clerk).rows == 1
    assert codes_of(roster) == ["goods.prohibited"]


@pytest.mark.requirement("R-054")
def test_money_goes_to_the_own_account_of_a_living_person(world: World, award: Award) -> None:
    people = People(7)
    first, second = people(), people()
    roster = world.submit(list_of(first, {**second, "account": first["account"]})).roster
    assert codes_of(roster) == ["account.shared"]
    accept_rows(roster, by=world.cast.clerk)
    other = Award.objects.get(roster=roster)
    assert codes_of(world.submit(list_of({**second, "account_holder": "旁人"})).roster) == [
        "account.name_conflict"
    ]
    on_record = world.submit(list_of({**second, "account": first["account"]}, sheets=("后",))).roster
    assert codes_of(on_record) == ["account.shared"]
    with forbidden("award_to_own_account"):
        forge(award, cash_fen=200_000, account_id=other.account_id)
    record_death(award.person, died_on=DAY, reason="户籍注销", by=world.cast.clerk)
    with forbidden("award_to_living_person"):
        forge(award, cash_fen=200_000)


@pytest.mark.requirement("R-054")
def test_the_dead_are_given_nothing(world: World) -> None:
    person = People()()
    award = Award.objects.get(roster=accepted(world, person))
    record_death(award.person, died_on=DAY, reason="户籍注销", by=world.cast.clerk)
    roster = world.submit(list_of({**person, "category": "C2", "cash": "2000"})).roster
    assert "person.deceased" in codes_of(roster)
    assert accept_rows(roster, by=world.cast.clerk, acknowledge=["duplicate.other_category"]).rows == 0


@pytest.mark.requirement("R-034", "R-055", "R-092")
def test_an_award_is_approved_only_within_an_approved_plan(world: World) -> None:
    roster = accepted(world, People()())
    award = Award.objects.get(roster=roster)
    narrow, fund = planned(world, roster, ["C2"], 100_000)
    sign_roster(roster, by=world.cast.head, on=DAY)
    with refused("plan.category_outside"):
        attach_roster(roster, narrow, by=world.cast.rights)
    with forbidden("award_planned_before_given"):
        sql("UPDATE awards_award SET state = 'approved' WHERE id = %s", [award.pk])
    with forbidden("award_under_approved_plan"):
        sql(
            "UPDATE awards_award SET state = 'approved', plan_id = %s, fund_id = %s WHERE id = %s",
            [narrow.pk, fund.pk, award.pk],
        )
    other = accepted(world, People(9)(category="C2", cash="2000"))
    approved_plan, approved_fund = approve(world, other, ["C2"], 200_000)
    with forbidden("award_within_plan"):
        sql(
            "UPDATE awards_award SET state = 'approved', plan_id = %s, fund_id = %s WHERE id = %s",
            [approved_plan.pk, approved_fund.pk, award.pk],
        )


@pytest.mark.requirement("R-103", "R-092")
def test_a_plan_approves_the_lists_that_lay_on_the_table_and_no_other(world: World) -> None:
    decided, late = accepted(world, People()()), accepted(world, People(9)())
    empty, _ = planned(world, late, ["C1"], 100_000)
    with refused("plan.no_roster"):
        propose_plan(empty, by=world.cast.rights, on=DAY, opinion="同意")
    plan, fund = approve(world, decided, ["C1"], 200_000)
    sign_roster(late, by=world.cast.head, on=DAY)
    with refused("plan.not_draft"):
        attach_roster(late, plan, by=world.cast.rights)
    with forbidden("award_within_plan"):
        sql(
            "UPDATE awards_award SET state = 'approved', plan_id = %s, fund_id = %s WHERE roster_id = %s",
            [plan.pk, fund.pk, late.pk],
        )


RESERVE = """
INSERT INTO ledger_transfer (organization_path, kind, debit_account_id, credit_account_id, amount_fen, plan_line_id,
    subject_kind, subject_id, attempt, occurred_on)
SELECT line.organization_path, 'reserve', holding.id, given.id, %s, line.id, 'award', %s, %s, %s
FROM ledger_useplanline line
JOIN ledger_account holding ON holding.fund_id = line.fund_id AND holding.kind = 'holding'
JOIN ledger_account given ON given.fund_id = line.fund_id AND given.kind = 'given'
WHERE line.plan_id = %s
"""


@pytest.mark.requirement("R-039")
def test_money_is_set_aside_for_awards_on_the_lists_alone(world: World) -> None:
    people = People()
    roster = accepted(world, people(), people())
    mine, other = Award.objects.filter(roster=roster).order_by("id")
    later = Award.objects.get(roster=accepted(world, people()))
    plan, _ = approve(world, roster, ["C1"], 300_000)
    with refused("ledger.no_award"), connection.cursor() as cursor:
        create_temp(cursor, "ledger_reservation_requests", REQUESTS)
        line = plan.lines.get().pk
        cursor.execute("INSERT INTO pg_temp.ledger_reservation_requests VALUES (9999999, %s, 50000)", [line])
        reserve_many(by=world.cast.leader1, on=DAY)
    for nobody in (9_999_999, later.pk):
        with forbidden("reserve_for_award"):
            sql(RESERVE, [50_000, nobody, 1, DAY, plan.pk])
    with connection.cursor() as cursor:
        settle(cursor, [mine.pk], "void", DAY)
    settle_many(by=world.cast.clerk)
    cancel_award(other, reason="重复", on=DAY, by=world.cast.clerk)
    for award, fen in ((mine, 100_001), (other, 100_000)):
        with forbidden("reserve_for_award"):
            sql(RESERVE, [fen, award.pk, 2, DAY, plan.pk])
    sql(RESERVE, [100_000, mine.pk, 2, DAY, plan.pk])


@pytest.mark.requirement("R-056")
def test_nobody_serves_himself_or_his_family_without_a_recusal(world: World) -> None:
    person = People()()
    leader = world.cast.leader2
    roster = accepted(world, person)
    User.objects.filter(pk=leader.user_id).update(
        identity_digest=blind(person["identity_number"], "identity")
    )
    again = world.submit(list_of({**person, "category": "C2", "cash": "2000"})).roster
    assert "conflict.handler" in codes_of(again)
    plan, _ = planned(world, roster, ["C1"], 100_000)
    sign_roster(roster, by=world.cast.head, on=DAY)
    attach_roster(roster, plan, by=world.cast.rights)
    for proposer in (world.cast.rights, world.cast.finance):
        propose_plan(plan, by=proposer, on=DAY, opinion="同意")
    with refused("plan.conflict_of_interest"):
        decide_plan(plan, meeting(world), by=world.cast.leader1)
    step_back = {
        "user_id": leader.user_id,
        "identity_number": person["identity_number"],
        "reason": "本人",
        "on": DAY,
    }
    with refused("recusal.by_oneself"):
        record_recusal(
            world.jiading, world.campaign, **step_back, replaced_by=world.cast.leader1.user_id, by=leader
        )
    with refused("recusal.same_person"):
        record_recusal(
            world.jiading, world.campaign, **step_back, replaced_by=leader.user_id, by=world.cast.rights
        )
    recusal = record_recusal(
        world.jiading,
        world.campaign,
        **step_back,
        replaced_by=world.cast.leader1.user_id,
        by=world.cast.rights,
    )
    with forbidden("recusal_replaced_by_another"):
        sql(
            "INSERT INTO awards_recusal"
            " (organization_path, campaign_id, user_id, identity_digest, replaced_by_id, reason)"
            " SELECT organization_path, campaign_id, replaced_by_id, identity_digest, replaced_by_id, 'x'"
            " FROM awards_recusal WHERE id = %s",
            [recusal.pk],
        )
    decide_plan(UsePlan.objects.get(pk=plan.pk), meeting(world), by=world.cast.leader1)
    assert Award.objects.get(roster=roster).state == "approved"


@pytest.mark.requirement("R-056")
@pytest.mark.parametrize("who", ["leader2", "head", "rights", "clerk"])
def test_the_database_knows_who_answers_for_an_award(world: World, who: str) -> None:
    person = People()()
    roster = accepted(world, person)
    plan, fund = planned(world, roster, ["C1"], 100_000)
    sign_roster(roster, by=world.cast.head, on=DAY)
    attach_roster(roster, plan, by=world.cast.rights)
    for proposer in (world.cast.rights, world.cast.finance):
        opened = propose_plan(plan, by=proposer, on=DAY, opinion="同意")
    own = blind(person["identity_number"], "identity")
    users = User.objects.filter(pk=getattr(world.cast, who).user_id)
    users.update(identity_digest=own)
    digest = content_digest(plan)
    approvals.decide(opened, meeting(world), subject_digest=digest, by=world.cast.leader1)
    ledger.mark_approved(plan, content_digest=digest, on=DAY, by=world.cast.leader1)
    approving = "UPDATE awards_award SET state = 'approved', plan_id = %s, fund_id = %s WHERE roster_id = %s"
    with forbidden("award_without_conflict"):
        sql(approving, [plan.pk, fund.pk, roster.pk])
    record_recusal(
        world.jiading,
        world.campaign,
        user_id=users.get().pk,
        identity_number=person["identity_number"],
        replaced_by=world.cast.leader1.user_id,
        reason="亲属",
        on=DAY,
        by=world.cast.leader3,
    )
    sql(approving, [plan.pk, fund.pk, roster.pk])


@pytest.mark.requirement("R-067")
def test_who_handled_a_list_does_not_sign_it(world: World) -> None:
    roster = accepted(world, People()())
    Roster.objects.filter(pk=roster.pk)
    with refused("permission.denied"):
        sign_roster(roster, by=world.cast.clerk, on=DAY)
    with forbidden("roster_two_signatures"):
        sql(
            "UPDATE awards_roster SET responsible_id = handler_id, signed_on = %s WHERE id = %s",
            [DAY, roster.pk],
        )


@pytest.mark.requirement("R-067")
def test_a_responsible_person_who_sent_the_list_does_not_sign_it(world: World) -> None:
    roster = world.submit(list_of(People()()), by=world.cast.head).roster
    accept_rows(roster, by=world.cast.clerk)
    with refused("roster.signed_by_handler"):
        sign_roster(roster, by=world.cast.head, on=DAY)
