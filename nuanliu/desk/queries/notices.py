"""One's own notices. The policy of the table shows nobody another's."""

from django.db.models import QuerySet

from nuanliu.base.actor import Actor
from nuanliu.desk.models import Notice


def notices_of(by: Actor) -> QuerySet[Notice]:
    """An actor's notices, whatever post they were for."""
    return Notice.objects.filter(user_id=by.user_id)


def unseen_count(by: Actor) -> int:
    """How many of them are new."""
    return notices_of(by).filter(seen_at=None).count()
