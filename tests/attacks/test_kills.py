"""kill -9 of the working process and of the database, at any statement: nothing lost or doubled, and it goes on."""

from pathlib import Path
from random import Random
from typing import Any

import pytest

from tests.attacks.installation import SCALE, Installation
from tests.attacks.truths import TRUTHS, broken_truths
from tests.awards.conftest import LISTS

LIST = str(LISTS / "list-a-official.xlsx")
KILLS = 4 * SCALE


@pytest.fixture(scope="module")
def undisturbed(prepared: Installation, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """The whole job without an attack: what it came to, and in how many statements."""
    prepared.renew()
    done = prepared.run("warmth", LIST, str(tmp_path_factory.mktemp("out")))
    assert done.status == 0, done.errors
    assert broken_truths(prepared) == []
    told: dict[str, Any] = done.told
    return told


def results(told: dict[str, Any]) -> dict[str, Any]:
    """What a job came to, without the time it took."""
    return {key: value for key, value in told["summary"].items() if key != "seconds"}


LAST = "id = (SELECT max(id) FROM {0})"
FIRST_POST = "id = (SELECT min(id) FROM ledger_transfer WHERE kind = 'post')"
MORE = "UPDATE ledger_account SET credits_posted_fen = credits_posted_fen + 1"
TRANSFER = """organization_path, kind, debit_account_id, credit_account_id, amount_fen, resolves_id, plan_line_id,
    subject_kind, subject_id, occurred_on"""

# A fault against each truth.
FAULTS = {
    "a list is accepted whole or not at all": f"DELETE FROM awards_award WHERE {LAST.format('awards_award')}",
    "a list has all the rows that were read": "DELETE FROM awards_rosterrow WHERE row_number = 5",
    "nobody has two awards of one category": """
        DROP INDEX award_once_in_category;
        UPDATE awards_award SET (person_id, category_id) = (
            SELECT person_id, category_id FROM awards_award ORDER BY id LIMIT 1)""",
    "an award has its person, and one account of that person": "DELETE FROM people_bankaccount WHERE active",
    "an award beyond the proposal has one open or given reservation": """
        DELETE FROM ledger_transfer WHERE kind = 'reserve'""",
    "an award is paid for once": f"""
        DROP INDEX transfer_resolved_once;
        INSERT INTO ledger_transfer ({TRANSFER}) SELECT {TRANSFER} FROM ledger_transfer WHERE {FIRST_POST}""",
    "money is posted for what was delivered, and for nothing else": f"""
        DELETE FROM ledger_transfer WHERE {FIRST_POST}""",
    "what was posted is what was awarded": f"""
        UPDATE ledger_transfer SET amount_fen = amount_fen + 1 WHERE {FIRST_POST}""",
    "an account holds the sum of its transfers": MORE,
    "all accounts together come to nothing": f"{MORE} WHERE id = (SELECT min(id) FROM ledger_account)",
    "no fund gives or reserves more than it received": """
        ALTER TABLE ledger_account DROP CONSTRAINT account_within_limit;
        UPDATE ledger_account SET debits_pending_fen = credits_posted_fen + 1 WHERE kind = 'holding'""",
    "a batch holds the orders it declares": f"""
        DELETE FROM payments_paymentorder WHERE {LAST.format("payments_paymentorder")}""",
    "no award is in two live orders": """
        DROP INDEX order_once_for_award;
        UPDATE payments_paymentorder SET award_id = (SELECT award_id FROM payments_paymentorder WHERE live LIMIT 1)""",
    "an order is paid when its award is delivered": """
        UPDATE awards_award SET state = 'in_payment', delivered_on = NULL""",
}


def test_the_truths_bite(undisturbed: dict[str, Any], prepared: Installation) -> None:
    """Each planted fault is named, one after the other, in the database that the undisturbed job left."""
    assert set(FAULTS) == set(TRUTHS)
    for truth, fault in FAULTS.items():
        with prepared.superuser() as connection, connection.transaction(force_rollback=True):
            connection.execute("SET LOCAL session_replication_role = replica")
            connection.execute(fault)
            assert connection.execute(TRUTHS[truth]).fetchone(), truth


def test_killed_at_any_statement_the_job_goes_on_to_the_same_end(
    undisturbed: dict[str, Any], installation: Installation, folder: Path
) -> None:
    random, died = Random(20220110), 0
    for _ in range(KILLS):
        # From the first statement of whatever is left to do; some deaths come while the server works.
        statement = random.randrange(1, undisturbed["statements"])
        done = installation.run(
            "warmth", LIST, str(folder), NUANLIU_DIE_AT=f"{statement}:{random.choice((0, 0.004))}:self"
        )
        died += done.killed
        assert done.killed or done.status == 0, done.errors
        assert broken_truths(installation) == [], f"killed at statement {statement}"
        if done.status == 0:
            installation.renew()
    done = installation.run("warmth", LIST, str(folder))
    assert done.status == 0, done.errors
    assert results(done.told) == results(undisturbed)
    assert broken_truths(installation) == []
    assert died >= KILLS // 2


def test_the_database_killed_in_the_middle_recovers_and_the_job_goes_on(
    undisturbed: dict[str, Any], installation: Installation, folder: Path
) -> None:
    random = Random(7)
    for _ in range(SCALE):
        statement = random.randrange(undisturbed["statements"] // 4, undisturbed["statements"])
        done = installation.run("warmth", LIST, str(folder), NUANLIU_DIE_AT=f"{statement}:0:server")
        assert done.status != 0, "the database was not killed"
        assert broken_truths(installation) == [], f"killed at statement {statement}"
    done = installation.run("warmth", LIST, str(folder))
    assert done.status == 0, done.errors
    assert results(done.told) == results(undisturbed)
    assert broken_truths(installation) == []
