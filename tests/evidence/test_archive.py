"""Files are kept once, sealed, durable before their row, and never changed."""

import os
import threading
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from nuanliu.audit.models import AuditEntry
from nuanliu.base.scope import Scope, scoped
from nuanliu.evidence import actions, storage
from nuanliu.evidence.actions import sweep_orphans
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import (
    ContentDamagedError,
    ContentGoneError,
    content_of,
    file_by_digest,
    files_of,
)
from nuanliu.kernel.errors import Refused
from tests.evidence.conftest import JIADING, SHANGHAI, new_actor

CONTENT = "姓名,身份证号\n张三,11010519491231002X\n".encode()


def stored(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def path_of(folder: Path, file: EvidenceFile) -> Path:
    return folder / "evidence" / file.storage_name[:2] / file.storage_name


def test_what_was_archived_comes_back(clerk, keep):
    file = keep(CONTENT, by=clerk, name="C:\\桌面\\名册.xlsx")
    assert content_of(EvidenceFile.objects.get(pk=file.pk)) == CONTENT
    assert (file.name, file.size_bytes, file.uploaded_by_id) == ("名册.xlsx", len(CONTENT), clerk.user_id)
    assert list(files_of(clerk.organization_path, kind="roster")) == [file]


def test_nothing_readable_lies_on_disk_and_nobody_else_may_look(clerk, keep, folder):
    file = keep(CONTENT, by=clerk)
    (path,) = stored(folder)
    sealed = path.read_bytes()
    assert path == path_of(folder, file)
    assert not any(part.encode() in sealed for part in ("11010519491231002X", "张三"))
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700
    assert bytes(file.sha256).hex() not in path.name


def test_the_same_content_is_one_file_and_one_audit_row(clerk, keep, folder):
    first = keep(CONTENT, by=clerk)
    assert keep(CONTENT, by=clerk, name="另一名称.xlsx") == first
    assert (len(stored(folder)), EvidenceFile.objects.count()) == (1, 1)
    assert AuditEntry.objects.filter(action="evidence.archive").count() == 1
    assert file_by_digest(first.sha256, kind="roster", organization_id=clerk.organization_id) == first


def test_another_kind_or_union_keeps_its_own(clerk, outsider, keep, folder):
    files = [keep(CONTENT, by=clerk), keep(CONTENT, by=clerk, kind="receipt"), keep(CONTENT, by=outsider)]
    assert len({file.pk for file in files}) == len({file.storage_name for file in files}) == 3
    assert [content_of(file) for file in files] == [CONTENT] * 3


def test_others_see_neither_row_nor_digest(clerk, outsider, keep):
    keep(CONTENT, by=clerk)
    with scoped(Scope.for_path(outsider.organization_path)):
        assert not EvidenceFile.objects.exists()
    with pytest.raises(Refused, match=r"permission\.denied"):
        archive_for(clerk, by=outsider)


@pytest.mark.parametrize("damage", ["flip", "cut", "swap"])
def test_a_changed_file_is_noticed(clerk, keep, folder, damage):
    file, other = keep(CONTENT, by=clerk), keep(CONTENT + b"!", by=clerk)
    path, content = path_of(folder, file), path_of(folder, file).read_bytes()
    changed = {
        "flip": content[:-1] + bytes([content[-1] ^ 1]),
        "cut": content[:20],
        "swap": path_of(folder, other).read_bytes(),
    }
    path.write_bytes(changed[damage])
    with pytest.raises(ContentDamagedError):
        content_of(file)


def test_a_lost_content_is_told_and_put_back_by_archiving_again(clerk, keep, folder):
    file = keep(CONTENT, by=clerk)
    path_of(folder, file).unlink()
    with pytest.raises(ContentGoneError):
        content_of(file)
    assert keep(CONTENT, by=clerk) == file
    assert content_of(file) == CONTENT


def test_too_large_a_file_is_refused_with_a_word(clerk, keep, monkeypatch, folder):
    monkeypatch.setattr(actions, "FILE_LIMIT_BYTES", 10)
    with pytest.raises(Refused, match=r"evidence\.too_large"):
        keep(CONTENT, by=clerk)
    assert stored(folder) == []


@pytest.mark.parametrize("change", [
    "UPDATE evidence_evidencefile SET sha256 = decode(repeat('00', 32), 'hex')",
    "UPDATE evidence_evidencefile SET retain_until = NULL",
    "DELETE FROM evidence_evidencefile",
    "TRUNCATE evidence_evidencefile CASCADE",
])  # fmt: skip
def test_the_row_never_changes(clerk, keep, raw_sql, change):
    keep(CONTENT, by=clerk)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        raw_sql(change)


def test_the_row_comes_after_the_durable_file(clerk, keep, monkeypatch, folder):
    synced = []
    monkeypatch.setattr(os, "fsync", lambda handle: synced.append(Path(f"/proc/self/fd/{handle}").resolve()))
    monkeypatch.setattr(actions, "record", lambda *_, **__: pytest.fail("the insert came first"))
    real = EvidenceFile.objects.bulk_create

    def insert(files, **options):
        (path,) = stored(folder)
        parents = (path.parent, path.parent.parent)
        assert all(parent in synced for parent in parents)
        assert any(str(draft).endswith(".draft") for draft in synced)
        real(files, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(EvidenceFile.objects, "bulk_create", insert)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        keep(CONTENT, by=clerk)
    assert not EvidenceFile.objects.exists()
    assert len(stored(folder)) == 1


def test_orphans_are_swept_and_everybodys_files_stay(clerk, outsider, hire, keep, folder):
    files = [keep(CONTENT, by=clerk), keep(CONTENT, by=outsider)]
    orphan = storage.fresh_name(b"rolled back")
    storage.put(orphan, b"sealed")
    (folder / "evidence" / orphan[:2] / ".half.draft").write_bytes(b"killed while writing")
    system = hire("system", "system_administrator", JIADING)
    with scoped(Scope.for_path(JIADING)):
        assert sweep_orphans(by=system) == 0
        time.sleep(0.05)
        assert sweep_orphans(by=system, older_than=timedelta(milliseconds=10)) == 2
    assert stored(folder) == sorted(path_of(folder, file) for file in files)
    assert AuditEntry.objects.filter(action="evidence.sweep_orphans").get().after == {"removed": 2}


def test_a_storage_name_leads_nowhere_else():
    for name in ("../../etc/passwd", "a" * 63 + "/", "", "a" * 65):
        with pytest.raises(ValueError, match="storage name"):
            storage.get(name)


@pytest.mark.django_db(transaction=True)
def test_two_sessions_with_one_content_keep_one_file(test_database, folder, monkeypatch):
    """Both look, both find nothing, both write; the database lets one row stand and the other file goes."""
    with scoped(Scope.for_path(SHANGHAI)):
        clerk = new_actor("clerk", "handler", JIADING)
    both_have_looked = threading.Barrier(2, timeout=10)
    real = actions._store
    monkeypatch.setattr(actions, "_store", lambda *a: (both_have_looked.wait(), real(*a)))
    kept: list[EvidenceFile] = []

    def session():
        try:
            with scoped(Scope.for_path(SHANGHAI)):
                kept.append(archive_for(clerk, by=clerk))
        finally:
            connection.close()

    threads = [threading.Thread(target=session) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert len(kept) == 2
    assert kept[0] == kept[1]
    assert stored(folder) == [path_of(folder, kept[0])]


def archive_for(owner, by):
    return actions.archive(
        CONTENT,
        name="名册.xlsx",
        kind="roster",
        media_type="text/csv",
        organization_path=owner.organization_path,
        organization_id=owner.organization_id,
        by=by,
    )
