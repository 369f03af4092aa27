"""Any order of receiving, planning, reserving and settling keeps the books: sums zero, nothing negative."""

from contextlib import ExitStack

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.ledger import actions
from nuanliu.ledger.models import Fund, Transfer, UsePlan
from nuanliu.ledger.queries import Balance, balance_of
from tests.ledger.conftest import DECIDED, RECEIVED, make_world

AMOUNTS = st.integers(1, 300)
AWARDS = st.integers(1, 4)
OUTCOMES = st.sampled_from(["post", "void", "expire"])

# What each account should show, added up anew from the transfers.
FROM_TRANSFERS = """
    SELECT account.id FROM ledger_account account CROSS JOIN LATERAL (SELECT
        coalesce(sum(t.amount_fen) FILTER (WHERE t.kind IN ('receive', 'allocate', 'post', 'reverse')
            AND t.debit_account_id = account.id), 0) AS debits,
        coalesce(sum(t.amount_fen) FILTER (WHERE t.kind IN ('receive', 'allocate', 'post', 'reverse')
            AND t.credit_account_id = account.id), 0) AS credits,
        coalesce(sum(CASE t.kind WHEN 'reserve' THEN t.amount_fen ELSE -t.amount_fen END) FILTER (
            WHERE t.kind IN ('reserve', 'post', 'void', 'expire')
            AND t.debit_account_id = account.id), 0) AS pending_debits,
        coalesce(sum(CASE t.kind WHEN 'reserve' THEN t.amount_fen ELSE -t.amount_fen END) FILTER (
            WHERE t.kind IN ('reserve', 'post', 'void', 'expire')
            AND t.credit_account_id = account.id), 0) AS pending_credits
        FROM ledger_transfer t WHERE account.id IN (t.debit_account_id, t.credit_account_id)) s
    WHERE (account.debits_posted_fen, account.credits_posted_fen, account.debits_pending_fen,
        account.credits_pending_fen) <> (s.debits, s.credits, s.pending_debits, s.pending_credits)
"""
SUMS = """
    SELECT sum(debits_posted_fen) - sum(credits_posted_fen), sum(debits_pending_fen) - sum(credits_pending_fen),
        min(credits_posted_fen - debits_posted_fen - debits_pending_fen) FILTER (WHERE limited)
    FROM ledger_account
"""


class Ledger(RuleBasedStateMachine):
    """A fund of 嘉定 and one of its school; the model keeps what each holds and which award stands where."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(transaction.atomic())
        self.stack.callback(transaction.set_rollback, True)
        self.stack.enter_context(scoped(Scope.for_path("/0/")))
        self.world = make_world()
        self.fund: Fund = self.world.fund()
        self.below: Fund = self.world.fund(self.world.school, source_class="superior_subsidy")
        self.plans: list[UsePlan] = []
        self.held, self.passed_down, self.given, self.planned = 0, 0, 0, 0
        self.room: dict[object, int] = {}
        self.open: dict[int, tuple[object, int]] = {}
        self.done: dict[int, tuple[object, int]] = {}
        self.receive(1000)
        self.plan(600)

    def teardown(self) -> None:
        self.stack.close()

    def tried(self, fits: bool, act, *args, **kwargs) -> bool:
        """Do it; it is refused exactly when it does not fit."""
        try:
            act(*args, **kwargs)
        except Refused:
            assert not fits
            return False
        assert fits
        return True

    @property
    def free(self) -> int:
        return self.held - sum(self.room.values()) - sum(amount for _, amount in self.open.values())

    @rule(amount=AMOUNTS)
    def receive(self, amount: int) -> None:
        actions.receive(self.fund, amount, on=RECEIVED, evidence="进账单", by=self.world.finance)
        self.held += amount

    @rule(amount=AMOUNTS)
    def plan(self, amount: int) -> None:
        with transaction.atomic():
            if self.tried(amount <= self.free, self.add_plan, amount):
                self.room[self.plans[-1].pk] = amount

    def add_plan(self, amount: int) -> None:
        self.plans.append(self.world.approved([(self.fund, ["C1"], amount)]))

    @rule(award=AWARDS, amount=AMOUNTS, which=st.integers(0, 5))
    def reserve(self, award: int, amount: int, which: int) -> None:
        plan = self.plans[which % len(self.plans)]
        again = self.open.get(award) == (plan.pk, amount)
        fits = again or (award not in self.open and award not in self.done and amount <= self.room[plan.pk])
        if self.tried(fits, self.world.reserve, plan, (award, amount)) and not again:
            self.open[award] = (plan.pk, amount)
            self.room[plan.pk] -= amount

    @precondition(lambda self: self.open)
    @rule(data=st.data(), outcome=OUTCOMES)
    def settle(self, data: st.DataObject, outcome: str) -> None:
        award = data.draw(st.sampled_from(sorted(self.open)))
        self.world.settle(outcome, award)
        plan, amount = self.open.pop(award)
        if outcome == "post":
            self.held -= amount
            self.given += amount
            self.done[award] = (plan, amount)
        else:
            self.room[plan] += amount

    @precondition(lambda self: self.done)
    @rule(data=st.data())
    def reverse_a_payment(self, data: st.DataObject) -> None:
        award = data.draw(st.sampled_from(sorted(self.done)))
        posting = Transfer.objects.filter(kind="post", subject_id=award).latest("id")
        actions.reverse(posting, reason="退汇", by=self.world.finance, on=DECIDED)
        plan, amount = self.done.pop(award)
        self.held += amount
        self.given -= amount
        self.room[plan] += amount

    @rule(amount=AMOUNTS)
    def pass_down(self, amount: int) -> None:
        fits = amount <= self.free
        if self.tried(
            fits, actions.allocate, self.fund, self.below, amount, on=DECIDED, by=self.world.finance
        ):
            self.held -= amount
            self.passed_down += amount

    @rule()
    def reverse_the_last_receipt(self) -> None:
        receipts = Transfer.objects.filter(kind="receive", credit_account__fund=self.fund)
        taken_back = Transfer.objects.filter(kind="reverse").values("resolves_id")
        receipt = receipts.exclude(pk__in=taken_back).order_by("-id").first()
        if receipt is None:
            return
        fits = receipt.amount_fen <= self.free
        if self.tried(fits, actions.reverse, receipt, reason="记错", by=self.world.finance, on=DECIDED):
            self.held -= receipt.amount_fen

    @invariant()
    def the_balance_is_the_models(self) -> None:
        reserved = sum(amount for _, amount in self.open.values())
        planned = sum(self.room.values())
        expected = Balance(self.held + self.given, reserved, self.given, self.held - reserved, planned)
        assert balance_of(self.fund) == expected
        assert balance_of(self.below).available_fen == self.passed_down

    @invariant()
    def the_books_are_balanced_and_nothing_is_owed(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(SUMS)
            posted, pending, least = cursor.fetchone()
            cursor.execute(FROM_TRANSFERS)
            differing = cursor.fetchall()
        assert (posted, pending, differing) == (0, 0, [])
        assert least >= 0

    @invariant()
    def each_line_counts_what_is_open_or_given(self) -> None:
        for plan in self.plans:
            line = plan.lines.get()
            assert line.amount_fen - line.reserved_fen == self.room[plan.pk]


@pytest.mark.requirement("R-031")
def test_no_order_of_events_breaks_the_books(db: None, approving: None) -> None:
    modest = settings(
        max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    run_state_machine_as_test(Ledger, settings=modest)
