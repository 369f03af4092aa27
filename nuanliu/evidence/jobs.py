"""Each night: requested files whose term is over leave the disk."""

from django.utils import timezone
from procrastinate.contrib.django import app

from nuanliu.base.scope import Scope, scoped
from nuanliu.evidence.actions import expire_file
from nuanliu.evidence.queries import expired_requests


@app.periodic(cron="20 2 * * *")
@app.task(name="evidence.expire_files", queueing_lock="evidence.expire_files", pass_context=False)
def expire_files(timestamp: int) -> None:
    """End every request whose last day has passed, in all unions."""
    today = timezone.localdate()
    with scoped(Scope.for_path("/")):
        for request in expired_requests(today):
            expire_file(request, on=today)
