"""Hand-made XLSX packages: whatever a writer library would refuse to write."""

import io
import struct
import zipfile

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
CONTENT_TYPES = (
    f'<Types xmlns="{PACKAGE}/content-types"><Default Extension="xml" ContentType="application/xml"/>'
    f'<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/></Types>'
)
ROOT = (
    f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="r1" Type="{OFFICE}/officeDocument" '
    'Target="xl/workbook.xml"/></Relationships>'
)
WORKBOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:r="{OFFICE}">'
    '<sheets><sheet name="名单" sheetId="1" r:id="rId1"/></sheets></workbook>'
)
RELATIONS = (
    f'<Relationships xmlns="{PACKAGE}/relationships"><Relationship Id="rId1" Type="{OFFICE}/worksheet" '
    f'Target="worksheets/sheet1.xml"/><Relationship Id="rId2" Type="{OFFICE}/sharedStrings" '
    'Target="sharedStrings.xml"/></Relationships>'
)
HEADING = "".join(
    f'<c r="{letter}1" t="inlineStr"><is><t>{text}</t></is></c>'
    for letter, text in zip("ABCD", ("姓名", "身份证号", "类别", "金额"), strict=True)
)


def worksheet(rows: str, after: str = "") -> str:
    """A worksheet with these rows."""
    return f'<worksheet xmlns="{MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def package(sheet: str | bytes, strings: str = "<sst/>", **others: bytes) -> bytes:
    """An XLSX with this worksheet part."""
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", CONTENT_TYPES)
        archive.writestr("_rels/.rels", ROOT)
        archive.writestr("xl/workbook.xml", WORKBOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/sharedStrings.xml", strings)
        archive.writestr("xl/worksheets/sheet1.xml", sheet)
        for name, content in others.items():
            archive.writestr(name, content)
    return stream.getvalue()


def bloated(part: bytes, declared: int | None = None) -> bytes:
    """A package whose sheet unpacks to this; its directory may declare another size."""
    content = bytearray(package(part))
    if declared is not None:
        place = content.rfind(b"PK\x01\x02")
        struct.pack_into("<I", content, place + 24, declared)
    return bytes(content)


def row(number: int, *cells: str) -> str:
    """A row of ready cells."""
    return f'<row r="{number}">{"".join(cells)}</row>'


def text_cell(reference: str, text: str) -> str:
    """A cell with an inline text."""
    return f'<c r="{reference}" t="inlineStr"><is><t>{text}</t></is></c>'


def number_cell(reference: str, number: str) -> str:
    """A numeric cell."""
    return f'<c r="{reference}"><v>{number}</v></c>'
