from uuid import UUID

from django.apps import AppConfig
from django.utils import timezone

from nuanliu.base.actor import Actor


class AccessConfig(AppConfig):
    name = "nuanliu.access"
    label = "access"

    def ready(self) -> None:
        from nuanliu.access import (
            checks,  # noqa: F401  registers them
            sessions,  # noqa: F401  hears of sign-ins
        )
        from nuanliu.base.jobs import resolve_actor_with

        resolve_actor_with(actor_today)


def actor_today(post_id: UUID, user_id: UUID) -> Actor | None:
    """Who a job acts as: the post that asked, if its holder still holds it."""
    from nuanliu.access.queries import actor_of_post
    from nuanliu.kernel.errors import Refused

    try:
        return actor_of_post(user_id, post_id, timezone.localdate())
    except Refused:
        return None
