"""Who did what to whom, before and after, and why: rows that are only ever added."""

from django.db import models
from django.db.models.functions import Now

from nuanliu.base.models import Keyed, Numbered, OrganizationPathField, Recorded


class AuditEntry(Numbered, Recorded):
    """One public action. Actor and organization are bare keys: this package stands below users and unions.

    `organization_path` is the actor's; '' where the installation itself acts. The database sets number, time and
    digest: the application has no right to write these columns.
    """

    actor_id = models.UUIDField(null=True)
    post_id = models.UUIDField(null=True)
    organization_id = models.UUIDField(null=True)
    organization_path = OrganizationPathField()
    action = models.CharField(max_length=80)
    subject_kind = models.CharField(max_length=40)
    subject_id = models.CharField(max_length=40)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    reason = models.TextField(blank=True)
    digest = models.BinaryField(max_length=32)

    class Meta:
        indexes = [
            models.Index(fields=["subject_kind", "subject_id"], name="audit_entry_subject"),
            models.Index(fields=["organization_path", "-id"], name="audit_entry_path"),
            models.Index(fields=["action", "-id"], name="audit_entry_action"),
            models.Index(fields=["actor_id", "-id"], name="audit_entry_actor"),
            models.Index(fields=["recorded_at"], name="audit_entry_recorded"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.action}"


class AuditHead(Keyed, Recorded):
    """A signed Merkle root (RFC 9162) over the first `size` entries in order of their number."""

    size = models.BigIntegerField(unique=True)
    last_entry_id = models.BigIntegerField()
    root = models.BinaryField(max_length=32)
    peaks = models.BinaryField(
        help_text="roots of the full subtrees, largest first: the next head starts from them"
    )
    sealed_at = models.DateTimeField(db_default=Now())
    signature = models.BinaryField(max_length=64)

    class Meta:
        indexes = [models.Index(fields=["last_entry_id"], name="audit_head_last_entry")]

    def __str__(self) -> str:
        return f"{self.size} entries"


class AuditBlock(Recorded):
    """The root over 1,024 entries in a row, kept so that a proof reads one block and not the whole log.

    Nobody need trust it: a proof that a wrong block went into does not lead to the signed root.
    """

    number = models.BigIntegerField(primary_key=True)
    last_entry_id = models.BigIntegerField()
    root = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"block {self.number}"
