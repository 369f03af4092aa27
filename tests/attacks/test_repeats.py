"""The same thing again, and at once: one list twice, one reply thrice, one fund by sixteen clients."""

from pathlib import Path

import pytest

from tests.attacks.installation import SCALE, Installation, ended
from tests.attacks.truths import broken_truths
from tests.awards.conftest import LISTS

LIST = str(LISTS / "list-c-clean-2000.xlsx")
SMALL_LIST = str(LISTS / "list-a-official.xlsx")
LIMIT, CLIENTS = 60 * SCALE, 16


@pytest.mark.requirement("R-236")
def test_the_same_list_from_two_windows_at_once_and_once_more_is_one_list(installation: Installation) -> None:
    both = [ended(process) for process in [installation.start("receive", LIST) for _ in range(2)]]
    later = installation.run("receive", LIST)
    done = [one for one in both if one.status == 0]
    # The one that came second waits and returns the first's result, or is told that the list is there.
    assert done, both
    assert sum(one.told.get("accepted", 0) for one in done) == 2000
    assert (later.status, later.told["repeated"]) == (0, True)
    assert installation.rows("SELECT count(*) FROM awards_roster") == [(1,)]
    assert installation.rows("SELECT count(*) FROM awards_award") == [(2000,)]
    assert broken_truths(installation) == []


def test_the_same_people_in_another_file_are_not_given_to_twice(
    installation: Installation, folder: Path
) -> None:
    installation.run("receive", LIST)
    disguised = folder / "renamed.xlsx"
    disguised.write_bytes(Path(LIST).read_bytes() + b"\0")
    again = installation.run("receive", str(disguised))
    assert again.status == 0, again.errors
    assert again.told["counts"].get("duplicate.in_programme") == 2000
    assert again.told["accepted"] == 0
    assert installation.rows("SELECT count(*) FROM awards_award") == [(2000,)]


def test_the_same_reply_thrice_at_once_pays_once(installation: Installation, folder: Path) -> None:
    reply = str(folder / "reply.xlsx")
    sent = installation.run("send", SMALL_LIST, reply)
    assert sent.status == 0, sent.errors
    answers = [ended(process) for process in [installation.start("answer", reply) for _ in range(3)]]
    assert all(one.status == 0 for one in answers), [one.errors[-500:] for one in answers]
    ((paid, failed),) = installation.rows(
        "SELECT count(*) FILTER (WHERE state = 'paid'), count(*) FILTER (WHERE state = 'failed')"
        " FROM payments_paymentorder"
    )
    assert paid > failed > 0
    assert sorted(one.told["paid"] for one in answers) in ([0, 0, paid], [paid, paid, paid])
    assert installation.rows("SELECT count(*) FROM ledger_transfer WHERE kind = 'post'") == [(paid,)]
    assert broken_truths(installation) == []


@pytest.mark.requirement("R-031")
def test_sixteen_clients_spend_a_fund_to_the_fen_and_no_further(installation: Installation) -> None:
    teach_to_approve(installation)
    told = installation.run("spend", str(LIMIT), str(CLIENTS))
    assert told.status == 0, told.errors
    assert len(told.told["refusals"]) == CLIENTS
    assert set(told.told["refusals"]) <= {"ledger.insufficient", "ledger.plan_exceeded"}
    assert reserved(installation) == LIMIT
    assert broken_truths(installation) == []


def test_without_its_limits_the_same_fund_is_overspent(installation: Installation) -> None:
    """The attack bites: with the planted fault the sixteen take more than there is."""
    teach_to_approve(installation)
    installation.plant(
        "ALTER TABLE ledger_account DROP CONSTRAINT account_within_limit",
        "ALTER TABLE ledger_useplanline DROP CONSTRAINT plan_line_within_sum",
    )
    told = installation.run("spend", "5", str(CLIENTS))
    assert told.status == 0, told.errors
    assert reserved(installation) > 5
    assert "no fund gives or reserves more than it received" in broken_truths(installation)


def reserved(installation: Installation) -> int:
    """What was reserved in all, by the transfers themselves."""
    ((fen,),) = installation.rows(
        "SELECT sum(amount_fen)::bigint FROM ledger_transfer WHERE kind = 'reserve'"
    )
    return int(fen or 0)


def teach_to_approve(installation: Installation) -> None:
    """These clients are about money; the meeting that approves their plan is played by the superuser."""
    from tests.ledger.conftest import APPROVE

    columns, values = ", withdrawal_reason", ", ''"
    with installation.superuser() as connection:
        connection.execute(APPROVE.format(more_columns=columns, more_values=values))
