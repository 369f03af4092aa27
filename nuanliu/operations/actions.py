"""Acts upon the installation itself: keys, backups, the log, and long work that ended badly. Each is asked with reason.

The long ones run in a worker and say how far they are by `report(step, done, total)`.
"""

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from nuanliu.access.permissions import ADMINISTRATORS
from nuanliu.access.queries import actor_of_post
from nuanliu.audit import queries as log
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.audit.queries import Verification
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import vault
from nuanliu.base.crypto.configuration import configuration
from nuanliu.base.crypto.resealing import standing
from nuanliu.base.jobs import queue_again, take_back
from nuanliu.base.jobs.states import TRANSITIONS, JobState
from nuanliu.base.models import JobRun
from nuanliu.base.postgres import PostgresError
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.operations import backups, resealing
from nuanliu.operations.permissions import POLICY, WORK
from nuanliu.operations.sealed_places import columns

KEYS, LOG = ("operations.keys", "ring"), ("operations.log", "audit")
BACKUP = "operations.backup"

type Report = Callable[[str, int, int], None]


@audited
def add_data_key(*, reason: str, by: Actor) -> int:
    """Add a data key, which seals from now on; the number of it. What older keys sealed stays readable by them.

    The ring is a file: should the transaction fail after it is written, a key too many harms nothing.
    """
    POLICY.require(by, "rotate_keys")
    _require_reason(reason)
    key = vault().file.add_data_key(configuration().cipher)
    record(by, KEYS, after={"key": key.number, "cipher": key.algorithm}, reason=reason)
    return key.number


@audited
def reseal(*, reason: str, by: Actor, report: Report) -> dict[str, int]:
    """Put everything that is sealed under the present key, batch by batch; how many values of each place were not.

    Each batch is committed at once, by the owner's role: a cut loses one, and asked again it goes on from there.
    Refused `operations.rows_held` when others hold the last rows of a column for more than a minute.
    """
    POLICY.require(by, "rotate_keys")
    _require_reason(reason)
    total = sum(standing(column).stale for column in columns())
    done: dict[str, int] = {}
    try:
        for place, count in resealing.reseal_all():
            done[place] = done.get(place, 0) + count
            report("resealing", sum(done.values()), max(total, sum(done.values())))
    except TimeoutError:
        raise Refused("operations.rows_held", "有数据行正被他人占用，其余已换密。请稍后重新执行。") from None
    record(by, KEYS, after={"resealed": done}, reason=reason)
    return done


@audited
def count_sealed(*, by: Actor, report: Report) -> dict[str, dict[int, int]]:
    """Count what lies under which key, everywhere; the log keeps the figures for the page."""
    POLICY.require(by, "rotate_keys")
    report("counting", 0, 0)
    found = resealing.counted()
    by_place = {
        place: {str(number): count for number, count in under.items()} for place, under in found.items()
    }
    record(by, KEYS, after={"counted": by_place})
    return found


@audited
def make_backup(*, reason: str, by: Actor, report: Report) -> backups.Backup:
    """Back up database and files while everybody works, and verify the copy. Refused `operations.own_server` for a
    database that its own administrator keeps."""
    POLICY.require(by, "back_up")
    _require_embedded()
    report("copying", 0, 0)
    made = backups.make(made_by=by.user_name)
    record(by, (BACKUP, made.name), after={"bytes": made.size_bytes}, reason=reason)
    return made


@audited
def check_backup(name: str, *, by: Actor, report: Report) -> bool:
    """Read every file of a backup; whether all are as they were written. Refused `operations.no_backup`."""
    POLICY.require(by, "back_up")
    backup = _backup(name)
    report("reading", 0, 0)
    sound = backups.check(backup, checked_by=by.user_name)
    record(by, (BACKUP, name), after={"sound": sound})
    return sound


@audited
def rehearse_restore(name: str, *, by: Actor, report: Report) -> backups.Backup:
    """Restore a backup into a throw-away installation and prove it there; the running one is not touched.

    Refused `operations.no_backup`, `operations.no_room`, `operations.not_sound` with what failed.
    """
    POLICY.require(by, "back_up")
    _require_embedded()
    backup = _backup(name)
    report("restoring", 0, 0)
    try:
        backups.rehearse(backup, rehearsed_by=by.user_name)
    except (backups.NotSoundError, PostgresError) as fault:
        raise Refused("operations.not_sound", f"备份 {name} 不能恢复：{fault}。请立即重新备份。") from None
    record(by, (BACKUP, name), after={"rehearsed": True})
    return backup


@audited
def verify_log(*, by: Actor, report: Report) -> Verification:
    """Prove every audit row and every signed head; what was found stands in the log itself."""
    POLICY.require(by, "verify_log")
    report("proving", 0, 0)
    found = log.verify()
    broken = found.first_broken
    told = {"ok": found.ok, "entries": found.entries, "heads": found.heads}
    record(by, LOG, after={**told, "first_broken": str(broken)} if broken else told)
    return found


@audited
def repeat_job(job: JobRun, *, by: Actor) -> JobRun:
    """Queue failed or refused work again, as the post that asked for it; twice is once.

    Refused: `permission.denied` where it is another's and one is no administrator, `job.not_repeatable` in any other
    state, `job.forgotten` where the queue no longer knows its arguments, `access.no_post` where the post has ended.
    """
    job = _own_work(job, "repeat_job", by)
    if job.state == JobState.ASKED:
        unchanged()
        return job
    refuse_if(
        JobState.ASKED not in TRANSITIONS[job.state],
        "job.not_repeatable",
        "只有失败或被拒绝的任务可以重新执行。",
    )
    actor_of_post(job.user_id, job.post_id, timezone.localdate())
    before = job.state
    refuse_if(not queue_again(job), "job.forgotten", "队列中已无此任务的参数，请回到原页面重新提出。")
    record(by, job, before={"state": before}, after={"state": job.state, "kind": job.kind})
    return job


@audited
def cancel_job(job: JobRun, *, by: Actor) -> JobRun:
    """Take back work that has not begun; twice is once. Refused as `repeat_job`, and `job.begun` once it runs."""
    job = _own_work(job, "cancel_job", by)
    if job.state == JobState.CANCELLED:
        unchanged()
        return job
    refuse_if(
        JobState.CANCELLED not in TRANSITIONS[job.state], "job.begun", "任务已开始或已结束，不能再撤回。"
    )
    take_back(job)
    record(by, job, before={"state": JobState.ASKED}, after={"state": job.state, "kind": job.kind})
    return job


def _own_work(job: JobRun, act: str, by: Actor) -> JobRun:
    job = JobRun.objects.select_for_update().get(pk=job.pk)
    WORK.require(by, act, job)
    own = by.user_id == job.user_id or by.role in ADMINISTRATORS
    refuse_if(not own, "permission.denied", "只能处理自己提出的任务；他人的任务由管理员处理。")
    return job


def _backup(name: str) -> backups.Backup:
    found = backups.named(name)
    if found is None:
        raise Refused("operations.no_backup", f"没有名为 {name} 的备份。")
    return found


def _require_embedded() -> None:
    refuse_if(
        not backups.is_embedded(),
        "operations.own_server",
        "数据库由独立服务器承载，请由其管理员备份与恢复。",
    )


def _require_reason(reason: Any) -> None:
    refuse_if(not str(reason).strip(), "operations.reason_missing", "此项操作必须说明原因。")
