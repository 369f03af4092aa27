"""Every minute a signed head."""

from procrastinate.contrib.django import app

from nuanliu.audit.actions import seal_head


@app.periodic(cron="* * * * *")
@app.task(name="audit.seal_head", queueing_lock="audit.seal_head", pass_context=False)
def seal_head_every_minute(timestamp: int) -> None:
    """Sign a head over what was done since the last one; `timestamp` is the minute it is due."""
    seal_head()
