"""Putting aside what one has read."""

from django.utils import timezone

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.desk.models import Notice
from nuanliu.desk.permissions import POLICY


@audited
def put_aside(keys: list[int] | None = None, *, by: Actor) -> int:
    """Mark one's notices as seen, those with these numbers or all; how many were new. Others' are never touched."""
    POLICY.require(by, "put_aside")
    fresh = Notice.objects.filter(user_id=by.user_id, seen_at=None)
    if keys is not None:
        fresh = fresh.filter(pk__in=keys)
    count = fresh.update(seen_at=timezone.now())
    if count:
        record(by, ("desk.notices", by.user_id), after={"seen": count})
    else:
        unchanged()
    return count
