"""What cannot be read within the limits is refused with its code, quickly and without much memory."""

import io
import subprocess
import sys
import time
import zipfile
import zlib
from dataclasses import replace
from pathlib import Path

import pytest

from nuanliu.base.spreadsheets.limits import LIMITS, SheetRefused
from nuanliu.base.spreadsheets.reader import read_workbook
from tests.base.spreadsheets.packages import HEADING, bloated, number_cell, package, row, text_cell, worksheet
from tests.base.spreadsheets.test_reader import DATA, opendocument

ROOT = Path(__file__).parents[3]
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def code_of(content: bytes, limits=LIMITS) -> str:
    with pytest.raises(SheetRefused) as caught:
        read_workbook(content, "list.xlsx", limits)
    assert len(caught.value.message) > 10
    return caught.value.code


def far_cell(reference: str) -> bytes:
    number = "".join(filter(str.isdigit, reference))
    return package(worksheet(row(1, HEADING) + row(int(number), number_cell(reference, "1"))))


def xls_with_password() -> bytes:
    content = bytearray((DATA / "spreadsheets/list.xls").read_bytes())
    place = content.find(b"\xe1\x00\x02\x00")
    content[place : place + 2] = b"\x2f\x00"
    return bytes(content)


def encrypted_zip() -> bytes:
    content = bytearray(package(worksheet("")))
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def archive_of(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return stream.getvalue()


def twice_the_same_part() -> bytes:
    stream = io.BytesIO(package(worksheet("")))
    with zipfile.ZipFile(stream, "a") as archive:
        archive.writestr("XL/worksheets/SHEET1.xml", worksheet(row(1, HEADING)))
    return stream.getvalue()


DOCTYPE = (
    '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;"><!ENTITY c SYSTEM "file:///etc/passwd">]>'
)
BILLION = worksheet(row(1, text_cell("A1", "&c;&b;")))
REFUSALS = {
    "empty": ("file.unreadable", b""),
    "binary": ("file.unreadable", bytes(range(256)) * 10),
    "pdf": ("file.unreadable", b"%PDF-1.7 ..."),
    "web page named xls": ("file.unreadable", "<html><table><tr><td>姓名".encode()),
    "xml spreadsheet": ("file.unreadable", b'<?xml version="1.0"?><Workbook/>'),
    "text in no encoding": ("file.unreadable", b"\x81\xff\xff,\xff\xff" * 9),
    "half a package": ("file.unreadable", package(worksheet(row(1, HEADING)))[:900]),
    "broken archive": ("file.unreadable", b"PK\x03\x04" + b"x" * 100),
    "archive of other things": ("file.unreadable", archive_of("readme.txt")),
    "text document": ("file.unreadable", archive_of("[Content_Types].xml", "word/document.xml")),
    "binary workbook": ("file.unreadable", archive_of("[Content_Types].xml", "xl/workbook.bin")),
    "workbook without parts": ("file.unreadable", archive_of("[Content_Types].xml", "xl/workbook.xml")),
    "encrypted container": ("file.password", OLE + b"\x00" * 600 + "EncryptedPackage".encode("utf-16-le")),
    "other container": ("file.unreadable", OLE + b"\x00" * 600),
    "encrypted xls": ("file.password", xls_with_password()),
    "encrypted zip": ("file.password", encrypted_zip()),
    "encrypted ods": ("file.password", opendocument("", "<manifest><encryption-data/></manifest>")),
    "same part twice": ("file.unreadable", twice_the_same_part()),
    "entities in the sheet": ("file.unreadable", package(DOCTYPE + BILLION)),
    "entities in the texts": ("file.unreadable", package(worksheet(""), DOCTYPE + "<sst/>")),
    "broken xml": ("file.unreadable", package("<worksheet><sheetData><x:row")),
    "broken cells": ("file.unreadable", package(worksheet(row(1, '<c r="A1" t="s"><v>7</v></c>')))),
    "odd reference": ("file.unreadable", package(worksheet(row(1, "<c r='11A'><v>1</v></c>")))),
    "announces four billion texts": (
        "file.unreadable",
        package(
            worksheet(row(1, HEADING)), '<sst count="1" uniqueCount="4294967295"><si><t>x</t></si></sst>'
        ),
    ),
    "cell in the last row": ("file.too_many_rows", far_cell("A1048576")),
    "cell in row 600000": ("file.too_many_rows", far_cell("A600000")),
    "cell in an impossible row": ("file.too_many_rows", far_cell("A99999999999")),
    "cell in an impossible row, lower case": ("file.too_many_rows", far_cell("a4294967295")),
    "cell in the last column": ("file.too_large", far_cell("XFD2")),
    "cell in the last corner": ("file.too_many_rows", far_cell("XFD1048576")),
    "rectangle of 120 million cells": ("file.too_large", far_cell("IU480000")),
    "far cell without reference": (
        "file.too_many_rows",
        package(worksheet('<row r="700000"><c><v>1</v></c></row>')),
    ),
    "repeated rows": (
        "file.too_many_rows",
        opendocument(
            '<table:table-row table:number-rows-repeated="1000000"><table:table-cell office:value="1"/>'
            "</table:table-row>"
        ),
    ),
    "repeated cells": (
        "file.too_large",
        opendocument(
            '<table:table-row><table:table-cell office:value="1" table:number-columns-repeated="16384"/>'
            "</table:table-row>"
        ),
    ),
    "very wide text": ("file.too_large", b"a," * 400),
}


@pytest.mark.parametrize(("code", "content"), REFUSALS.values(), ids=REFUSALS)
def test_refused(code, content):
    assert code_of(content) == code


def test_limits_of_size_and_number_of_parts():
    content = package(worksheet(row(1, HEADING)))
    assert code_of(content, replace(LIMITS, file_bytes=100)) == "file.too_large"
    assert code_of(content, replace(LIMITS, unpacked_bytes=100)) == "file.too_large"
    assert code_of(content, replace(LIMITS, entries=3)) == "file.too_large"


def test_the_row_limit_counts_filled_rows():
    rows = "".join(row(number, number_cell(f"A{number}", "1")) for number in range(1, 31))
    limits = replace(LIMITS, rows=20, other_rows=10)
    assert read_workbook(package(worksheet(rows)), "", limits)[0].frame.height == 30
    rows += row(31, number_cell("A31", "1"))
    assert code_of(package(worksheet(rows)), limits) == "file.too_many_rows"
    assert code_of(b"1,2\n" * 31, limits) == "file.too_many_rows"


def test_a_part_larger_than_declared_is_refused():
    sheet = worksheet(row(1, HEADING) + '<row r="2"/>' * 100_000).encode()
    assert code_of(bloated(sheet, declared=1_000)) == "file.unreadable"
    assert read_workbook(bloated(sheet))[0].frame.height == 1


BLANK_ROWS = {
    "claimed only": '<dimension ref="A1:XFD1048576"/>',
    "rows": "".join(f'<row r="{n}"/>' for n in range(2, 1_048_577)),
    "formatted cells": "".join(
        f'<row r="{n}"><c r="A{n}" s="1"/><c r="B{n}" s="1"/></row>' for n in range(2, 1_048_577)
    ),
}


@pytest.mark.parametrize("blank", BLANK_ROWS.values(), ids=BLANK_ROWS)
def test_a_million_blank_rows_are_read_without_them(blank):
    started = time.perf_counter()
    (sheet,) = read_workbook(package(worksheet(row(1, HEADING) + blank)))
    assert sheet.frame.shape == (1, 4)
    assert time.perf_counter() - started < 5


BOMBS = {
    "400 MB of spaces": "package(b'<worksheet>' + b' ' * 400_000_000)",
    "400 MB of cells": "package(b'<worksheet><sheetData>' + b'<c r=\"A1\"><v>1</v></c>' * 18_000_000)",
    "400 MB of texts": "package('<worksheet/>', '<sst>' + '<si/>' * 80_000_000)",
    "400 MB that declare 1 kB": "bloated(b'<worksheet>' + b' ' * 400_000_000, declared=1000)",
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_bomb_is_refused_within_a_second_and_200_megabytes(bomb, tmp_path):
    place = tmp_path / "bomb.xlsx"
    make = f"from tests.base.spreadsheets.packages import package, bloated; open({str(place)!r}, 'wb').write({bomb})"
    subprocess.run([sys.executable, "-c", make], cwd=ROOT, check=True)
    attack = (
        "import re, sys, time, pathlib; from nuanliu.base.spreadsheets.reader import read_workbook\n"
        "from nuanliu.base.spreadsheets.limits import SheetRefused\n"
        "started = time.perf_counter()\n"
        "try: read_workbook(sys.argv[1])\n"
        "except SheetRefused as found: print(found.code, time.perf_counter() - started)\n"
        "print(re.search(r'VmHWM:\\s*(\\d+)', pathlib.Path('/proc/self/status').read_text()).group(1))\n"
    )
    told = subprocess.run(
        [sys.executable, "-c", attack, place], cwd=ROOT, check=True, capture_output=True, text=True
    )
    code, seconds, kilobytes = told.stdout.split()
    assert code in ("file.too_large", "file.unreadable")
    assert float(seconds) < 1
    assert int(kilobytes) < 200 * 1024


@pytest.mark.parametrize("seed", range(60))
def test_damaged_files_are_read_or_refused_and_nothing_else(seed):
    good = bytearray((DATA / "lists/list-a-official.xlsx").read_bytes())
    state = zlib.crc32(str(seed).encode())
    for _ in range(1 + seed % 5):
        state = (state * 1_103_515_245 + 12_345) % 2**31
        good[state % len(good)] ^= 1 + state % 255
    assert outcome(bytes(good)) in ("read", *FILE_CODES)


FILE_CODES = ("file.unreadable", "file.password", "file.too_large", "file.too_many_rows")


def outcome(content: bytes) -> str:
    try:
        read_workbook(content)
    except SheetRefused as found:
        return found.code
    return "read"
