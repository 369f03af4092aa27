"""Funds with their sources and restrictions, and the money that comes in and is taken back."""

from dataclasses import replace
from datetime import date

import pytest

from nuanliu.audit.models import AuditEntry
from nuanliu.ledger import actions
from nuanliu.ledger.models import Fund
from nuanliu.ledger.queries import Balance, balance_of, balances_of, fund_facts, funds_of, statement_of
from tests.ledger.conftest import DECIDED, RECEIVED, YUAN, World, forbidden, refused


def test_a_fund_opens_with_three_accounts_and_nothing_in_them(world: World) -> None:
    fund = world.fund()
    accounts = {account.kind: account.limited for account in fund.accounts.all()}
    assert accounts == {"source": False, "holding": True, "given": True}
    assert balance_of(fund) == Balance()


def test_money_is_received_planned_reserved_and_given(world: World) -> None:
    fund = world.fund(holds_fen=1000 * YUAN)
    plan = world.approved([(fund, ["C1"], 600 * YUAN)])
    assert balance_of(fund) == Balance(1000 * YUAN, 0, 0, 1000 * YUAN, 600 * YUAN)
    world.reserve(plan, (1, 200 * YUAN), (2, 100 * YUAN))
    assert balance_of(fund) == Balance(1000 * YUAN, 300 * YUAN, 0, 700 * YUAN, 300 * YUAN)
    world.settle("post", 1)
    assert balance_of(fund) == Balance(1000 * YUAN, 100 * YUAN, 200 * YUAN, 700 * YUAN, 300 * YUAN)
    world.settle("void", 2)
    assert balance_of(fund) == Balance(1000 * YUAN, 0, 200 * YUAN, 800 * YUAN, 400 * YUAN)


def test_the_same_fund_opened_twice_is_one_fund(world: World) -> None:
    first, second = world.fund(name="市补助"), world.fund(name="市补助")
    assert first == second
    assert Fund.objects.filter(name="市补助").count() == 1


@pytest.mark.requirement("R-029")
def test_the_terms_of_a_fund_never_change_under_its_name(world: World) -> None:
    world.fund(name="环卫专项", source_class="social_donation", donor_intent="用于环卫工人")
    with refused("ledger.fund_exists"):
        world.fund(name="环卫专项", source_class="social_donation", donor_intent="用途不限")


@pytest.mark.requirement("R-016")
def test_donated_money_without_the_donors_will_is_refused(world: World) -> None:
    with refused("ledger.fund_terms"):
        world.fund(source_class="social_donation")
    with forbidden("fund_donor_intent_stated"):
        insert_fund(world, source_class="social_donation")


@pytest.mark.requirement("R-017")
def test_money_of_another_source_without_a_legal_basis_is_refused(world: World) -> None:
    with refused("ledger.fund_terms"):
        world.fund(source_class="other", legal_basis="  ")
    with forbidden("fund_legal_basis_stated"):
        insert_fund(world, source_class="other")


@pytest.mark.requirement("R-011", "R-012", "R-014", "R-015")
def test_money_of_no_lawful_source_is_refused(world: World) -> None:
    with refused("ledger.fund_terms"):
        world.fund(source_class="enterprise_loan")
    with forbidden("fund_source_known"):
        insert_fund(world, source_class="enterprise_loan")


@pytest.mark.requirement("R-051")
@pytest.mark.parametrize("purpose", ["ADMIN_COST", "RECEPTION", "ALLOWANCES_BONUSES"])
def test_a_purpose_that_is_not_allowed_is_refused(world: World, purpose: str) -> None:
    with refused("ledger.fund_terms"):
        world.fund(purpose=purpose)
    with forbidden("fund_purpose_allowed"):
        insert_fund(world, purpose_id=purpose)


@pytest.mark.requirement("R-028")
def test_central_money_is_for_needy_workers_unless_agreed_narrower(world: World) -> None:
    assert world.fund(source_class="central_finance").allowed_categories == ["C1", "C11", "C2", "C3", "C4"]
    assert world.fund(source_class="central_finance", allowed_categories=["C2"]).allowed_categories == ["C2"]
    with refused("ledger.fund_terms"):
        world.fund(source_class="central_finance", allowed_categories=["C1", "C7"])


@pytest.mark.requirement("R-195")
def test_nobody_opens_a_fund_for_another_legal_person(world: World) -> None:
    with refused("permission.denied"):
        actions.open_fund(
            world.foundation,
            name="专户",
            source_class="union_budget",
            purpose="WARMTH_VISIT",
            by=world.city_finance,
        )
    posing = replace(world.finance, legal_person="foundation")
    with refused("ledger.legal_person"):
        actions.open_fund(
            world.jiading, name="专户", source_class="union_budget", purpose="WARMTH_VISIT", by=posing
        )
    with forbidden("fund_owner"):
        insert_fund(world, legal_person="foundation")
    with forbidden("fund_owner"):
        insert_fund(world, organization=world.baoshan)


def insert_fund(world: World, **differing: object) -> None:
    """A fund past the action."""
    facts = {
        "organization": world.jiading,
        "organization_path": world.jiading.path,
        "legal_person": "union",
        "name": "绕过",
        "source_class": "union_budget",
        "purpose_id": "WARMTH_VISIT",
    }
    Fund.objects.create(**{**facts, **differing})


@pytest.mark.requirement("R-177")
def test_money_is_booked_when_it_has_arrived_and_by_a_paper(world: World) -> None:
    fund = world.fund()
    with refused("ledger.evidence_missing"):
        actions.receive(fund, 100, on=RECEIVED, evidence=" ", by=world.finance)
    for amount_fen in (0, -100):
        with refused("ledger.amount"):
            actions.receive(fund, amount_fen, on=RECEIVED, evidence="进账单", by=world.finance)
    assert balance_of(fund) == Balance()


def test_the_same_key_books_once(world: World) -> None:
    fund = world.fund()
    first, again = (
        actions.receive(fund, 500, on=RECEIVED, evidence="进账单", by=world.finance, idempotency_key="回单7")
        for _ in range(2)
    )
    assert first == again
    assert balance_of(fund).received_fen == 500
    with refused("ledger.idempotency_key"):
        actions.receive(fund, 501, on=RECEIVED, evidence="进账单", by=world.finance, idempotency_key="回单7")


def test_a_key_of_another_union_is_no_hindrance(world: World) -> None:
    for union in (world.jiading, world.baoshan):
        fund, by = world.fund(union), world.actor("finance_officer", union)
        actions.receive(fund, 500, on=RECEIVED, evidence="进账单", by=by, idempotency_key="回单7")
        assert balance_of(fund).received_fen == 500


def test_a_receipt_is_taken_back_once_by_a_counter_entry_with_a_reason(world: World) -> None:
    fund = world.fund()
    receipt = actions.receive(fund, 500, on=RECEIVED, evidence="进账单", by=world.finance)
    with refused("ledger.reason_missing"):
        actions.reverse(receipt, reason=" ", by=world.finance, on=DECIDED)
    first, again = (
        actions.reverse(receipt, reason="记错资金", by=world.finance, on=DECIDED) for _ in range(2)
    )
    assert (first, first.resolves_id, first.reason) == (again, receipt.pk, "记错资金")
    assert balance_of(fund) == Balance()
    with refused("ledger.not_reversible"):
        actions.reverse(first, reason="再冲", by=world.finance, on=DECIDED)


@pytest.mark.requirement("R-031")
def test_a_receipt_that_is_planned_or_spent_is_not_taken_back(world: World) -> None:
    fund = world.fund()
    receipt = actions.receive(fund, 500, on=RECEIVED, evidence="进账单", by=world.finance)
    plan = world.approved([(fund, ["C1"], 400)])
    with refused("plan.insufficient"):
        actions.reverse(receipt, reason="退回", by=world.finance, on=DECIDED)
    world.reserve(plan, (1, 400))
    with refused("ledger.insufficient"):
        actions.reverse(receipt, reason="退回", by=world.finance, on=DECIDED)


def test_a_payment_that_comes_back_from_the_bank_is_reversed_and_free_again(world: World) -> None:
    fund = world.fund(holds_fen=500)
    plan = world.approved([(fund, ["C1"], 500)])
    world.reserve(plan, (1, 500))
    world.settle("post", 1)
    posting = statement_of(fund)[0]
    actions.reverse(transfer_of(posting.transfer_id), reason="银行退汇", by=world.finance, on=DECIDED)
    assert balance_of(fund) == Balance(500, 0, 0, 500, 500)
    assert world.reserve(plan, (1, 500)).count == 1


def transfer_of(key: int):
    from nuanliu.ledger.models import Transfer

    return Transfer.objects.get(pk=key)


def test_a_statement_is_paged_newest_first_and_adds_up(world: World) -> None:
    fund = world.fund(holds_fen=1000)
    plan = world.approved([(fund, ["C1"], 900)])
    world.reserve(plan, (1, 300), (2, 200))
    world.settle("post", 1)
    world.settle("void", 2)
    first = statement_of(fund, limit=3)
    rest = statement_of(fund, before=first[-1].transfer_id, limit=3)
    kinds = [line.kind for line in [*first, *rest]]
    assert (len(first), len(rest)) == (3, 2)
    assert kinds == ["void", "post", "reserve", "reserve", "receive"]
    assert sum(line.held_change_fen for line in [*first, *rest]) == 700


def test_funds_and_balances_of_a_union_and_those_below(world: World, django_assert_num_queries) -> None:
    funds = [world.fund(holds_fen=100), world.fund(world.school, holds_fen=200)]
    world.fund(world.baoshan, holds_fen=400)
    with django_assert_num_queries(2):
        listed = list(funds_of(world.jiading.path))
        balances = balances_of(fund.pk for fund in listed)
    assert set(listed) == set(funds)
    assert sorted(balance.available_fen for balance in balances.values()) == [100, 200]


def test_every_movement_leaves_one_audit_row(world: World) -> None:
    before = AuditEntry.objects.count()
    fund = world.fund(holds_fen=100)
    plan = world.approved([(fund, ["C1"], 100)])
    world.reserve(plan, (1, 100))
    world.settle("post", 1)
    written = list(AuditEntry.objects.order_by("id").values_list("action", flat=True)[before:])
    assert written == [
        "ledger.open_fund",
        "ledger.receive",
        "ledger.draft_plan",
        "ledger.mark_proposed",
        "ledger.mark_approved",
        "ledger.reserve_many",
        "ledger.settle_many",
    ]


def test_facts_of_a_fund_carry_what_its_source_brings(world: World) -> None:
    fund = world.fund(source_class="central_finance", valid_to=date(2022, 12, 31))
    facts = fund_facts(fund)
    assert facts.source_categories == facts.allowed_categories == frozenset({"C1", "C2", "C3", "C4", "C11"})
    assert (facts.purpose, facts.purpose_allowed, facts.valid_to) == (
        "WARMTH_VISIT",
        True,
        date(2022, 12, 31),
    )
