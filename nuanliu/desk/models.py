"""What the workbench reads instead of the stream: counts kept beside the awards, and what happened to one's things."""

from django.db import models
from django.db.models import F, Index, Q

from nuanliu.access.models import User
from nuanliu.base.models import Numbered, OrganizationPathField, Recorded
from nuanliu.programmes.models import Campaign


class Tally(Numbered):
    """By how much one statement changed the awards of one union in one campaign and state: more, or fewer.

    The sum over the rows is how many awards there are. Rows are only added, by the database, so that two lists that
    are accepted at the same time never wait for each other, and nothing stands here that was rolled back. A million
    awards of a thousand unions leave some ten thousand rows; counting the awards would read a gigabyte.
    """

    # Without checks of each row: the rows are made of awards, which have been judged.
    campaign = models.ForeignKey(
        Campaign, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    organization_path = OrganizationPathField()
    state = models.CharField(max_length=10)
    awards = models.IntegerField()
    amount_fen = models.BigIntegerField()

    class Meta:
        indexes = [
            Index(
                fields=["campaign", "organization_path"],
                include=["state", "awards", "amount_fen"],
                name="tally_by_campaign",
            ),
        ]


class Notice(Numbered, Recorded):
    """What somebody else (or a machine) did to something that is one user's concern; only that user sees it.

    Stored, not derived: the log row of a superior's act stands under the superior's union, where the lower one may not
    look, and who is concerned changes when colleagues do. The database writes the notice with the log row itself, so
    no action can forget it.
    """

    user = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    actor_id = models.UUIDField(null=True)
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    title = models.CharField(max_length=200, blank=True)
    outcome = models.CharField(max_length=20, blank=True)
    reason = models.TextField(blank=True)
    seen_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            Index(fields=["user", "-id"], name="notice_by_user"),
            Index(fields=["user"], name="notice_unseen", condition=Q(seen_at=None)),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seen_at=None) | Q(seen_at__gte=F("recorded_at")), name="notice_seen_after"
            )
        ]

    def __str__(self) -> str:
        return self.title
