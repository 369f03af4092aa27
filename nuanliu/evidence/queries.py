"""What is archived, and the content of it."""

from collections.abc import Iterable
from datetime import date
from hashlib import sha256
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from nuanliu.base import crypto
from nuanliu.evidence import storage
from nuanliu.evidence.models import EvidenceFile, FileRequest
from nuanliu.evidence.states import RequestState

CONTENT = crypto.Place("evidence_evidencefile", "content")


class ContentGoneError(LookupError):
    """The row is there, its content is not: deleted after its term, or lost."""


class ContentDamagedError(Exception):
    """What lies on disk is not what was archived."""


def content_of(file: EvidenceFile) -> bytes:
    """The content as received, proved by its SHA-256. ContentGoneError or ContentDamagedError otherwise."""
    try:
        sealed = storage.get(file.storage_name)
    except FileNotFoundError:
        raise ContentGoneError(f"文件内容已不在：{file.id}") from None
    try:
        content = crypto.open_bytes(sealed, place=CONTENT, row_key=file.id)
    except crypto.SealBroken:
        raise ContentDamagedError(f"文件内容被改动：{file.id}") from None
    if sha256(content).digest() != bytes(file.sha256):
        raise ContentDamagedError(f"文件内容与摘要不符：{file.id}")
    return content


def file_by_digest(digest: bytes, *, kind: str, organization_id: UUID) -> EvidenceFile | None:
    """The one archived file with this content, kind and organization."""
    found = EvidenceFile.objects.filter(sha256=digest, kind=kind, organization_id=organization_id)
    return found.first()


def files_of(organization_path: str, *, kind: str = "") -> QuerySet[EvidenceFile]:
    """Files of an organization itself, newest first."""
    files = EvidenceFile.objects.filter(organization_path=organization_path).order_by("-id")
    return files.filter(kind=kind) if kind else files


def requests_of(user_id: UUID) -> QuerySet[FileRequest]:
    """What a user has asked for, newest first."""
    return FileRequest.objects.filter(requested_by_id=user_id).order_by("-id")


def expired_requests(on: date) -> QuerySet[FileRequest]:
    """Files whose term has ended before this day and which are still there."""
    return FileRequest.objects.filter(state=RequestState.READY, expires_on__lt=on).order_by("id")


def known_storage_names(names: Iterable[str]) -> set[str]:
    """Those of the names that some organization's file lies under; looks past the scope, tells nothing else."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT evidence_known_storage_names(%s)", [list(names)])
        return {row[0] for row in cursor.fetchall()}
