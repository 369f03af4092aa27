"""A restored old backup must not pay again."""

import json
from functools import partial

import pytest

from nuanliu.payments import actions, high_water
from tests.payments.support import refusal, write


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Run an act as if its transaction had been committed."""

    def committed(act):
        with django_capture_on_commit_callbacks(execute=True):
            return act()

    return committed


def restore_backup_of_yesterday(batch) -> None:
    """The release is gone from the database; the mark beside it is not."""
    write("UPDATE payments_paymentorder SET state = 'built' WHERE batch_id = %s", [batch.pk])
    write(
        "UPDATE payments_paymentbatch SET state = 'built', released_by_id = NULL, released_at = NULL, file_id = NULL,"
        " file_sha256 = NULL, release_number = NULL, sent_at = NULL WHERE id = %s",
        [batch.pk],
    )


def test_a_release_is_written_outside_of_the_database(world, committed, marks):
    batch = committed(world.released)
    (releases,) = json.loads((marks / "payments.json").read_text()).values()
    assert releases == [
        {
            "release_number": 1,
            "batch": batch.number,
            "count": 10,
            "amount_fen": 500_000,
            "sha256": bytes(batch.file_sha256).hex(),
        }
    ]
    assert high_water.missing_releases() == []


def test_a_restored_old_backup_does_not_pay_and_says_what_it_lacks(world, committed):
    batch = committed(world.sent)
    restore_backup_of_yesterday(batch)
    assert [release.batch for release in high_water.missing_releases()] == [batch.number]
    assert refusal(lambda: actions.release_batch(batch, by=world.releaser)) == "payments.stale_database"


def test_the_newer_backup_pays_on(world, committed):
    committed(world.released)
    assert high_water.next_release_number() == 2


def test_cancelling_does_not_lift_the_mark(world, committed):
    batch = committed(world.sent)
    restore_backup_of_yesterday(batch)
    committed(lambda: actions.cancel_batch(batch, reason="恢复后重做", by=world.cashier))
    again = world.build()
    assert refusal(lambda: actions.release_batch(again, by=world.releaser)) == "payments.stale_database"


def test_a_mark_lost_in_a_crash_stands_again_before_anything_is_sent(world, committed, marks):
    batch = committed(world.released)
    (marks / "payments.json").unlink()
    committed(lambda: actions.mark_sent(batch, by=world.releaser))
    restore_backup_of_yesterday(batch)
    assert [release.batch for release in high_water.missing_releases()] == [batch.number]


def test_another_database_on_the_same_machine_is_not_meant(world, marks):
    marks.mkdir(parents=True)
    release = {"release_number": 99, "batch": "NL-99", "count": 1, "amount_fen": 1, "sha256": ""}
    (marks / "payments.json").write_text(json.dumps({"123:456": [release]}))
    assert high_water.next_release_number() == 1


def test_only_the_responsible_person_answers_for_going_on(world, committed, raw_sql):
    batch = committed(world.sent)
    restore_backup_of_yesterday(batch)
    reason = "已与银行逐笔核对，缺失批次已人工补录"
    for actor in (world.cashier, world.releaser):
        act = partial(actions.accept_restored_database, reason=reason, by=actor)
        assert refusal(act) == "permission.denied"
    head = world.cast.head
    assert refusal(lambda: actions.accept_restored_database(reason=" ", by=head)) == "payments.reason_missing"
    struck = actions.accept_restored_database(reason=reason, by=head)
    assert [release.batch for release in struck] == [batch.number]
    ((kept,),) = raw_sql(
        "SELECT after FROM audit_auditentry WHERE action = 'payments.accept_restored_database'"
    )
    assert json.loads(kept) == {"missing": [batch.number]}
    assert actions.accept_restored_database(reason=reason, by=head) == []
    assert actions.release_batch(batch, by=world.releaser).state == "released"
