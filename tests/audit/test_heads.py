"""Heads: what they cover, when they wait, and what lies outside the database."""

import json
import threading

import psycopg
import pytest
from django.db import connection

from nuanliu.audit import outside
from nuanliu.audit.actions import AuditError, audited, record, seal_head
from nuanliu.audit.heads import frontier_of
from nuanliu.audit.models import AuditEntry, AuditHead
from nuanliu.audit.queries import consistency, inclusion_of, verify
from nuanliu.kernel.digests import verify_consistency
from tests.audit.conftest import JIADING, actor, note_down

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "audit"])


def test_a_head_covers_all_entries_whoever_sees_them(sealed):
    assert [(head.size, head.last_entry_id) for head in sealed.heads] == [
        (3, sealed.entries[2]),
        (6, sealed.entries[5]),
    ]


def test_without_new_entries_there_is_no_new_head(sealed):
    assert seal_head() is None
    assert AuditHead.objects.count() == 2


def test_every_head_lies_outside_too_with_the_entries_it_added(sealed):
    published = [outside.PublishedHead.from_line(line) for line in outside.lines()]
    assert [line.head.size for line in published] == [3, 6]
    assert [leaf.entry_id for line in published for leaf in line.leaves] == sealed.entries
    assert all(line.head.is_genuine for line in published)


def test_a_head_that_did_not_reach_the_file_is_added_with_the_next(sealed, heads_outside):
    whole = heads_outside.read_bytes()
    first, _ = whole.splitlines(keepends=True)
    heads_outside.write_bytes(first + b'{"size": 6, "last_ent')  # a power cut
    assert verify().ok
    seal_head()
    assert heads_outside.read_bytes() == whole


def test_the_last_line_is_found_from_the_end_however_long(sealed, heads_outside, monkeypatch):
    monkeypatch.setattr(outside, "WINDOW_BYTES", 8)
    assert outside.publish() == 0
    assert verify().ok


def test_a_test_does_not_write_into_the_file_of_the_installation(heads_outside, monkeypatch):
    assert heads_outside.name == f"heads-{connection.settings_dict['NAME']}.jsonl"
    monkeypatch.setitem(connection.settings_dict, "NAME", "nuanliu")
    assert outside.heads_file().name == "heads.jsonl"


def test_the_file_is_for_its_owner_alone(sealed, heads_outside):
    assert heads_outside.stat().st_mode & 0o777 == 0o600


@pytest.fixture
def other_session(test_database):
    """A second session of the application role, in the scope of 嘉定."""
    parameters = test_database.server.parameters("nuanliu_app", test_database.name)
    with psycopg.connect(**parameters) as connection:
        connection.execute(
            "SELECT set_config('app.lo', '/0/31/114/', false), set_config('app.hi', '/0/31/1140', false)"
        )
        connection.commit()
        yield connection


LATE = """
INSERT INTO audit_auditentry (organization_path, action, subject_kind, subject_id, reason)
VALUES ('/0/31/114/', 'awards.late', 'x', '1', '')
"""


def test_a_head_never_covers_numbers_that_an_open_transaction_may_still_fill(sealed, scope_of, other_session):
    other_session.execute(LATE)  # takes its number, and does not commit
    with scope_of(JIADING):
        note_down(actor())  # takes a higher number, and commits
    assert seal_head(patience_seconds=0.2) is None
    other_session.commit()
    size = sealed_size()
    with scope_of("/"):
        assert size == AuditEntry.objects.count() == 8
    assert verify().ok


def test_sealing_waits_for_the_open_transaction(sealed, scope_of, other_session):
    other_session.execute(LATE)
    with scope_of(JIADING):
        note_down(actor())
    timer = threading.Timer(0.3, other_session.commit)
    timer.start()
    assert sealed_size(patience_seconds=10) == 8
    timer.join()


def test_a_younger_transaction_is_not_waited_for(sealed, other_session, monkeypatch):
    """The head's horizon is read first; what comes after it belongs to the next head."""
    other_session.execute(LATE)
    other_session.commit()
    from nuanliu.audit import heads

    waited = heads._older_transactions_end

    def meanwhile(patience):
        heads._value("SELECT pg_current_xact_id()::text")
        other_session.execute(LATE)
        return waited(patience)

    monkeypatch.setattr(heads, "_older_transactions_end", meanwhile)
    assert sealed_size(patience_seconds=1) == 7
    other_session.commit()
    monkeypatch.setattr(heads, "_older_transactions_end", waited)
    assert sealed_size() == 8
    assert verify().ok


def test_numbers_of_transactions_that_failed_are_gaps_and_nothing_else(sealed, scope_of, other_session):
    other_session.execute(LATE)
    other_session.rollback()
    with scope_of(JIADING):
        note_down(actor())
    assert sealed_size() == 7
    assert verify().ok


def test_many_writers_and_a_sealer_at_once(transactional_db, heads_outside, test_database):
    """Eight sessions commit in any order while heads are sealed; no entry slips under a head later."""
    parameters = test_database.server.parameters("nuanliu_app", test_database.name)
    done = threading.Event()

    def write(number: int) -> None:
        with psycopg.connect(**parameters) as connection:
            connection.execute(
                "SELECT set_config('app.lo', '/0/', false), set_config('app.hi', '/00', false)"
            )
            connection.commit()
            for turn in range(60):
                connection.execute(LATE)
                connection.execute("SELECT pg_sleep(%s)", [0.001 * ((number * 7 + turn) % 5)])
                connection.rollback() if turn % 7 == 0 else connection.commit()

    writers = [threading.Thread(target=write, args=[number]) for number in range(8)]
    for writer in writers:
        writer.start()
    while not done.is_set():
        seal_head()
        if not any(writer.is_alive() for writer in writers):
            done.set()
    seal_head()
    found = verify()
    assert (found.ok, found.entries, found.unsealed) == (True, 8 * 51, 0)
    assert found.heads > 2


def test_two_sealers_do_not_sign_two_heads(sealed, scope_of, other_session):
    with scope_of(JIADING):
        note_down(actor())
    other_session.execute("SELECT pg_advisory_xact_lock(%s)", [0x6E756175])
    assert seal_head() is None
    other_session.rollback()
    assert sealed_size() == 7


def test_a_head_grows_only_from_one_that_was_signed(sealed, scope_of, as_superuser):
    as_superuser("ALTER TABLE audit_audithead DISABLE TRIGGER USER")
    as_superuser("UPDATE audit_audithead SET peaks = sha256('x') || sha256('y') WHERE size = 6")
    as_superuser("ALTER TABLE audit_audithead ENABLE TRIGGER USER")
    with scope_of(JIADING):
        note_down(actor())
    with pytest.raises(AuditError):
        seal_head()


def test_the_frontier_of_a_head_leads_to_its_root(sealed):
    assert frontier_of(sealed.heads[1]).root == bytes(sealed.heads[1].root)


def test_an_entry_is_proved_to_be_under_a_head(sealed):
    for entry in sealed.entries:
        assert inclusion_of(entry, sealed.heads[1]).proves(bytes(sealed.heads[1].root))
    assert not inclusion_of(sealed.entries[0], sealed.heads[1]).proves(bytes(sealed.heads[0].root))
    with pytest.raises(LookupError):
        inclusion_of(sealed.entries[5], sealed.heads[0])


def test_between_two_heads_the_log_only_grew(sealed):
    earlier, later = sealed.heads
    old, new = bytes(earlier.root), bytes(later.root)
    assert verify_consistency(3, 6, old, new, consistency(earlier, later))
    assert not verify_consistency(3, 6, new, old, consistency(earlier, later))


def test_the_line_outside_holds_no_content(sealed, heads_outside):
    for line in heads_outside.read_bytes().splitlines():
        assert json.loads(line).keys() == {
            "size",
            "last_entry_id",
            "root",
            "sealed_at",
            "signature",
            "entries",
        }


def test_the_log_of_a_whole_year_is_sealed_and_proved_quickly(transactional_db, heads_outside, as_superuser):
    """One hundred thousand entries."""
    import time

    as_superuser(
        "INSERT INTO audit_auditentry (organization_path, action, subject_kind, subject_id, after, reason, digest)"
        " SELECT '/0/31/114/', 'awards.many', 'awards.roster', number::text, '{\"rows\": 5, \"fen\": 1200}', '', ''"
        " FROM generate_series(1, 100000) AS number"
    )
    started = time.perf_counter()
    assert sealed_size() == 100_000
    sealed_after = time.perf_counter() - started
    found = verify()
    assert (found.ok, found.entries) == (True, 100_000)
    assert sealed_after < 5
    assert time.perf_counter() - started - sealed_after < 15


def test_the_job_seals(transactional_db, heads_outside, scope_of):
    from nuanliu.audit.jobs import seal_head_every_minute

    with scope_of(JIADING):
        note_down(actor())
    seal_head_every_minute(timestamp=0)
    assert AuditHead.objects.get().size == 1


def test_an_entry_of_the_installation_is_sealed_like_the_others(transactional_db, heads_outside):
    def start():
        record(None, ("installation", "1"))

    audited(start)()
    assert sealed_size() == 1
    assert verify().ok


def sealed_size(patience_seconds: float = 10) -> int | None:
    head = seal_head(patience_seconds=patience_seconds)
    return head.size if head else None
