"""A big file is a request with a life: asked, running, ready or failed, deleted."""

from datetime import date
from itertools import product

import pytest
from django.db import DatabaseError, transaction

from nuanliu.audit.models import AuditEntry
from nuanliu.evidence.actions import (
    ask_again,
    ask_file,
    delete_file,
    expire_file,
    fail_file,
    finish_file,
    start_file,
    take_file,
)
from nuanliu.evidence.models import FileRequest
from nuanliu.evidence.queries import ContentGoneError, content_of, expired_requests, requests_of
from nuanliu.evidence.states import TRANSITIONS, RequestState
from nuanliu.kernel.errors import Refused

UNTIL = date(2022, 2, 1)


@pytest.fixture
def ask(clerk):
    def ask() -> FileRequest:
        return ask_file(
            kind="roster_pdf",
            parameters={"roster": "1"},
            organization_id=clerk.organization_id,
            organization_path=clerk.organization_path,
            reason="存档",
            by=clerk,
        )

    return ask


@pytest.fixture
def finish(clerk):
    def finish(request: FileRequest, content: bytes = b"%PDF") -> FileRequest:
        return finish_file(
            request, content, name="名册.pdf", media_type="application/pdf", expires_on=UNTIL, by=clerk
        )

    return finish


@pytest.fixture
def ready(ask, finish, clerk):
    return finish(start_file(ask(), by=clerk))


def test_a_file_is_asked_for_made_and_deleted_after_its_term(ready, clerk):
    assert content_of(ready.file) == b"%PDF"
    assert list(requests_of(clerk.user_id)) == [ready]
    assert [list(expired_requests(day)) for day in (UNTIL, date(2022, 2, 2))] == [[], [ready]]
    deleted = delete_file(ready, by=clerk, reason="到期")
    with pytest.raises(ContentGoneError):
        content_of(deleted.file)
    verbs = ["ask_file", "start_file", "finish_file", "delete_file"]
    rows = AuditEntry.objects.filter(subject_id=ready.pk).order_by("id").values_list("action", flat=True)
    assert list(rows) == [f"evidence.{verb}" for verb in verbs]


def test_a_failure_tells_why_and_may_be_tried_again(ask, clerk):
    request = start_file(ask(), by=clerk)
    with pytest.raises(Refused, match=r"evidence\.reason_missing"):
        fail_file(request, message=" ", by=clerk)
    assert fail_file(request, message="行数超过限制", by=clerk).message == "行数超过限制"
    again = ask_again(request, by=clerk)
    assert (again.state, again.message) == (RequestState.ASKED, "")


def test_each_verb_runs_twice_without_harm(ask, finish, clerk):
    request = ask()
    for _ in range(2):
        start_file(request, by=clerk)
    for _ in range(2):
        finish(request)
    for _ in range(2):
        delete_file(request, by=clerk)
    assert AuditEntry.objects.filter(subject_id=request.pk).count() == 4


def test_deleting_one_file_leaves_an_equal_one_and_the_evidence_of_the_same_content(
    ready, ask, finish, keep, clerk
):
    evidence = keep(b"%PDF", by=clerk)
    twin = finish(start_file(ask(), by=clerk))
    assert twin.file == ready.file != evidence
    delete_file(ready, by=clerk)
    assert content_of(twin.file) == b"%PDF"
    delete_file(twin, by=clerk)
    assert content_of(evidence) == b"%PDF"
    assert content_of(finish(start_file(ask(), by=clerk)).file) == b"%PDF"


VERBS = {
    "asked": ask_again,
    "running": start_file,
    "failed": lambda request, by: fail_file(request, message="坏", by=by),
    "deleted": delete_file,
}
PATHS = {
    "asked": [],
    "running": ["running"],
    "ready": ["running", "ready"],
    "failed": ["running", "failed"],
    "deleted": ["deleted"],
}


@pytest.mark.parametrize(("old", "new"), list(product(RequestState.values, repeat=2)))
def test_a_request_moves_as_the_table_says_by_action_and_by_sql(ask, finish, clerk, raw_sql, old, new):
    def move(state):
        return finish(request) if state == "ready" else VERBS[state](request, by=clerk)

    request = ask()
    for step in PATHS[old]:
        move(step)
    statement = "UPDATE evidence_filerequest SET state = %s, message = '坏' WHERE id = %s"
    if new not in TRANSITIONS[old]:
        with pytest.raises(DatabaseError, match=r"evidence\.request_state"), transaction.atomic():
            raw_sql(statement, [new, request.pk])
    if new in TRANSITIONS[old] or new == old:
        assert move(new).state == new
    else:
        with pytest.raises(Refused, match=r"evidence\.request_state"):
            move(new)


@pytest.mark.parametrize("change", [
    "kind = 'other'", "parameters = '{}'", "reason = ''", "requested_by_id = uuidv7()",
    "organization_path = '/0/31/113/'",
])  # fmt: skip
def test_what_was_asked_is_not_changed(ask, raw_sql, change):
    request = ask()
    with pytest.raises(DatabaseError, match=r"evidence\.request_fixed"), transaction.atomic():
        raw_sql(f"UPDATE evidence_filerequest SET {change}, state = 'running' WHERE id = %s", [request.pk])
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw_sql("DELETE FROM evidence_filerequest")


def test_no_request_is_ready_without_its_file(ask, clerk, raw_sql):
    request = start_file(ask(), by=clerk)
    with pytest.raises(DatabaseError, match="ready_has_file"), transaction.atomic():
        raw_sql("UPDATE evidence_filerequest SET state = 'ready' WHERE id = %s", [request.pk])


def test_nobody_elsewhere_leads_the_request(ask, outsider):
    request = ask()
    for verb in (start_file, delete_file):
        with pytest.raises(Refused, match=r"permission\.denied"):
            verb(request, by=outsider)


def test_the_installation_ends_a_file_after_its_last_day_and_not_before(ready):
    with pytest.raises(Refused) as refused:
        expire_file(ready, on=UNTIL)
    assert refused.value.code == "evidence.not_expired"
    ended = expire_file(ready, on=date(2022, 2, 2))
    assert (ended.state, expire_file(ready, on=date(2022, 2, 2)).state) == (RequestState.DELETED,) * 2
    with pytest.raises(ContentGoneError):
        content_of(ended.file)


def test_each_taking_of_a_file_leaves_a_row(ready, clerk):
    for _ in range(2):
        take_file(ready, by=clerk)
    rows = AuditEntry.objects.filter(subject_id=ready.pk, action="evidence.take_file")
    assert rows.count() == 2


def test_a_file_that_is_not_made_cannot_be_taken(ask, clerk):
    with pytest.raises(Refused) as refused:
        take_file(ask(), by=clerk)
    assert refused.value.code == "evidence.request_state"


def test_nobody_elsewhere_takes_a_file(ready, outsider):
    with pytest.raises(Refused) as refused:
        take_file(ready, by=outsider)
    assert refused.value.code == "permission.denied"
