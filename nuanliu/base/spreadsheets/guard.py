"""What a file is, told by its content and never by its name, and refusals that need no reading."""

import re
import struct
import zipfile
from enum import StrEnum
from typing import BinaryIO

from nuanliu.base.spreadsheets.limits import Limits, SheetRefused, refused

ZIP_MAGIC = b"PK\x03\x04"
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_FLAG = 0x1
WORKBOOK_START = re.compile(rb"\x09\x08[\x08\x10]\x00\x00[\x05\x06]\x05\x00")
SECTOR_BYTES = 512
RECORD_HEADER = struct.Struct("<HH")
FILEPASS = 0x2F
FIRST_RECORDS = 4
READABLE_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class FileKind(StrEnum):
    """The kinds of file that are read."""

    XLSX = "xlsx"
    XLS = "xls"
    ODS = "ods"
    TEXT = "text"


def file_kind(content: bytes | memoryview) -> FileKind:
    """Which reader the content asks for. SheetRefused for what is no spreadsheet or asks for a password."""
    head = bytes(content[:8])
    if head.startswith(ZIP_MAGIC):
        return FileKind.XLSX  # or ODS: told apart when the directory has been read
    if head == OLE_MAGIC:
        return _ole_kind(bytes(content))
    _refuse_other_formats(bytes(content[:4096]))
    return FileKind.TEXT


def check_size(size: int, limits: Limits) -> None:
    """Refuse an empty or too large file."""
    if size == 0:
        raise refused("file.unreadable", "文件是空的")
    if size > limits.file_bytes:
        raise refused("file.too_large", f"文件超过{limits.file_bytes // (1024 * 1024)}MB")


def open_directory(source: BinaryIO, size: int, limits: Limits) -> zipfile.ZipFile:
    """The package's directory, after the checks that need nothing unpacked."""
    try:
        archive = zipfile.ZipFile(source)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, UnicodeDecodeError) as problem:
        raise refused("file.unreadable", "压缩结构损坏") from problem
    _check_directory(archive.infolist(), size, limits)
    return archive


def package_kind(archive: zipfile.ZipFile) -> FileKind:
    """XLSX or ODS. SheetRefused for a package of another kind."""
    names = {part_key(name) for name in archive.namelist()}
    if "xl/workbook.xml" in names or "[content_types].xml" in names:
        _refuse_other_packages(names)
        return FileKind.XLSX
    if "content.xml" in names and "meta-inf/manifest.xml" in names:
        return FileKind.ODS
    raise refused("file.unreadable", "不是电子表格")


def part_key(name: str) -> str:
    """A part's name as packages compare it: neither case nor the kind of slash matters."""
    return name.replace("\\", "/").lstrip("/").lower()


def _check_directory(entries: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    if len(entries) > limits.entries:
        raise _bomb(f"压缩包内有{len(entries)}个部件")
    if len({part_key(entry.filename) for entry in entries}) != len(entries):
        raise refused("file.unreadable", "压缩包内有同名部件")
    if sum(entry.compress_size for entry in entries) > size:
        raise _bomb("压缩包内的部件互相重叠")
    if sum(entry.file_size for entry in entries) > limits.unpacked_bytes:
        raise _bomb(f"解压后超过{limits.unpacked_bytes // (1024 * 1024)}MB")
    for entry in entries:
        _check_entry(entry, limits)


def _check_entry(entry: zipfile.ZipInfo, limits: Limits) -> None:
    if entry.flag_bits & ENCRYPTED_FLAG:
        raise refused("file.password")
    if entry.compress_type not in READABLE_METHODS:
        raise refused("file.unreadable", "压缩方式不受支持")
    bloated = entry.file_size > limits.ratio * max(entry.compress_size, 1)
    if bloated and entry.file_size > limits.ratio_counts_from_bytes:
        raise _bomb("压缩比异常")


def _bomb(reason: str) -> SheetRefused:
    return refused("file.too_large", reason)


def _refuse_other_packages(names: set[str]) -> None:
    if "xl/workbook.bin" in names:
        raise refused("file.unreadable", "二进制工作簿（xlsb）不受支持")
    if "xl/workbook.xml" not in names and "word/document.xml" in names:
        raise refused("file.unreadable", "这是文字文档，不是电子表格")


def _ole_kind(content: bytes) -> FileKind:
    if "EncryptedPackage".encode("utf-16-le") in content or _asks_for_password(content):
        raise refused("file.password")
    if any(name.encode("utf-16-le") in content for name in ("Workbook", "WORKBOOK", "Book")):
        return FileKind.XLS
    raise refused("file.unreadable", "不是电子表格")


def _asks_for_password(content: bytes) -> bool:
    # The record that starts encryption stands among the first of the workbook, which starts on a sector.
    for found in WORKBOOK_START.finditer(content):
        position = found.start()
        for _ in range(FIRST_RECORDS if position % SECTOR_BYTES == 0 else 0):
            if position + RECORD_HEADER.size > len(content):
                break
            record, length = RECORD_HEADER.unpack_from(content, position)
            if record == FILEPASS:
                return True
            position += RECORD_HEADER.size + length
    return False


def _refuse_other_formats(head: bytes) -> None:
    if head.startswith(b"%PDF"):
        raise refused("file.unreadable", "这是PDF文件，不是电子表格")
    if re.match(rb"(?:\xef\xbb\xbf)?\s*<", head):
        raise refused("file.unreadable", "这是网页或XML格式的文件，不是真正的电子表格")
    if head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return
    if b"\x00" in head or re.search(rb"[\x01-\x06\x0e-\x1a\x1c-\x1f]", head):
        raise refused("file.unreadable", "不是电子表格")
