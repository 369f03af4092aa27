"""A zipped package: parts inflated under a hard limit, and the sheets of an XLSX workbook with their parts."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import join, normpath
from typing import BinaryIO
from xml.parsers import expat

from nuanliu.base.spreadsheets.guard import part_key
from nuanliu.base.spreadsheets.limits import MEGABYTE, refused

PACKED_CHUNK = 32 * 1024
SMALL_PART_BYTES = 8 * MEGABYTE
LOCAL_HEADER = struct.Struct("<26xHH")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet and the part that holds it."""

    name: str
    part: str
    hidden: bool


class Package:
    """Reads parts of an archive whose directory has been checked."""

    def __init__(self, source: BinaryIO, archive: zipfile.ZipFile) -> None:
        self._source = source
        self._entries = {part_key(entry.filename): entry for entry in archive.infolist()}

    def has(self, part: str) -> bool:
        """Whether the package has this part."""
        return part_key(part) in self._entries

    def inflated(self, part: str) -> Iterator[bytes]:
        """The part's bytes, some hundred kilobytes at a time.

        Refused when it is broken or unpacks to more than the directory declares.
        """
        entry = self._entries[part_key(part)]
        total = 0
        for chunk in self._chunks(entry):
            total += len(chunk)
            if total > entry.file_size:
                raise refused("file.unreadable", "压缩包内部件的实际大小与声明不符")
            yield chunk

    def small(self, part: str) -> bytes:
        """A part that describes the package, whole."""
        if self._entries[part_key(part)].file_size > SMALL_PART_BYTES:
            raise refused("file.too_large", "工作簿说明部件过大")
        return b"".join(self.inflated(part))

    def _chunks(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        try:
            packed = self._packed(entry)
            if entry.compress_type == zipfile.ZIP_STORED:
                yield from packed
                return
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            for piece in packed:
                yield inflater.decompress(piece)
        except (zlib.error, OSError, struct.error) as problem:
            raise refused("file.unreadable", "压缩数据损坏") from problem

    def _packed(self, entry: zipfile.ZipInfo) -> Iterator[bytes]:
        # The local header may carry another name and another extra field than the directory.
        self._source.seek(entry.header_offset)
        name_length, extra_length = LOCAL_HEADER.unpack(self._source.read(LOCAL_HEADER.size))
        position = entry.header_offset + LOCAL_HEADER.size + name_length + extra_length
        end = position + entry.compress_size
        while position < end:
            self._source.seek(position)
            piece = self._source.read(min(PACKED_CHUNK, end - position))
            if not piece:
                raise refused("file.unreadable", "文件不完整")
            position += len(piece)
            yield piece


def worksheet_parts(package: Package) -> list[SheetPart]:
    """The worksheets of an XLSX workbook in their order; chart sheets and the like are left out."""
    targets = _relations(package)
    found = []
    for attributes in _elements(package.small("xl/workbook.xml"), "sheet"):
        kind, target = targets.get(_local(attributes, "id"), ("", ""))
        if kind.endswith("/worksheet") and package.has(target):
            hidden = attributes.get("state", "visible") != "visible"
            found.append(SheetPart(attributes.get("name", ""), target, hidden))
    return found


def shared_strings_part(package: Package) -> str | None:
    """The part with the shared texts, where there is one."""
    parts = [target for kind, target in _relations(package).values() if kind.endswith("/sharedStrings")]
    return next((part for part in parts if package.has(part)), None)


def _relations(package: Package) -> dict[str, tuple[str, str]]:
    part = "xl/_rels/workbook.xml.rels"
    if not package.has(part):
        raise refused("file.unreadable", "工作簿缺少部件")
    return {
        attributes.get("Id", ""): (attributes.get("Type", ""), _absolute(attributes.get("Target", "")))
        for attributes in _elements(package.small(part), "Relationship")
    }


def _absolute(target: str) -> str:
    target = target.replace("\\", "/")
    return target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))


def _local(attributes: dict[str, str], name: str) -> str:
    return next((value for key, value in attributes.items() if key.rpartition(":")[2] == name), "")


def _elements(content: bytes, name: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []

    def start(tag: str, attributes: dict[str, str]) -> None:
        if tag.rpartition(":")[2] == name:
            found.append(attributes)

    parser = safe_parser()
    parser.StartElementHandler = start
    parse_all(parser, iter([content]))
    return found


def safe_parser() -> expat.XMLParserType:
    """An XML parser that refuses document types, and with them entities from inside or outside."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def parse_all(parser: expat.XMLParserType, pieces: Iterator[bytes]) -> None:
    """Feed all pieces. SheetRefused when it is not well-formed."""
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except (expat.ExpatError, UnicodeError, LookupError, ValueError) as problem:
        raise refused("file.unreadable", "XML结构损坏") from problem


def _refuse_doctype(*_: object) -> None:
    raise refused("file.unreadable", "含有不允许的XML文档类型声明")
