"""Long work upon the installation: thin, by names; the actions do the work."""

from procrastinate.contrib.django import app

from nuanliu.base.actor import Actor
from nuanliu.base.jobs import Progress, run
from nuanliu.operations import actions


@app.task(name="operations.reseal")
def reseal(*, job_id: str, post_id: str, user_id: str, reason: str) -> None:
    """Put everything under the present key, and count what lies under which."""

    def work(by: Actor, progress: Progress) -> str:
        done = actions.reseal(reason=reason, by=by, report=progress.report)
        actions.count_sealed(by=by, report=progress.report)
        return f"共换密 {sum(done.values())} 项。"

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="operations.count_sealed")
def count_sealed(*, job_id: str, post_id: str, user_id: str) -> None:
    """Count what lies under which key."""

    def work(by: Actor, progress: Progress) -> None:
        actions.count_sealed(by=by, report=progress.report)

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="operations.make_backup")
def make_backup(*, job_id: str, post_id: str, user_id: str, reason: str) -> None:
    """Back up database and files."""

    def work(by: Actor, progress: Progress) -> str:
        return f"备份 {actions.make_backup(reason=reason, by=by, report=progress.report).name} 已完成并校验。"

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="operations.check_backup")
def check_backup(*, job_id: str, post_id: str, user_id: str, name: str) -> None:
    """Read every file of a backup."""

    def work(by: Actor, progress: Progress) -> str:
        sound = actions.check_backup(name, by=by, report=progress.report)
        return f"备份 {name} 完好。" if sound else f"备份 {name} 已损坏，不能用于恢复。请立即重新备份。"

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="operations.rehearse_restore")
def rehearse_restore(*, job_id: str, post_id: str, user_id: str, name: str) -> None:
    """Restore a backup into a throw-away installation and prove it there."""

    def work(by: Actor, progress: Progress) -> str:
        actions.rehearse_restore(name, by=by, report=progress.report)
        return f"备份 {name} 可以恢复：表结构、角色与审计链均已核验。"

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)


@app.task(name="operations.verify_log")
def verify_log(*, job_id: str, post_id: str, user_id: str) -> None:
    """Prove the whole log."""

    def work(by: Actor, progress: Progress) -> str:
        found = actions.verify_log(by=by, report=progress.report)
        return str(found.first_broken) if found.first_broken else f"{found.entries} 条审计记录均未被改动。"

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)
