"""One public action, one row: proved as it runs."""

import pytest
from django.db import transaction
from django.db.utils import ProgrammingError

from nuanliu.audit.actions import AuditError, audited, record, unchanged
from nuanliu.audit.content import CONTENT, digest_of
from nuanliu.audit.models import AuditEntry
from nuanliu.audit.queries import history_of
from tests.audit.conftest import BAOSHAN, JIADING, act, actor, note_down

pytestmark = pytest.mark.django_db


@pytest.mark.requirement("R-192")
def test_an_action_leaves_who_what_before_after_and_why(scope_of):
    with scope_of(JIADING):
        note_down(actor(), after={"rows": 3}, reason="更正金额")
        entry = AuditEntry.objects.get()
    assert (entry.action, entry.subject_kind, entry.subject_id) == ("awards.note_down", "awards.roster", "7")
    assert (entry.actor_id, entry.post_id, entry.organization_path) == (
        actor().user_id,
        actor().post_id,
        JIADING,
    )
    assert (entry.before, entry.after, entry.reason) == (None, {"rows": 3}, "更正金额")


def test_the_name_of_an_action_is_package_and_function():
    assert note_down.audited_as == "awards.note_down"


def test_an_action_returns_what_its_function_returns(scope_of):
    with scope_of(JIADING):
        assert note_down(actor()) == 1


@pytest.mark.parametrize(("rows", "idle"), [(0, False), (2, False), (1, True)])
def test_an_action_that_leaves_another_number_of_rows_does_not_commit(scope_of, rows, idle):
    with scope_of(JIADING):
        with pytest.raises(AuditError):
            note_down(actor(), rows=rows, idle=idle)
        assert AuditEntry.objects.count() == 0


def test_an_action_that_found_nothing_to_do_says_so_and_leaves_no_row(scope_of):
    with scope_of(JIADING):
        note_down(actor(), rows=0, idle=True)
        assert AuditEntry.objects.count() == 0


def test_an_action_within_an_action_leaves_its_own_row(scope_of):
    def outer(by):
        note_down(by)
        record(by, ("awards.plan", "9"))

    outer.__module__ = "nuanliu.payments.actions.batches"
    with scope_of(JIADING):
        audited(outer)(actor())
        assert list(AuditEntry.objects.order_by("id").values_list("action", flat=True)) == [
            "awards.note_down",
            "payments.outer",
        ]


def test_a_failing_action_leaves_neither_row_nor_name(scope_of):
    def failing(by):
        record(by, ("awards.roster", "7"))
        raise ValueError("no")

    with scope_of(JIADING):
        with pytest.raises(ValueError, match="no"), transaction.atomic():
            audited(failing)(actor())
        assert AuditEntry.objects.count() == 0
        with pytest.raises(AuditError):
            record(actor(), ("awards.roster", "7"))


@pytest.mark.parametrize("say", [lambda: record(None, ("x", "1")), unchanged])
def test_nothing_is_recorded_outside_of_an_action(say):
    with pytest.raises(AuditError):
        say()


def test_a_value_without_an_exact_form_is_refused(scope_of):
    with scope_of(JIADING), pytest.raises(TypeError):
        note_down(actor(), after={"amount": 0.1})


def test_the_digest_of_the_database_and_ours_are_the_same_bytes(scope_of):
    strange = {
        "zz": 1, "a": {"é": True, "中": None, "bb": [1, -2, 10**20]}, "": 'say "x" \\ /', "tab": "\t\n\r\b\f\x01\x7f",
        "separators": "\u2028\u2029", "beyond": "𠮷😀", "é": [], "ß" * 3: {},
    }  # fmt: skip
    with scope_of(JIADING):
        note_down(actor(), after=strange, reason="换行\n“引号”")
        act(name="alone")(None)
    with scope_of("/"):
        rows = list(AuditEntry.objects.values_list(*CONTENT, "digest"))
    assert len(rows) == 2
    for *content, digest in rows:
        assert digest_of(tuple(content)) == bytes(digest)


def test_history_tells_what_was_done_to_a_subject(scope_of):
    with scope_of(JIADING):
        note_down(actor())
        act(name="sign")(actor())
        told = history_of(("awards.roster", 7)).values_list("action", flat=True)
        assert list(told) == ["awards.note_down", "awards.sign"]


def test_a_neighbour_sees_nothing_of_it(scope_of):
    with scope_of(JIADING):
        note_down(actor())
    with scope_of(BAOSHAN):
        assert AuditEntry.objects.count() == 0


def test_nobody_records_for_an_organization_outside_the_scope(scope_of):
    with scope_of(BAOSHAN), pytest.raises(ProgrammingError, match="row-level security"), transaction.atomic():
        note_down(actor(JIADING))


def test_what_the_installation_did_needs_no_scope_and_is_read_by_who_sees_the_whole_tree(scope_of):
    note_down(None)
    with scope_of("/0/"):
        assert AuditEntry.objects.count() == 0
    with scope_of("/"):
        assert AuditEntry.objects.count() == 1


INSERT = """
INSERT INTO audit_auditentry ({}, organization_path, action, subject_kind, subject_id, reason)
OVERRIDING SYSTEM VALUE VALUES ({}, '', 'x', 'x', 'x', '')
"""


@pytest.mark.requirement("R-192")
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_auditentry SET reason = 'x'",
        "DELETE FROM audit_auditentry",
        "TRUNCATE audit_auditentry",
        "UPDATE audit_audithead SET size = 1",
        "DELETE FROM audit_audithead",
        INSERT.format("id", "1"),
        INSERT.format("digest", "''"),
        INSERT.format("recorded_at", "'2020-01-01'"),
    ],
)
def test_the_application_cannot_rewrite_the_log(scope_of, raw_sql, statement):
    with scope_of("/"):
        note_down(actor())
        with pytest.raises(ProgrammingError), transaction.atomic():
            raw_sql(statement)
        assert AuditEntry.objects.count() == 1
