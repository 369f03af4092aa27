"""Archive evidence, and lead requested files through their life."""

from datetime import date, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base import crypto
from nuanliu.base.actor import Actor
from nuanliu.base.crypto.vault import FILE_LIMIT_BYTES
from nuanliu.evidence import storage
from nuanliu.evidence.models import EvidenceFile, FileRequest
from nuanliu.evidence.permissions import POLICY
from nuanliu.evidence.queries import CONTENT, file_by_digest, known_storage_names
from nuanliu.evidence.states import TRANSITIONS, RequestState
from nuanliu.kernel.errors import Refused, refuse_if

# Longer than any transaction lasts: what is younger may belong to a row not yet committed.
ORPHAN_AGE = timedelta(days=1)


@audited
def archive(
    content: bytes,
    *,
    name: str,
    kind: str,
    media_type: str,
    organization_path: str,
    organization_id: UUID,
    by: Actor,
    retain_until: date | None = None,
) -> EvidenceFile:
    """Keep a file as received or made (S2 Art. 11: 存档备查).

    The same content, kind and organization is the same row: a second call returns it. The content is durable on
    disk, sealed, before the row is written. Refused `evidence.too_large` above 50 MB.
    """
    digest = sha256(content).digest()
    file = EvidenceFile(
        organization_id=organization_id,
        organization_path=organization_path,
        kind=kind,
        name=_last_part(name),
        media_type=media_type,
        size_bytes=len(content),
        sha256=digest,
        storage_name=storage.fresh_name(digest),
        retain_until=retain_until,
        uploaded_by_id=by.user_id,
    )
    POLICY.require(by, "archive", file)
    refuse_if(len(content) > FILE_LIMIT_BYTES, "evidence.too_large", "文件超过 50 MB，请分成几个文件后再归档")
    kept = _keep_once(file, content)
    if kept.id != file.id:
        unchanged()
    else:
        record(by, kept, after=_archived(kept))
    return kept


@audited
def ask_file(
    *,
    kind: str,
    parameters: dict[str, Any],
    organization_id: UUID,
    organization_path: str,
    by: Actor,
    reason: str = "",
) -> FileRequest:
    """Ask for a big file to be made; a job makes it. `parameters` hold no personal data."""
    request = FileRequest(
        kind=kind,
        parameters=parameters,
        organization_id=organization_id,
        organization_path=organization_path,
        reason=reason,
        requested_by_id=by.user_id,
        post_id=by.post_id,
    )
    POLICY.require(by, "ask", request)
    request.save(force_insert=True)
    record(by, request, after={"kind": kind, "state": request.state}, reason=reason)
    return request


@audited
def start_file(request: FileRequest, *, by: Actor) -> FileRequest:
    """The job has begun. A job that was killed begins again: no change then."""
    return _moved(request, RequestState.RUNNING, by=by)


@audited
def finish_file(
    request: FileRequest,
    content: bytes,
    *,
    name: str,
    media_type: str,
    by: Actor,
    expires_on: date | None = None,
) -> FileRequest:
    """The file is made: archive its content, bind it to the request."""
    locked = _locked(request, by, "run")
    if locked.state == RequestState.READY:
        unchanged()
        return locked
    _check_move(locked, RequestState.READY)
    locked.file = archive(
        content,
        name=name,
        kind=_requested(locked.kind),
        media_type=media_type,
        organization_path=locked.organization_path,
        organization_id=locked.organization_id,
        by=by,
        retain_until=expires_on,
    )
    locked.expires_on = expires_on
    return _save_move(locked, RequestState.READY, by=by)


@audited
def fail_file(request: FileRequest, *, message: str, by: Actor) -> FileRequest:
    """The file could not be made; `message` tells people why, without personal data."""
    refuse_if(not message.strip(), "evidence.reason_missing", "请写明文件为何未能生成")
    request.message = message
    return _moved(request, RequestState.FAILED, by=by, message=message)


@audited
def take_file(request: FileRequest, *, by: Actor) -> FileRequest:
    """Somebody takes the made file away: a row in the log each time. Refused `evidence.request_state` unless ready."""
    POLICY.require(by, "read", request)
    ready = request.state == RequestState.READY
    refuse_if(not ready, "evidence.request_state", f"文件申请现为“{request.state}”，没有可以下载的文件")
    record(by, request, after={"file": request.file_id})
    return request


@audited
def take_evidence(file: EvidenceFile, *, by: Actor) -> EvidenceFile:
    """Somebody takes an archived file away, such as signed minutes: a row in the log each time."""
    POLICY.require(by, "read", file)
    record(by, file, after={"kind": file.kind, "sha256": bytes(file.sha256).hex()})
    return file


@audited
def expire_file(request: FileRequest, *, on: date) -> FileRequest:
    """The installation ends a request whose term is over on this day; the content leaves the disk."""
    locked = FileRequest.objects.select_for_update().get(pk=request.pk)
    if locked.state == RequestState.DELETED:
        unchanged()
        return locked
    over = locked.expires_on is not None and locked.expires_on < on
    refuse_if(not over, "evidence.not_expired", "文件的保存期限未到，不能按到期删除")
    _check_move(locked, RequestState.DELETED)
    _discard(locked)
    return _save_move(locked, RequestState.DELETED, by=None)


@audited
def ask_again(request: FileRequest, *, by: Actor) -> FileRequest:
    """Put a failed request before the job once more."""
    return _moved(request, RequestState.ASKED, by=by, act="ask", message="")


@audited
def delete_file(request: FileRequest, *, by: Actor, reason: str = "") -> FileRequest:
    """End a request; its content leaves the disk, its row and digest stay as proof that it was there."""
    locked = _locked(request, by, "delete")
    if locked.state == RequestState.DELETED:
        unchanged()
        return locked
    _check_move(locked, RequestState.DELETED)
    _discard(locked)
    return _save_move(locked, RequestState.DELETED, by=by, reason=reason)


@audited
def sweep_orphans(*, by: Actor, older_than: timedelta = ORPHAN_AGE) -> int:
    """Remove contents on disk that no row points at: drafts of killed writers, files of rolled-back archives."""
    POLICY.require(by, "sweep")
    paths = list(storage.settled(older_than))
    known = known_storage_names(path.name for path in paths)
    orphans = [path for path in paths if path.name not in known]
    for path in orphans:
        path.unlink(missing_ok=True)
    if orphans:
        record(by, ("evidence.storage", "orphans"), after={"removed": len(orphans)})
    else:
        unchanged()
    return len(orphans)


def _keep_once(file: EvidenceFile, content: bytes) -> EvidenceFile:
    known = _twin(file)
    if known is None:
        _store(file, content)
        # Another writer of the same content may be first: then this insert does nothing.
        EvidenceFile.objects.bulk_create([file], ignore_conflicts=True)
        known = _twin(file)
        if known is None:
            raise Refused("evidence.not_written", "文件未能归档，请重试")
        if known.id != file.id:
            storage.discard(file.storage_name)
    elif not storage.holds(known.storage_name):
        _store(known, content)
    return known


def _twin(file: EvidenceFile) -> EvidenceFile | None:
    return file_by_digest(bytes(file.sha256), kind=file.kind, organization_id=file.organization_id)


def _store(file: EvidenceFile, content: bytes) -> None:
    storage.put(file.storage_name, crypto.seal_bytes(content, place=CONTENT, row_key=file.id))


def _moved(
    request: FileRequest, state: RequestState, *, by: Actor, act: str = "run", message: str | None = None
) -> FileRequest:
    locked = _locked(request, by, act)
    if locked.state == state:
        unchanged()
        return locked
    _check_move(locked, state)
    if message is not None:
        locked.message = message
    return _save_move(locked, state, by=by)


def _locked(request: FileRequest, by: Actor, act: str) -> FileRequest:
    locked = FileRequest.objects.select_for_update().get(pk=request.pk)
    POLICY.require(by, act, locked)
    return locked


def _check_move(request: FileRequest, state: RequestState) -> None:
    allowed = state in TRANSITIONS[RequestState(request.state)]
    refuse_if(not allowed, "evidence.request_state", f"文件申请现为“{request.state}”，不能变为“{state}”")


def _save_move(
    request: FileRequest, state: RequestState, *, by: Actor | None, reason: str = ""
) -> FileRequest:
    before, request.state = {"state": request.state}, state
    request.save(update_fields=["state", "file", "message", "expires_on"])
    record(by, request, before=before, after={"state": state, "file": request.file_id}, reason=reason)
    return request


def _discard(request: FileRequest) -> None:
    if request.file and not _wanted_by_others(request):
        # Before the commit: a rolled-back deletion loses a file that can be made again, never keeps a secret.
        storage.discard(request.file.storage_name)


def _wanted_by_others(request: FileRequest) -> bool:
    sharing = FileRequest.objects.filter(file=request.file, state=RequestState.READY)
    return sharing.exclude(pk=request.pk).exists()


def _requested(kind: str) -> str:
    # A kind of its own: deleting a made file never touches evidence with the same content.
    return f"made:{kind}"[:40]


def _last_part(name: str) -> str:
    # Browsers of offices send whole paths, with either slash.
    return name.replace("\\", "/").rsplit("/", 1)[-1][-255:]


def _archived(file: EvidenceFile) -> dict[str, object]:
    return {"kind": file.kind, "size_bytes": file.size_bytes, "sha256": file.sha256.hex()}
