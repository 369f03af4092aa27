"""Forms that would have been lost: kept sealed for their owner in the same browser, taken once, swept after hours."""

import json
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.utils import timezone

from nuanliu.access.models import KeptForm
from nuanliu.access.queries import kept_forms, seen_by
from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base import crypto
from nuanliu.base.actor import Actor
from nuanliu.base.keys import uuid7
from nuanliu.kernel.errors import Refused

PLACE = crypto.Place("access_keptform", "body_sealed")
KEPT_HOURS = 4
# Of one browser; who sends more has something else in mind.
KEPT_AT_MOST = 20


@audited
def keep_form(
    user_id: UUID, *, browser: str, address: str, body: dict[str, Any], by: Actor | None
) -> KeptForm:
    """Keep what was sent to `address` (`fields` and `files`) for this user in the browser that knows a token.

    Of one browser the latest twenty are kept.
    """
    key = uuid7()
    with seen_by(user_id):
        kept = KeptForm.objects.create(
            id=key,
            user_id=user_id,
            browser_digest=sha256(browser.encode()).digest(),
            address=address,
            body_sealed=crypto.seal_bytes(json.dumps(body).encode(), place=PLACE, row_key=key),
            field_count=len(body["fields"]),
            file_count=len(body["files"]),
            expires_at=timezone.now() + timedelta(hours=KEPT_HOURS),
        )
        older = kept_forms(user_id, browser)[KEPT_AT_MOST:]
        KeptForm.objects.filter(pk__in=[one.pk for one in older]).delete()
        record(by, kept, after={"fields": kept.field_count, "files": kept.file_count})
    return kept


@audited
def take_form(key: UUID, *, user_id: UUID, browser: str, address: str, by: Actor | None) -> dict[str, Any]:
    """Hand a kept form to the act that it was meant for; it is kept no longer. Refused: `access.nothing_kept`."""
    with seen_by(user_id):
        kept = next((one for one in kept_forms(user_id, browser) if one.pk == key), None)
        if kept is None or kept.address != address:
            raise Refused(
                "access.nothing_kept", "所保留的填写内容已过期或已办理。请先查看办理结果，必要时重新填写。"
            )
        body: dict[str, Any] = json.loads(crypto.open_bytes(kept.body_sealed, place=PLACE, row_key=kept.pk))
        record(by, kept, after={"taken": True})
        kept.delete()
    return body


@audited
def drop_form(key: UUID, *, user_id: UUID, browser: str, by: Actor | None) -> None:
    """Throw a kept form away, as its owner asks."""
    with seen_by(user_id):
        kept = next((one for one in kept_forms(user_id, browser) if one.pk == key), None)
        if kept is None:
            unchanged()
            return
        record(by, kept, after={"dropped": True})
        kept.delete()
