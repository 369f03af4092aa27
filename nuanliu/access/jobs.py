"""Once an hour what has run out is swept."""

from django.contrib.sessions.models import Session
from django.utils import timezone
from procrastinate.contrib.django import app

from nuanliu.access.models import KeptForm


@app.periodic(cron="17 * * * *")
@app.task(name="access.sweep", queueing_lock="access.sweep", pass_context=False)
def sweep_every_hour(timestamp: int) -> None:
    """Remove ended sessions and kept forms that nobody came back for."""
    sweep()


def sweep() -> None:
    """Remove what has run out by now; whoever calls it needs no scope."""
    now = timezone.now()
    KeptForm.objects.filter(expires_at__lt=now).delete()
    Session.objects.filter(expire_date__lt=now).delete()
