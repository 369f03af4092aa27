"""Asking, deciding and paying are different posts (R-044)."""

import pytest

from nuanliu.access.states import Role
from nuanliu.ledger.permissions import POLICY

ASKING = {Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER, Role.FOUNDATION_OFFICER, Role.FOUNDATION_FINANCE}
DECIDING = {Role.LEADER, Role.COUNCIL_MEMBER}
PAYING = {Role.CASHIER, Role.RELEASER}


@pytest.mark.requirement("R-044")
def test_no_post_asks_and_decides_and_no_decider_pays_out() -> None:
    assert POLICY.roles["propose_plan"] == ASKING
    assert POLICY.roles["decide_plan"] == DECIDING
    assert POLICY.roles["settle"] & (DECIDING | {Role.CASHIER}) == set()
    assert POLICY.roles["draft_plan"] & (DECIDING | PAYING) == set()


@pytest.mark.requirement("R-044")
def test_money_comes_in_and_is_corrected_by_finance_alone() -> None:
    finance = {Role.FINANCE_OFFICER, Role.FOUNDATION_FINANCE}
    assert [POLICY.roles[act] for act in ("open_fund", "receive", "reverse")] == [finance] * 3
    assert POLICY.roles["allocate"] == {Role.FINANCE_OFFICER}


@pytest.mark.requirement("R-044")
@pytest.mark.parametrize(
    "role", [Role.AUDITOR, Role.SECURITY_ADMINISTRATOR, Role.SYSTEM_ADMINISTRATOR, Role.WORKER]
)
def test_who_looks_on_or_administers_moves_nothing(role: Role) -> None:
    moving = {act for act, roles in POLICY.roles.items() if role in roles}
    assert moving <= {"view"}
