"""One's own notices. The policy of the table shows nobody another's."""

from django.db.models import QuerySet

from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of
from nuanliu.desk.models import Notice

# The bell asks on every page.
UNSEEN = "SELECT count(*) FROM desk_notice WHERE user_id = %s AND seen_at IS NULL"


def notices_of(by: Actor) -> QuerySet[Notice]:
    """An actor's notices, whatever post they were for."""
    return Notice.objects.filter(user_id=by.user_id)


def unseen_count(by: Actor) -> int:
    """How many of them are new."""
    ((count,),) = rows_of(UNSEEN, [by.user_id])
    return int(count)
