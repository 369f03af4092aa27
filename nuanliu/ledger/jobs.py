"""Reservations that nobody settled come back after a time."""

from datetime import date

from procrastinate.contrib.django import app

from nuanliu.base.actor import Actor
from nuanliu.base.jobs import Progress, run
from nuanliu.ledger.actions import expire_reservations


@app.task(name="ledger.expire_reservations", pass_context=False)
def expire_reservations_job(
    job_id: str, post_id: str, user_id: str, *, on: str, older_than_days: int
) -> None:
    """Expire what is older, as the post that asked; `on` is the business date in ISO form."""

    def work(actor: Actor, progress: Progress) -> None:
        expire_reservations(on=date.fromisoformat(on), older_than_days=older_than_days, by=actor)

    run(work, job_id=job_id, post_id=post_id, user_id=user_id)
