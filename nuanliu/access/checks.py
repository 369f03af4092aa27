"""What must hold of accounts before a server starts."""

from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import DatabaseError

DEMONSTRATION_ACCOUNTS = "access.E001"


@register(Tags.security, Tags.database)
def no_demonstration_accounts(
    app_configs: Any, databases: Sequence[str] | None = None, **kwargs: Any
) -> list[CheckMessage]:
    """A production server refuses to start while accounts exist whose password is printed in the manual."""
    from nuanliu.access.models import User

    if settings.NUANLIU_DEMONSTRATION or "default" not in (databases or ()):
        return []
    try:
        accounts = User.objects.filter(is_demonstration=True).count()
    except DatabaseError:  # before the first migration there are no accounts at all
        return []
    if not accounts:
        return []
    hint = "Use a database that never was a demonstration, or set NUANLIU_DEMONSTRATION=yes."
    return [Error(f"{accounts} demonstration accounts exist.", hint=hint, id=DEMONSTRATION_ACCOUNTS)]
