"""What the screens remember of a person: nothing of the trade."""

from django.db import models

from nuanliu.access.models import User
from nuanliu.base.models import Keyed, Recorded


class SavedView(Keyed, Recorded):
    """A list with filters, columns and order under a name of one's own; only its owner sees it."""

    user = models.ForeignKey(User, models.PROTECT)
    listing = models.CharField(max_length=40)
    address = models.CharField(max_length=200)
    title = models.CharField(max_length=40)
    query = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "address", "title"], name="web_view_named_once")
        ]

    def __str__(self) -> str:
        return self.title
