"""Everybody is told what happened to one's own things, and nobody of another's."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext

from nuanliu.access.actions import change_password, end_post
from nuanliu.access.models import Post, User
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.desk.models import Notice
from nuanliu.desk.states import ENDED, OWN, TOLD
from tests.desk.conftest import Way, way
from tests.web.conftest import reads, text_of

pytestmark = pytest.mark.django_db

type Desk = Callable[[str], Client]
__all__ = ["way"]


FORGED = (
    "DELETE FROM desk_notice",
    "UPDATE desk_notice SET title = ''",
    "INSERT INTO desk_notice DEFAULT VALUES",
)


def told(desk: Desk, name: str) -> list[str]:
    return [one.notice.action for one in desk(name).get("/notices/").context["told"]]


def test_a_list_s_way_is_told_to_who_handled_and_signed_it(way: Way, desk: Desk) -> None:
    way.decided()
    assert told(desk, "clerk") == ["awards.decide_plan", "awards.attach_roster", "awards.sign_roster"]
    assert told(desk, "head") == ["awards.decide_plan", "awards.attach_roster"]
    assert told(desk, "outsider") == []


def test_what_one_did_oneself_is_no_news(way: Way, desk: Desk) -> None:
    way.decided()
    assert "awards.decide_plan" not in told(desk, "leader1")
    assert "awards.attach_roster" not in told(desk, "rights")


def test_the_bank_s_answer_is_told_to_handler_and_cashier(way: Way, desk: Desk) -> None:
    way.paid()
    assert "payments.record_replies" in told(desk, "clerk")
    assert {"payments.release_batch", "payments.record_replies"} <= set(told(desk, "cashier"))
    assert "payments.release_batch" not in told(desk, "clerk")


def test_a_notice_leads_to_its_record_and_is_then_seen(way: Way, desk: Desk) -> None:
    roster = way.accepted()
    way.proposed()
    browser = desk("clerk")
    first = browser.get("/notices/").context["told"][-1].notice
    assert browser.post(f"/notices/{first.pk}/").headers["Location"] == f"/lists/{roster.pk}/"
    assert [one.notice.seen_at is None for one in browser.get("/notices/").context["told"]] == [True, False]


def test_the_bell_counts_what_is_new_until_all_is_put_aside(way: Way, desk: Desk) -> None:
    way.proposed()
    browser = desk("clerk")
    assert browser.get("/notices/bell/").context["unseen"] == 2
    browser.post("/notices/aside/")
    browser.post("/notices/aside/")
    assert browser.get("/notices/bell/").context["unseen"] == 0
    assert desk("head").get("/notices/bell/").context["unseen"] == 1


def test_the_bell_brings_the_numbers_of_the_rooms(way: Way, desk: Desk) -> None:
    way.accepted()
    assert 'id="waits-rosters" hx-swap-oob="true">1<' in text_of(desk("head").get("/notices/bell/"))


def test_another_s_notice_is_not_there(way: Way, desk: Desk) -> None:
    way.proposed()
    notice = desk("clerk").get("/notices/").context["told"][0].notice
    for name in ("outsider", "head", "city"):
        assert desk(name).post(f"/notices/{notice.pk}/").status_code == 404


def test_the_database_shows_and_changes_only_one_s_own(way: Way, raw_sql: Any) -> None:
    way.proposed()
    assert way.seen_by("outsider", Notice.objects.count) == 0
    assert way.seen_by("outsider", lambda: Notice.objects.update(seen_at=None)) == 0
    for statement in (
        "DELETE FROM desk_notice",
        "UPDATE desk_notice SET title = ''",
        "INSERT INTO desk_notice DEFAULT VALUES",
    ):
        with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
            raw_sql(statement)


def test_the_end_of_long_work_is_told(way: Way, desk: Desk) -> None:
    clerk = way.world.cast.clerk
    for state in (JobState.DONE, JobState.REFUSED, JobState.FAILED):
        with scoped(Scope.for_path(clerk.organization_path)):
            job = JobRun.objects.create(
                kind="web.import_lists", organization_path=clerk.organization_path, post_id=clerk.post_id,
                user_id=clerk.user_id,
            )  # fmt: skip
            JobRun.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
            JobRun.objects.filter(pk=job.pk).update(state=state, message="说明")
    assert told(desk, "clerk") == ["job.failed", "job.refused", "job.done"]


def test_a_post_that_ended_and_a_password_that_changed_are_told(way: Way, desk: Desk) -> None:
    cast = way.world.cast
    user = User.objects.get(username="clerk")
    with scoped(Scope.for_path("/")):
        change_password(user, old="nuanliu-demo", new="Linglong-73-yantai", by=cast.clerk)
        end_post(
            Post.objects.get(pk=cast.base.post_id), on=way.job.business_date, reason="调离", by=cast.security
        )
    assert told(desk, "clerk") == ["access.change_password"]
    with scoped(Scope("", "", str(cast.base.user_id))):
        assert [one.action for one in Notice.objects.all()] == ["access.end_post"]


def test_page_and_bell_cost_eight_reads_at_most(way: Way, desk: Desk) -> None:
    way.paid()
    for name in ("clerk", "rights", "cashier", "system"):
        browser = desk(name)
        for address in ("/notices/", "/notices/bell/"):
            browser.get(address)
            with CaptureQueriesContext(connection) as queries:
                browser.get(address)
            assert len(reads(queries)) <= 8, (name, reads(queries))


def test_the_database_tells_the_acts_that_have_words() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE tgname IN ('desk_told', 'desk_told_end')"
        )
        definitions = " ".join(row[0] for row in cursor.fetchall())
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'desk_tell'")
        (source,) = cursor.fetchone()
    acts = set(re.findall(r"'(\w+\.\w+)'", definitions))
    assert acts == {*TOLD, *OWN}
    assert {act for act in OWN if f"'{act}'" in source} == OWN.keys()
    assert {f"job.{state}" for state in ("done", "refused", "failed")} == ENDED.keys()
