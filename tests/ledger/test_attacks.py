"""Ways around the ledger, tried as the application role with its own SQL. None works, and nothing moves."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from psycopg.errors import FeatureNotSupported

from nuanliu.base.scope import Scope, scoped
from nuanliu.ledger import actions
from nuanliu.ledger.models import Account, Fund, Transfer, UsePlan
from nuanliu.ledger.queries import balance_of
from tests.ledger.conftest import DECIDED, World, forbidden, make_world, refused


@dataclass
class Target:
    """A fund of 1,000 fen with a plan of 600, and one open reservation of 200 for award 1."""

    world: World
    fund: Fund
    plan: UsePlan
    holding: int
    given: int
    source: int

    @property
    def line(self) -> object:
        return self.plan.lines.get().pk

    @property
    def reservation(self) -> Transfer:
        return Transfer.objects.get(kind="reserve", debit_account_id=self.holding, subject_id=1)

    def row(self, kind: str, **differing: Any) -> dict[str, Any]:
        """A transfer as it should be written, but for what differs."""
        fits = {
            "organization_path": self.fund.organization_path,
            "kind": kind,
            "debit_account_id": self.holding,
            "credit_account_id": self.given,
            "amount_fen": 100,
            "occurred_on": DECIDED,
        }
        if kind == "reserve":
            fits |= {"plan_line_id": self.line, "subject_kind": "award", "subject_id": 2, "attempt": 1}
        if kind in ("post", "void", "expire"):
            fits |= {
                "amount_fen": 200,
                "resolves_id": self.reservation.pk,
                "plan_line_id": self.line,
                "subject_kind": "award",
                "subject_id": 1,
            }
        return {**fits, **differing}


def target_in(world: World) -> Target:
    fund = world.fund(holds_fen=1000)
    plan = world.approved([(fund, ["C1"], 600)])
    world.reserve(plan, (1, 200))
    accounts = {account.kind: account.pk for account in fund.accounts.all()}
    return Target(world, fund, plan, accounts["holding"], accounts["given"], accounts["source"])


@pytest.fixture
def target(world: World) -> Iterator[Target]:
    """Something to attack; whatever was tried, its money is where it was."""
    found = target_in(world)
    before = balance_of(found.fund)
    yield found
    assert balance_of(found.fund) == before
    assert found.plan.lines.get().reserved_fen == 200


def insert(row: dict[str, Any], into: str = "ledger_transfer") -> None:
    run(f"INSERT INTO {into} ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})", list(row.values()))


def run(statement: str, parameters: Any = None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.requirement("R-031", "R-053")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE ledger_transfer SET amount_fen = 1",
        "DELETE FROM ledger_transfer",
        "TRUNCATE ledger_transfer",
        "UPDATE ledger_account SET credits_posted_fen = 100000000",
        "DELETE FROM ledger_account",
        "INSERT INTO ledger_account SELECT * FROM ledger_account",
        "UPDATE ledger_fund SET donor_intent = ''",
        "DELETE FROM ledger_fund",
        "UPDATE ledger_useplanline SET amount_fen = 100000000",
        "UPDATE ledger_useplanline SET reserved_fen = 0",
        "DELETE FROM ledger_useplan",
        "INSERT INTO ledger_transfer SELECT * FROM ledger_transfer ON CONFLICT DO NOTHING",
        "SET session_replication_role = replica",
        "SET ROLE nuanliu_matcher",
        "SET ROLE nuanliu_owner",
        "SELECT ledger_free_fen(id) FROM ledger_fund",
        "SELECT ledger_plan_fault(id) FROM ledger_useplan",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "ALTER TABLE ledger_transfer DISABLE TRIGGER book_6_sums",
        "ALTER TABLE ledger_account NO FORCE ROW LEVEL SECURITY",
        "DROP TRIGGER book_6_sums ON ledger_transfer",
        "CREATE OR REPLACE VIEW ledger_source_rule AS SELECT 1",
    ],
)
def test_the_application_has_no_right_to(target: Target, statement: str) -> None:
    with forbidden("right"):
        run(statement)


@pytest.mark.parametrize("column", ["id", "recorded_at"])
def test_number_and_time_are_not_the_applications_to_write(target: Target, column: str) -> None:
    value = {"id": 999_999, "recorded_at": "2020-01-01T00:00:00+08:00"}[column]
    with forbidden("right"):
        insert(target.row("reserve", **{column: value}))


@pytest.mark.requirement("R-031")
@pytest.mark.parametrize(
    ("kind", "differing", "constraint"),
    [
        ("reserve", {"amount_fen": 0}, "transfer_amount_positive"),
        ("reserve", {"amount_fen": -100}, "transfer_amount_positive"),
        ("reserve", {"amount_fen": 401}, "plan_line_within_sum"),
        ("reserve", {"plan_line_id": None}, "transfer_reserve_names_line"),
        ("reserve", {"attempt": None}, "transfer_reserve_names_line"),
        ("reserve", {"subject_id": None}, "transfer_reserve_names_line"),
        ("reserve", {"attempt": 2}, "transfer_reserved_once"),
        ("reserve", {"subject_id": 1}, "transfer_reserved_once"),
        ("reserve", {"subject_id": 1, "attempt": 2}, "transfer_reserved_once"),
        ("reserve", {"organization_path": "/0/31/113/"}, "transfer_accounts_by_kind"),
        ("reserve", {"organization_path": "/0/31/"}, "transfer_accounts_by_kind"),
        ("reserve", {"debit_account_id": 10**15}, "transfer_accounts_by_kind"),
        ("reserve", {"plan_line_id": "00000000-0000-0000-0000-000000000000"}, "reserve_plan_approved"),
        ("reserve", {"occurred_on": "2022-01-09"}, "reserve_plan_approved"),
        ("post", {"amount_fen": 199}, "transfer_repeats_resolved"),
        ("post", {"amount_fen": 201}, "transfer_repeats_resolved"),
        ("void", {"amount_fen": 201}, "transfer_repeats_resolved"),
        ("post", {"subject_id": 2}, "transfer_repeats_resolved"),
        ("post", {"subject_kind": "gift"}, "transfer_repeats_resolved"),
        ("post", {"plan_line_id": None}, "transfer_repeats_resolved"),
        ("post", {"occurred_on": "2022-01-09"}, "transfer_repeats_resolved"),
        ("post", {"resolves_id": 10**15}, "transfer_repeats_resolved"),
        ("post", {"resolves_id": None}, "transfer_resolves_by_kind"),
        ("receive", {}, "transfer_accounts_by_kind"),
        ("allocate", {}, "transfer_accounts_by_kind"),
        ("gift", {}, "transfer_kind_known"),
    ],
)
def test_a_transfer_that_does_not_fit_is_refused(
    target: Target, kind: str, differing: dict[str, Any], constraint: str
) -> None:
    with forbidden(constraint):
        insert(target.row(kind, **differing))


def test_the_same_transfer_without_the_fault_is_booked(world: World) -> None:
    target = target_in(world)
    insert(target.row("reserve"))
    insert(target.row("post"))
    assert balance_of(target.fund).reserved_fen == 100
    assert balance_of(target.fund).given_fen == 200


@pytest.mark.parametrize(
    ("debit", "credit"),
    [
        ("source", "holding"),
        ("given", "holding"),
        ("source", "given"),
        ("holding", "source"),
        ("given", "source"),
    ],
)
@pytest.mark.parametrize("kind", ["reserve", "post", "void", "allocate"])
def test_no_kind_takes_accounts_that_are_not_its_own(
    target: Target, kind: str, debit: str, credit: str
) -> None:
    accounts = {"debit_account_id": getattr(target, debit), "credit_account_id": getattr(target, credit)}
    with forbidden("transfer_accounts_by_kind"):
        insert(target.row(kind, **accounts))


def test_an_account_does_not_pay_itself(target: Target) -> None:
    with forbidden("transfer_two_accounts"):
        insert(target.row("reserve", credit_account_id=target.holding))


@pytest.mark.requirement("R-053")
def test_a_reservation_draws_on_the_fund_of_its_line_alone(target: Target) -> None:
    other = target.world.fund(holds_fen=1000)
    accounts = {account.kind: account.pk for account in other.accounts.all()}
    with forbidden("transfer_accounts_by_kind"):
        insert(target.row("reserve", credit_account_id=accounts["given"]))
    with forbidden("reserve_fund_of_line"):
        insert(
            target.row("reserve", debit_account_id=accounts["holding"], credit_account_id=accounts["given"])
        )


def test_a_reservation_ends_once(world: World) -> None:
    target = target_in(world)
    insert(target.row("post"))
    for kind in ("post", "void", "expire"):
        with forbidden("transfer_resolved_once"):
            insert(target.row(kind))


def test_two_ends_of_one_reservation_in_one_statement_are_refused(target: Target) -> None:
    rows = [target.row("post"), target.row("void")]
    columns, places = ", ".join(rows[0]), ", ".join(["%s"] * len(rows[0]))
    with forbidden("transfer_resolved_once"):
        run(
            f"WITH a AS (INSERT INTO ledger_transfer ({columns}) VALUES ({places}) RETURNING id)"
            f" INSERT INTO ledger_transfer ({columns}) VALUES ({places})",
            [value for row in rows for value in row.values()],
        )


def test_an_end_is_not_itself_ended_and_a_reservation_is_not_reversed(world: World) -> None:
    target = target_in(world)
    swapped = {"debit_account_id": target.given, "credit_account_id": target.holding, "reason": "冲正"}
    with forbidden("transfer_repeats_resolved"):
        insert({**target.row("post"), "kind": "reverse", **swapped})
    insert(target.row("void"))
    void = Transfer.objects.get(kind="void")
    for kind in ("post", "void"):
        with forbidden("transfer_repeats_resolved"):
            insert(target.row(kind, resolves_id=void.pk))


def test_several_rows_are_judged_together(target: Target) -> None:
    row = target.row("reserve")
    columns = ", ".join(row)
    with forbidden("plan_line_within_sum"):
        run(
            f"INSERT INTO ledger_transfer ({columns}) SELECT %s, %s, %s, %s, %s, %s, %s, %s, n, %s"
            " FROM generate_series(10, 14) n",
            [value for column, value in row.items() if column != "subject_id"],
        )


def test_amounts_too_large_to_add_are_refused(target: Target) -> None:
    row = {**target.row("receive"), "debit_account_id": target.source, "credit_account_id": target.holding}
    row["amount_fen"] = 2**63 - 1
    columns, places = ", ".join(row), ", ".join(["%s"] * len(row))
    with pytest.raises(DataError), transaction.atomic():
        run(
            f"INSERT INTO ledger_transfer ({columns}) VALUES ({places}), ({places})",
            [*row.values(), *row.values()],
        )


def test_copying_past_the_trigger_is_refused(target: Target) -> None:
    with pytest.raises(FeatureNotSupported, match="row-level security"), transaction.atomic():
        copy_in("COPY ledger_transfer (kind) FROM STDIN", "reserve\n")


def copy_in(statement: str, content: str) -> None:
    with connection.cursor() as cursor, cursor.copy(statement) as copy:
        copy.write(content)


def test_an_upsert_or_merge_changes_nothing_that_is_booked(target: Target) -> None:
    row = target.row("reserve")
    with forbidden("right"):
        run(
            f"INSERT INTO ledger_transfer ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"
            " ON CONFLICT (id) DO UPDATE SET amount_fen = 1",
            list(row.values()),
        )
    with forbidden("right"):
        run(
            "MERGE INTO ledger_transfer t USING ledger_account a ON t.debit_account_id = a.id"
            " WHEN MATCHED THEN UPDATE SET amount_fen = 1"
        )


def test_temporary_tables_named_like_the_ledgers_deceive_nobody(target: Target) -> None:
    """The eleventh way: rich accounts, approved plans and no earlier transfers, all in pg_temp, found first."""
    for name in ("ledger_account", "ledger_transfer", "ledger_useplan", "ledger_useplanline", "ledger_fund"):
        run(f"CREATE TEMPORARY TABLE {name} (LIKE public.{name} INCLUDING DEFAULTS)")
    run("INSERT INTO pg_temp.ledger_account SELECT * FROM public.ledger_account")
    run("UPDATE pg_temp.ledger_account SET credits_posted_fen = 100000000")
    run("INSERT INTO pg_temp.ledger_useplanline SELECT * FROM public.ledger_useplanline")
    run("UPDATE pg_temp.ledger_useplanline SET amount_fen = 100000000")
    run("CREATE TEMPORARY TABLE arrived (LIKE public.ledger_transfer)")
    run("SET LOCAL search_path = pg_temp, public")
    line = target.plan.lines.get().pk
    with forbidden("plan_line_within_sum"):
        insert(
            {
                "organization_path": target.fund.organization_path,
                "kind": "reserve",
                "debit_account_id": target.holding,
                "credit_account_id": target.given,
                "amount_fen": 401,
                "plan_line_id": line,
                "subject_kind": "award",
                "subject_id": 2,
                "attempt": 1,
                "occurred_on": DECIDED,
            },
            into="public.ledger_transfer",
        )
    run("SET LOCAL search_path = public")
    for name in (
        "ledger_account",
        "ledger_transfer",
        "ledger_useplan",
        "ledger_useplanline",
        "ledger_fund",
        "arrived",
    ):
        run(f"DROP TABLE pg_temp.{name}")


def test_functions_in_pg_temp_named_like_those_the_triggers_call_are_not_called(target: Target) -> None:
    run(
        "CREATE FUNCTION pg_temp.starts_with(text, text) RETURNS boolean LANGUAGE sql AS 'SELECT true';"
        "CREATE FUNCTION pg_temp.ledger_free_fen(uuid) RETURNS bigint LANGUAGE sql AS 'SELECT 10^12::bigint'"
    )
    other = target.world.fund(target.world.baoshan, source_class="superior_subsidy")
    with forbidden("transfer_accounts_by_kind"):
        insert(
            target.row(
                "allocate",
                credit_account_id=other.accounts.get(kind="holding").pk,
                organization_path=other.organization_path,
            )
        )


@pytest.mark.parametrize("kind", ["post", "void", "expire"])
def test_another_unions_reservation_is_neither_given_nor_released(target: Target, kind: str) -> None:
    row = target.row(kind)
    with scoped(Scope.for_path(target.world.baoshan.path)):
        with forbidden("right"):
            insert(row)
        with forbidden("transfer_accounts_by_kind"):
            insert({**row, "organization_path": target.world.baoshan.path})


def test_another_unions_money_is_not_even_seen(target: Target) -> None:
    with scoped(Scope.for_path(target.world.baoshan.path)):
        seen = [model.objects.count() for model in (Fund, Account, UsePlan, Transfer)]
        with refused("ledger.nothing_open"):
            target.world.settle("post", 1)
    assert seen == [0, 0, 0, 0]


def test_a_replayed_key_books_nothing(target: Target) -> None:
    row = {
        **target.row("receive", idempotency_key="回单1"),
        "debit_account_id": target.source,
        "credit_account_id": target.holding,
    }
    insert(row)
    with forbidden("transfer_idempotent"):
        insert(row)
    receipt = Transfer.objects.get(idempotency_key="回单1")
    actions.reverse(receipt, reason="试", by=target.world.finance, on=DECIDED)


def test_a_counter_entry_needs_a_reason_and_comes_once(target: Target) -> None:
    receipt = Transfer.objects.get(kind="receive", credit_account_id=target.holding)
    row = target.row("reverse", debit_account_id=target.holding, credit_account_id=target.source)
    row |= {"resolves_id": receipt.pk, "amount_fen": 1000}
    with forbidden("transfer_reverse_has_reason"):
        insert(row)
    with forbidden("transfer_repeats_resolved"):
        insert({**row, "amount_fen": 100, "reason": "一部分"})
    with forbidden("account_within_limit"):
        insert({**row, "reason": "全部"})


@pytest.mark.django_db(transaction=True)
def test_a_snapshot_from_before_the_lock_moves_no_money(approving: None) -> None:
    with scoped(Scope.for_path("/0/")):
        target = target_in(make_world())
        row = target.row("reserve")
    for isolation in ("REPEATABLE READ", "SERIALIZABLE"):
        with forbidden("ledger_read_committed"):
            run(f"SET TRANSACTION ISOLATION LEVEL {isolation}")
            with scoped(Scope.for_path("/0/")):
                insert(row)


@pytest.mark.django_db(transaction=True)
def test_not_even_the_owner_of_the_tables_changes_what_is_booked(approving: None, test_database: Any) -> None:
    with scoped(Scope.for_path("/0/")):
        target_in(make_world())
    with test_database.superuser() as server:
        for table in ("ledger_transfer", "ledger_fund"):
            for statement in (
                f"DELETE FROM {table}",
                f"UPDATE {table} SET id = id",
                f"TRUNCATE {table} CASCADE",
            ):
                with pytest.raises(Exception, match="never changed or removed"):
                    server.execute(statement)
