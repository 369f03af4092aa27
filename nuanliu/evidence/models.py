"""Files that prove something, and files that somebody asked for."""

from django.db import models

from nuanliu.access.models import User
from nuanliu.base.models import Keyed, OrganizationPathField, Recorded
from nuanliu.evidence.states import RequestState
from nuanliu.organizations.models import Organization


class EvidenceFile(Keyed, Recorded):
    """A file as received or made, encrypted on disk, known by the SHA-256 of its content. Never changed."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    kind = models.CharField(max_length=40)
    name = models.CharField(max_length=255)
    media_type = models.CharField(max_length=120)
    size_bytes = models.BigIntegerField()
    sha256 = models.BinaryField(max_length=32)
    storage_name = models.CharField(max_length=100, unique=True)
    retain_until = models.DateField(null=True)
    uploaded_by = models.ForeignKey(User, models.PROTECT, null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind", "sha256"], name="evidence_file_once"),
            models.CheckConstraint(condition=models.Q(size_bytes__gte=0), name="evidence_file_size"),
            models.CheckConstraint(
                condition=~models.Q(name="") & ~models.Q(kind=""), name="evidence_file_named"
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FileRequest(Keyed, Recorded):
    """A big file with a life: asked, running, ready or failed, deleted; who asked, why, until when."""

    organization = models.ForeignKey(Organization, models.PROTECT)
    organization_path = OrganizationPathField()
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict)
    reason = models.TextField(blank=True)
    state = models.CharField(max_length=12, choices=RequestState.choices, default=RequestState.ASKED)
    requested_by = models.ForeignKey(User, models.PROTECT)
    post_id = models.UUIDField(null=True)
    file = models.ForeignKey(EvidenceFile, models.PROTECT, null=True)
    message = models.TextField(blank=True)
    expires_on = models.DateField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(state=RequestState.READY) | models.Q(file__isnull=False),
                name="evidence_request_ready_has_file",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=RequestState.FAILED) | ~models.Q(message=""),
                name="evidence_request_failure_told",
            ),
        ]
