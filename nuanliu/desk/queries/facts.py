"""What those who look after the installation should see: the log's last head, work that failed, posts that wait."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of
from nuanliu.base.scope import Scope
from nuanliu.desk.queries.waiting import FAILED_DAYS


@dataclass(frozen=True, slots=True)
class Facts:
    """The log's last signed head and how many entries it covers; entries of the scope
    since then; failed and open work."""

    sealed_at: datetime | None
    sealed_entries: int
    entries_unsealed: int
    jobs_failed: int
    jobs_open: int
    posts_unconfirmed: int


FACTS = """
SELECT (SELECT sealed_at FROM audit_audithead ORDER BY size DESC LIMIT 1),
       coalesce((SELECT max(size) FROM audit_audithead), 0),
       (SELECT count(*) FROM audit_auditentry
        WHERE organization_path >= %(low)s AND organization_path < %(high)s
          AND id > coalesce((SELECT max(last_entry_id) FROM audit_audithead), 0)),
       (SELECT count(*) FROM base_jobrun WHERE organization_path >= %(low)s AND organization_path < %(high)s
          AND state = 'failed' AND ended_at >= %(since)s),
       (SELECT count(*) FROM base_jobrun WHERE organization_path >= %(low)s AND organization_path < %(high)s
          AND state IN ('asked', 'running')),
       (SELECT count(*) FROM access_post WHERE organization_path >= %(low)s AND organization_path < %(high)s
          AND granted_by_id IS NOT NULL AND confirmed_by_id IS NULL AND ended_by_id IS NULL)
"""


def facts_of(by: Actor) -> Facts:
    """The state of the installation as far as the actor's scope sees it."""
    scope = Scope.for_path(by.organization_path)
    wanted = {
        "low": scope.path_low,
        "high": scope.path_high,
        "since": timezone.now() - timedelta(days=FAILED_DAYS),
    }
    return Facts(*rows_of(FACTS, wanted)[0])
