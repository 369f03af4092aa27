"""Work whose worker died is given to another: Procrastinate knows by the heartbeat."""

from procrastinate.contrib.django import app

SILENT_SECONDS = 30


@app.periodic(cron="* * * * *")
@app.task(name="base.rescue_stalled", queueing_lock="base.rescue_stalled", pass_context=False)
async def rescue_stalled(timestamp: int) -> None:
    """Queue again what was under way in a worker that has been silent for half a minute."""
    for job in await app.job_manager.get_stalled_jobs(seconds_since_heartbeat=SILENT_SECONDS):
        await app.job_manager.retry_job(job)
