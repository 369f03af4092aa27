"""Money that a plan set aside and nobody used comes back, but never while a bank may still pay it out."""

from datetime import date

from procrastinate.contrib.django import app

from nuanliu.base.actor import Actor
from nuanliu.base.jobs import Progress, run
from nuanliu.ledger.actions import expire_reservations
from nuanliu.ledger.models import UsePlan
from nuanliu.payments.queries import awards_being_paid


@app.task(name="payments.release_unused")
def release_unused(
    *, job_id: str, post_id: str, user_id: str, plan: str, on: str, older_than_days: int
) -> None:
    """Release what a plan reserved and did not use, sparing awards in payment; `on` is an ISO date."""

    def work(by: Actor, progress: Progress) -> None:
        progress.report("releasing")
        found = UsePlan.objects.get(pk=plan)
        released = expire_reservations(
            found,
            on=date.fromisoformat(on),
            older_than_days=older_than_days,
            by=by,
            spared=awards_being_paid(found.organization_path),
        )
        progress.report("releasing", released.count, released.count)

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)
