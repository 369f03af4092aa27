"""Keys, backups, the log and the queue: acts of the installation's administrator, each in the log, none twice."""

from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from nuanliu.access.actions import end_post
from nuanliu.access.models import Post
from nuanliu.audit.models import AuditEntry
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import vault
from nuanliu.base.jobs import ask, run
from nuanliu.base.jobs.states import JobState
from nuanliu.base.models import JobRun
from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.operations import actions, backups, health, jobs, queries
from nuanliu.operations.permissions import POLICY
from nuanliu.operations.states import Light
from tests.cast import Cast

pytestmark = pytest.mark.django_db(transaction=True, databases=["default", "owner", "audit"])


def silent(step: str, done: int, total: int) -> None:
    """Nobody listens."""


def scope_of(actor: Actor) -> Scope:
    return Scope.for_path(actor.organization_path, actor.user_id)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.code


@pytest.fixture(autouse=True)
def own_keys(settings: Any, tmp_path: Path) -> None:
    settings.NUANLIU_KEYS_DIR = tmp_path / "keys"
    vault().file.create("aes-256-gcm")


# --- keys ---


def test_only_the_citys_system_administrator_touches_keys_and_backups(cast: Cast) -> None:
    acts = ("rotate_keys", "back_up")
    allowed = [name for name in ("system", "security", "auditor", "city", "clerk") if all(
        POLICY.may(getattr(cast, name), act) for act in acts)]  # fmt: skip
    assert allowed == ["system"]
    with scoped(scope_of(cast.security)):
        assert refusal(lambda: actions.add_data_key(reason="x", by=cast.security)) == "permission.denied"


def test_a_key_is_added_with_a_reason_and_the_log_holds_its_number_alone(cast: Cast) -> None:
    with scoped(scope_of(cast.system)):
        assert (
            refusal(lambda: actions.add_data_key(reason=" ", by=cast.system)) == "operations.reason_missing"
        )
        assert actions.add_data_key(reason="年度轮换", by=cast.system) == 2
        entry = AuditEntry.objects.get(action="operations.add_data_key")
    assert (entry.after, entry.reason) == ({"key": 2, "cipher": "aes-256-gcm"}, "年度轮换")


def test_resealing_leaves_nothing_under_the_older_key(cast: Cast) -> None:
    with scoped(scope_of(cast.system)):
        actions.count_sealed(by=cast.system, report=silent)
        before = queries.ring_of_keys(queries.remembered().counting)
        actions.add_data_key(reason="轮换", by=cast.system)
        actions.reseal(reason="轮换", by=cast.system, report=silent)
        actions.count_sealed(by=cast.system, report=silent)
        after = queries.ring_of_keys(queries.remembered().counting)
    assert [(key.number, key.in_use) for key in after.data] == [(2, True), (1, False)]
    assert (before.data[0].values, after.data[0].values, after.data[1].values, after.older) == (
        before.data[0].values, before.data[0].values, 0, 0,
    )  # fmt: skip
    assert (before.data[0].values or 0) > 20


# --- work that ended badly ---


def asked(by: Actor) -> JobRun:
    with scoped(scope_of(by)):
        return ask(jobs.count_sealed, by=by)


def ended(job: JobRun, by: Actor, failure: Exception) -> JobRun:
    def work(actor: Actor, progress: Any) -> None:
        raise failure

    with suppress(ValueError):
        run(work, job_id=str(job.pk), post_id=str(by.post_id), user_id=str(by.user_id))
    return job


def queued(job: JobRun) -> int:
    return ProcrastinateJob.objects.filter(status="todo", args__job_id=str(job.pk)).count()


def worked_off(job: JobRun, as_superuser: Any) -> None:
    as_superuser("UPDATE procrastinate_jobs SET status = 'failed' WHERE args->>'job_id' = %s", [str(job.pk)])


@pytest.mark.parametrize("failure", [ValueError("x"), Refused("x", "不行")])
def test_failed_and_refused_work_is_queued_again_once(
    cast: Cast, as_superuser: Any, failure: Exception
) -> None:
    job = ended(asked(cast.system), cast.system, failure)
    worked_off(job, as_superuser)
    with scoped(scope_of(cast.system)):
        for _ in range(2):
            assert actions.repeat_job(job, by=cast.system).state == JobState.ASKED
        assert AuditEntry.objects.filter(action="operations.repeat_job").count() == 1
    assert queued(job) == 1
    run(lambda by, progress: "完成", job_id=str(job.pk), post_id=str(cast.system.post_id),
        user_id=str(cast.system.user_id))  # fmt: skip
    with scoped(scope_of(cast.system)):
        job.refresh_from_db()
        assert (job.state, job.message) == (JobState.DONE, "完成")
        assert refusal(lambda: actions.repeat_job(job, by=cast.system)) == "job.not_repeatable"


def test_work_that_the_queue_tries_again_by_itself_is_not_queued_twice(cast: Cast) -> None:
    job = ended(asked(cast.system), cast.system, ValueError("x"))
    with scoped(scope_of(cast.system)):
        actions.repeat_job(job, by=cast.system)
    assert queued(job) == 1


def test_anothers_work_is_for_administrators(cast: Cast, as_superuser: Any) -> None:
    job = ended(asked(cast.clerk), cast.clerk, ValueError("x"))
    worked_off(job, as_superuser)
    with scoped(scope_of(cast.finance)):
        assert refusal(lambda: actions.repeat_job(job, by=cast.finance)) == "permission.denied"
    with scoped(scope_of(cast.system)):
        assert actions.repeat_job(job, by=cast.system).state == JobState.ASKED


def test_work_of_a_post_that_ended_is_not_repeated(cast: Cast, as_superuser: Any) -> None:
    job = ended(asked(cast.clerk), cast.clerk, ValueError("x"))
    worked_off(job, as_superuser)
    with scoped(Scope.for_path("/")):
        post = Post.objects.get(pk=cast.clerk.post_id)
        end_post(post, on=date(2022, 3, 1), reason="调离", by=cast.security)
    with scoped(scope_of(cast.system)):
        assert refusal(lambda: actions.repeat_job(job, by=cast.system)) == "access.no_post"


def test_waiting_work_is_taken_back_and_never_done(cast: Cast) -> None:
    job = asked(cast.clerk)
    with scoped(scope_of(cast.clerk)):
        for _ in range(2):
            assert actions.cancel_job(job, by=cast.clerk).state == JobState.CANCELLED
    assert queued(job) == 0
    run(lambda by, progress: pytest.fail("taken back"), job_id=str(job.pk), post_id=str(cast.clerk.post_id),
        user_id=str(cast.clerk.user_id))  # fmt: skip
    running = asked(cast.clerk)
    ended(running, cast.clerk, Refused("x", "不行"))
    with scoped(scope_of(cast.clerk)):
        assert refusal(lambda: actions.cancel_job(running, by=cast.clerk)) == "job.begun"


# --- the log, and health ---


def test_a_proof_of_the_log_stands_in_the_log(cast: Cast) -> None:
    with scoped(scope_of(cast.system)):
        found = actions.verify_log(by=cast.system, report=silent)
        last = queries.remembered().proof
    assert found.ok
    assert last is not None
    assert last.after["ok"] is True


def test_every_part_of_the_installation_has_a_light_and_words(cast: Cast) -> None:
    with scoped(scope_of(cast.system)):
        lines = health.lines()
    assert {line.code for line in lines} == set(health.WORDS)
    assert all(str(line.title) and str(line.meaning) and str(line.remedy) and line.found for line in lines)
    lights = {line.code: line.light for line in lines}
    green = {code: lights[code] for code in ("database", "guards", "migrations", "clock")}
    assert set(green.values()) == {Light.GREEN}, [line.found for line in lines[:3]]
    assert (lights["worker"], lights["proof"]) == (Light.RED, Light.AMBER)


def test_a_table_without_forced_row_level_security_is_red(cast: Cast, as_superuser: Any) -> None:
    as_superuser("ALTER TABLE ledger_fund NO FORCE ROW LEVEL SECURITY")
    try:
        line = health.guards()
    finally:
        as_superuser("ALTER TABLE ledger_fund FORCE ROW LEVEL SECURITY")
    assert (line.light, "ledger_fund" in line.found) == (Light.RED, True)


# --- backups ---


def test_a_backup_is_made_checked_rehearsed_and_found_damaged(
    cast: Cast, settings: Any, tmp_path: Path
) -> None:
    settings.MEDIA_ROOT = tmp_path / "files"
    (tmp_path / "files" / "evidence").mkdir(parents=True)
    (tmp_path / "files" / "evidence" / "one").write_bytes(b"sealed")
    made = backups.make(tmp_path / "backups", made_by="习通")
    assert (made.facts.made_by, made.facts.sound, made.facts.files_bytes) == ("习通", True, 6)
    assert backups.check(made, checked_by="安全")
    assert backups.facts_of(made.folder).checked_by == "安全"
    (made.folder / "files" / "evidence" / "one").write_bytes(b"forged")
    assert not backups.check(made)
    assert not backups.facts_of(made.folder).sound


@pytest.mark.parametrize(
    "name", ["..", "../keys", "nuanliu-20260101T000000", "", "keys", "nuanliu-20260101T000000/.."]
)
def test_a_name_that_is_no_backup_leads_nowhere(cast: Cast, name: str) -> None:
    assert backups.named(name) is None
    with scoped(scope_of(cast.system)):
        assert (
            refusal(lambda: actions.check_backup(name, by=cast.system, report=silent))
            == "operations.no_backup"
        )


def test_what_a_restore_would_undo_is_counted_over_all_unions(cast: Cast) -> None:
    moment = timezone.now()
    with scoped(scope_of(cast.system)):
        actions.add_data_key(reason="轮换", by=cast.system)
        lost = queries.lost_since(moment)
    assert (lost.acts, lost.kinds) == (1, [("operations.add_data_key", 1)])
