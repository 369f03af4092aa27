"""Long work: asked in a transaction, run as the post that asked, seen while it runs."""

from datetime import date
from typing import Any

import pytest
from django.db import OperationalError, transaction
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from nuanliu.access.actions import end_post
from nuanliu.access.models import Post
from nuanliu.base.actor import Actor
from nuanliu.base.jobs import RETRY, Progress, ask, run
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, current_scope, scoped
from nuanliu.kernel.errors import Refused
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True)


@app.task(name="tests.count_people")
def count_people(**arguments: Any) -> None:
    """A task to ask for; the tests run its work themselves."""


def scope_of(actor: Actor) -> Scope:
    return Scope.for_path(actor.organization_path, actor.user_id)


def asked(by: Actor) -> dict[str, str]:
    with scoped(scope_of(by)):
        job = ask(count_people, by=by, subject=("roster", "1"))
    return {"job_id": str(job.pk), "post_id": str(by.post_id), "user_id": str(by.user_id)}


def job_of(keys: dict[str, str], by: Actor) -> JobRun:
    with scoped(scope_of(by)):
        return JobRun.objects.get(pk=keys["job_id"])


def test_work_is_queued_with_the_act_that_asks_for_it(cast: Cast) -> None:
    keys = asked(cast.clerk)
    queued = ProcrastinateJob.objects.get(task_name="tests.count_people")
    assert queued.args == keys
    assert job_of(keys, cast.clerk).state == JobState.ASKED


def test_work_is_not_queued_when_the_act_fails(cast: Cast) -> None:
    with scoped(scope_of(cast.clerk)):
        ask(count_people, by=cast.clerk)
        transaction.set_rollback(True)
    assert ProcrastinateJob.objects.count() == 0


def test_work_runs_in_the_scope_of_the_post_that_asked(cast: Cast) -> None:
    seen: list[tuple[Actor, Scope]] = []
    keys = asked(cast.clerk)
    run(lambda by, progress: seen.append((by, current_scope())), **keys)
    assert seen == [(cast.clerk, scope_of(cast.clerk))]
    assert job_of(keys, cast.clerk).state == JobState.DONE


def test_progress_is_seen_by_others_before_the_work_is_committed(cast: Cast) -> None:
    keys = asked(cast.clerk)
    seen = []

    def work(by: Actor, progress: Progress) -> None:
        progress.report("checking", 40, 100)
        watcher = Progress(keys["job_id"], scope_of(cast.clerk))
        with watcher._announced() as cursor:
            cursor.execute(
                "SELECT state, step, done_count, total_count, lease_until > now() FROM base_jobrun"
            )
            seen.append(cursor.fetchone())
        watcher.close()

    run(work, **keys)
    assert seen == [("running", "checking", 40, 100, True)]


def test_an_outsider_does_not_see_the_work_of_others(cast: Cast) -> None:
    asked(cast.clerk)
    with scoped(scope_of(cast.outsider)):
        assert JobRun.objects.count() == 0


def test_a_refusal_ends_the_work_with_its_words_and_without_its_rows(cast: Cast) -> None:
    keys = asked(cast.clerk)

    def work(by: Actor, progress: Progress) -> None:
        JobRun.objects.create(
            kind="half", organization_path=by.organization_path, post_id=by.post_id, user_id=by.user_id
        )
        raise Refused("roster.not_open", "名册已列入方案")

    run(work, **keys)
    job = job_of(keys, cast.clerk)
    assert (job.state, job.message) == (JobState.REFUSED, "名册已列入方案")
    with scoped(scope_of(cast.clerk)):
        assert not JobRun.objects.filter(kind="half").exists()


def test_a_failure_is_raised_for_the_queue_and_its_text_is_not_kept(cast: Cast) -> None:
    keys = asked(cast.clerk)

    def work(by: Actor, progress: Progress) -> None:
        raise OperationalError("server closed: 310114199001011234")

    with pytest.raises(OperationalError):
        run(work, **keys)
    job = job_of(keys, cast.clerk)
    assert (job.state, job.message, job.attempts) == (JobState.FAILED, "OperationalError", 1)


def test_failed_work_is_tried_again_and_counts_its_attempts(cast: Cast) -> None:
    keys = asked(cast.clerk)
    outcomes = [OperationalError("gone"), None]

    def work(by: Actor, progress: Progress) -> None:
        if failure := outcomes.pop(0):
            raise failure

    with pytest.raises(OperationalError):
        run(work, **keys)
    run(work, **keys)
    job = job_of(keys, cast.clerk)
    assert (job.state, job.attempts) == (JobState.DONE, 2)


def test_work_that_is_done_is_not_done_twice(cast: Cast) -> None:
    keys = asked(cast.clerk)
    times: list[int] = []
    for _ in range(3):
        run(lambda by, progress: times.append(1), **keys)
    assert times == [1]


def test_work_is_not_done_for_a_post_that_has_ended(cast: Cast) -> None:
    keys = asked(cast.clerk)
    with scoped(Scope.for_path("/")):
        post = Post.objects.get(pk=cast.clerk.post_id)
        end_post(post, on=date(2022, 3, 1), reason="调离", by=cast.security)
    run(lambda by, progress: pytest.fail("the post has ended"), **keys)
    assert job_of(keys, cast.clerk).state == JobState.ASKED


def test_only_what_a_moment_may_mend_is_tried_again() -> None:
    assert ValueError not in RETRY.retry_exceptions
    assert RETRY.max_attempts == 5
