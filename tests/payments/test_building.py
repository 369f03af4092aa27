"""From approved awards to a batch: everything or nothing, once, from the right money, to the right account."""

from datetime import date, timedelta
from functools import partial

import pytest

from nuanliu.kernel.errors import Refused
from nuanliu.payments.models import PaymentBatch, PaymentOrder
from nuanliu.people.actions import change_account, record_death
from tests.payments.support import AMOUNT, PAID, YUAN, broken_rule, money, person_of, refusal, states, write


def test_every_approved_award_becomes_one_order(world):
    batch = world.build()
    orders = list(PaymentOrder.objects.filter(batch=batch).order_by("ordinal"))
    assert [order.award_id for order in orders] == [award.pk for award in world.awards]
    assert (batch.declared_count, batch.declared_fen, batch.state) == (10, 10 * AMOUNT, "built")
    assert orders[0].idempotency_key == f"{batch.number}-000001"
    assert states(world) == ["in_payment"] * 10


def test_payees_are_frozen_as_they_are(world):
    order = PaymentOrder.objects.get(batch=world.build(), ordinal=1)
    account = order.account
    assert (order.payee_name, order.bank, bytes(order.account_digest), order.number_tail) == (
        account.person.name,
        account.bank,
        bytes(account.number_digest),
        world.accounts[0][-4:],
    )


def test_building_again_finds_nothing_left(world):
    world.build()
    assert world.build_all() == []
    assert PaymentBatch.objects.count() == 1


def test_a_batch_is_split_by_the_banks_row_limit(world):
    profile = world.profile()
    write("UPDATE payments_bankprofile SET layout = jsonb_set(layout, '{row_limit}', '4')")
    batches = world.build_all()
    assert [batch.declared_count for batch in batches] == [4, 4, 2]
    assert [
        list(batch.orders.order_by("ordinal").values_list("ordinal", flat=True)) for batch in batches
    ] == [
        [1, 2, 3, 4],
        [1, 2, 3, 4],
        [1, 2],
    ]
    assert sum(batch.declared_fen for batch in batches) == 10 * AMOUNT
    assert profile.key == "nuanliu_standard"


@pytest.mark.requirement("R-034")
def test_nothing_is_built_before_the_collective_decision(world):
    write("UPDATE ledger_useplan SET state = 'proposed', decided_on = NULL WHERE id = %s", [world.plan.pk])
    assert refusal(world.build) == "payments.not_decided"


@pytest.mark.requirement("R-034")
def test_nothing_is_paid_on_a_day_before_the_decision(world):
    assert refusal(lambda: world.build(business_date=date(2022, 1, 9))) == "payments.not_decided"


@pytest.mark.requirement("R-044")
def test_only_a_cashier_of_the_union_builds(world):
    for actor in (world.releaser, world.cast.clerk, world.cast.outsider, world.cast.rights):
        assert refusal(partial(world.build, by=actor)) == "permission.denied"


@pytest.mark.requirement("R-054")
def test_the_dead_are_not_paid(world):
    record_death(person_of(world, 3), died_on=date(2022, 1, 12), reason="派出所证明", by=world.cast.clerk)
    with pytest.raises(Refused) as caught:
        world.build()
    assert [found.code for found in caught.value.findings] == ["payee.deceased"]
    assert caught.value.findings[0].subject == str(world.awards[3].pk)


@pytest.mark.requirement("R-054")
def test_an_account_under_another_name_is_not_paid(world):
    write("UPDATE people_bankaccount SET holder_name = '赵六' WHERE id = %s", [world.awards[0].account_id])
    with pytest.raises(Refused) as caught:
        world.build()
    assert [found.code for found in caught.value.findings] == ["payee.name_differs"]


@pytest.mark.requirement("R-054")
def test_an_account_changed_after_approval_is_not_paid(world):
    person = person_of(world, 0)
    change_account(
        person, number="6222021001116245701", bank="工行", holder_name=person.name, by=world.cast.clerk
    )
    with pytest.raises(Refused) as caught:
        world.build()
    assert [found.code for found in caught.value.findings] == ["payee.account_changed"]


def test_one_payee_that_cannot_be_paid_holds_up_all_until_he_is_left_out(world):
    record_death(person_of(world, 3), died_on=date(2022, 1, 12), reason="派出所证明", by=world.cast.clerk)
    assert refusal(world.build) == "payments.payee_faults"
    assert states(world) == ["approved"] * 10
    batch = world.build(without=[world.awards[3].pk])
    assert batch.declared_count == 9
    assert states(world)[3] == "approved"


@pytest.mark.requirement("R-053")
def test_money_of_another_fund_is_not_taken(world):
    from nuanliu.ledger.actions import open_fund

    other = open_fund(
        world.organization,
        name="另一专户",
        source_class="union_budget",
        purpose="WARMTH_VISIT",
        by=world.cast.finance,
    )
    write("UPDATE awards_award SET fund_id = %s WHERE id = %s", [other.pk, world.awards[0].pk])
    with pytest.raises(Refused) as caught:
        world.build()
    assert [found.code for found in caught.value.findings] == ["payee.other_fund"]


@pytest.mark.requirement("R-236")
def test_an_amount_that_differs_from_the_reserved_one_is_not_paid(world):
    write("UPDATE awards_award SET cash_fen = %s WHERE id = %s", [AMOUNT - 10 * YUAN, world.awards[0].pk])
    with pytest.raises(Refused) as caught:
        world.build()
    assert [found.code for found in caught.value.findings] == ["payee.amount_differs"]


def test_what_was_never_reserved_is_not_paid(world):
    with_money = money(world)
    write("DELETE FROM ledger_transfer WHERE kind = 'reserve' AND subject_id = %s", [world.awards[0].pk])
    with pytest.raises(Refused) as caught:
        world.build()
    assert [found.code for found in caught.value.findings] == ["payee.not_reserved"]
    assert with_money == money(world)


def test_a_due_day_before_the_payment_is_a_slip(world):
    due_on = PAID - timedelta(days=1)
    assert refusal(lambda: world.build(due_on=due_on)) == "payments.due_before_date"


def test_without_the_paying_account_that_a_bank_wants_nothing_is_built(world):
    assert refusal(lambda: world.build(profile="icbc_gbpt")) == "payments.payer_missing"


@pytest.mark.requirement("R-036", "R-104")
def test_cash_for_whom_an_exception_was_approved_needs_no_order(world):
    write("UPDATE awards_award SET account_id = NULL, cash_exception_id = %s WHERE id = %s", [
        "01900000-0000-7000-8000-000000000001",
        world.awards[0].pk,
    ])  # fmt: skip
    assert world.build().declared_count == 9
    assert states(world)[0] == "approved"


def copied(world, **changes) -> str:
    """An INSERT of a copy of the first order, changed; the award is free for another."""
    columns = [
        "batch_id",
        "organization_path",
        "ordinal",
        "award_id",
        "account_id",
        "amount_fen",
        "payee_name",
        "bank",
        "account_digest",
        "number_tail",
        "idempotency_key",
        "reservation_id",
        "state",
        "live",
    ]
    wanted = {"ordinal": "99", "idempotency_key": "'forged'", "state": "'built'", "live": "true", **changes}
    values = ", ".join(wanted.get(column, column) for column in columns)
    return (
        f"INSERT INTO payments_paymentorder ({', '.join(columns)})"
        f" SELECT {values} FROM payments_paymentorder WHERE ordinal = 1"
    )


@pytest.fixture
def loose(world):
    """A batch that still takes orders, and a first award that seems free."""
    batch = world.build()
    write("UPDATE payments_paymentbatch SET orders_digest = NULL")
    write("UPDATE payments_paymentorder SET state = 'void', live = false WHERE ordinal = 1")
    write("UPDATE awards_award SET state = 'approved' WHERE id = %s", [world.awards[0].pk])
    return batch


def test_the_order_that_the_attacks_forge_would_pass_unforged(world, loose):
    assert broken_rule(copied(world)) == "nothing"


FORGERIES: list[tuple[dict[str, str], str]] = [
    ({"amount_fen": "amount_fen + 1"}, "order_pays_award"),
    ({"amount_fen": "amount_fen - 1"}, "order_pays_award"),
    ({"payee_name": "'赵六'"}, "order_to_own_account"),
    ({"account_digest": "sha256('x')"}, "order_to_own_account"),
    ({"number_tail": "'0000'"}, "order_to_own_account"),
    ({"account_id": "(SELECT account_id FROM payments_paymentorder WHERE ordinal = 2)"}, "order_to_own_account"),
    ({"account_id": "gen_random_uuid()"}, "order_to_own_account"),
    ({"reservation_id": "(SELECT reservation_id FROM payments_paymentorder WHERE ordinal = 2)"},
     "order_has_reservation"),
    ({"award_id": "-1"}, "order_of_approved_award"),
    ({"batch_id": "gen_random_uuid()"}, "order_in_built_batch"),
    ({"state": "'sent'"}, "order_begins_built"),
    ({"organization_path": "'/0/31/114/9999/'"}, "order_of_approved_award"),
    ({"award_id": "(SELECT award_id FROM payments_paymentorder WHERE ordinal = 2)"}, "order_once_for_award"),
    ({"ordinal": "2"}, "order_place_in_batch"),
    ({"amount_fen": "0"}, "order_amount_positive"),
    ({"live": "false"}, "order_live_until_failed"),
]  # fmt: skip


@pytest.mark.requirement("R-034", "R-036", "R-053", "R-054", "R-104", "R-236")
def test_no_order_can_be_forged_into_a_batch(world, loose):
    assert [broken_rule(copied(world, **changes)) for changes, _ in FORGERIES] == [
        rule for _, rule in FORGERIES
    ]


@pytest.mark.requirement("R-034")
def test_no_order_can_be_added_for_an_award_that_nobody_decided(world, loose):
    write("UPDATE awards_award SET state = 'proposed' WHERE id = %s", [world.awards[0].pk])
    assert broken_rule(copied(world)) == "order_of_approved_award"


@pytest.mark.requirement("R-053")
def test_no_order_can_be_paid_from_another_fund(world, loose):
    write("UPDATE payments_paymentbatch SET fund_id = gen_random_uuid()")
    assert broken_rule(copied(world)) == "order_from_fund"


def test_no_order_can_be_added_once_the_batch_is_complete(world):
    world.build()
    write("UPDATE payments_paymentorder SET state = 'void', live = false WHERE ordinal = 1")
    write("UPDATE awards_award SET state = 'approved' WHERE id = %s", [world.awards[0].pk])
    assert broken_rule(copied(world)) == "order_in_built_batch"


BATCH = (
    "INSERT INTO payments_paymentbatch (id, organization_id, organization_path, number, plan_id, fund_id, profile_id,"
    " business_date, declared_count, declared_fen, state, built_by_id)"
    " SELECT gen_random_uuid(), organization_id, organization_path, 'forged', plan_id, fund_id, profile_id,"
    " business_date, declared_count, declared_fen, 'built', built_by_id FROM payments_paymentbatch LIMIT 1"
)


@pytest.mark.requirement("R-034", "R-053")
@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("", "", "nothing"),
        (" business_date,", " '2022-01-09',", "batch_of_approved_plan"),
        (" plan_id,", " gen_random_uuid(),", "batch_of_approved_plan"),
        ("'built',", "'released',", "batch_begins_built"),
        (" declared_fen,", " declared_fen + 1,", "batch_within_plan"),
        (" fund_id,", " gen_random_uuid(),", "batch_within_plan"),
        (" profile_id,", " gen_random_uuid(),", "batch_profile_confirmed"),
        (" organization_path,", " '/0/31/114/1/',", "batch_of_approved_plan"),
        (" declared_count,", " 0,", "batch_declares_something"),
    ],
)
def test_no_batch_can_be_forged(world, old, new, rule):
    world.build()
    head, tail = BATCH.split(" SELECT ")
    statement = f"{head} SELECT {tail.replace(old.strip(), new.strip(), 1) if old else tail}"
    assert broken_rule(statement) in (rule, "batch_released_whole" if rule == "batch_begins_built" else rule)


def test_a_batch_must_hold_what_it_declares(world):
    world.build()
    write("UPDATE payments_paymentbatch SET orders_digest = NULL")
    write("DELETE FROM payments_paymentorder WHERE ordinal = 10")
    assert (
        broken_rule("SELECT payments_freeze_orders(array_agg(id)) FROM payments_paymentbatch")
        == "batch_as_declared"
    )


def test_nobody_freezes_a_neighbour_s_batch_nor_one_twice(world, scope_of, raw_sql):
    batch = world.build()
    freeze = f"SELECT count(*) FROM payments_freeze_orders(ARRAY['{batch.pk}']::uuid[])"
    assert raw_sql(freeze)[0][0] == 0
    write("UPDATE payments_paymentbatch SET orders_digest = NULL")
    with scope_of("/0/31/113/"):
        assert raw_sql(freeze)[0][0] == 0
    assert raw_sql(freeze)[0][0] == 1
    assert bytes(PaymentBatch.objects.get(pk=batch.pk).orders_digest) == bytes(batch.orders_digest)


def test_a_neighbour_sees_no_batch_and_no_order(world, scope_of):
    world.build()
    with scope_of("/0/31/113/"):
        assert (PaymentBatch.objects.count(), PaymentOrder.objects.count()) == (0, 0)


def test_building_leaves_one_row_in_the_audit_and_building_nothing_none(world, raw_sql):
    world.build()
    world.build_all()
    (count,) = raw_sql("SELECT count(*) FROM audit_auditentry WHERE action = 'payments.build_batches'")[0]
    assert count == 1
