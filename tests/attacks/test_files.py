"""Files made to break the reader, through the import as a whole: refused in words, soon, in little memory."""

import zipfile
from pathlib import Path

from tests.attacks.installation import Installation

HEAD = (
    '<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
    '<row r="1"><c r="A1" t="inlineStr"><is><t>姓名</t></is></c></row>'
)
FOOT = "</sheetData></worksheet>"
MEGABYTE = 1024 * 1024


def test_a_bomb_is_refused_in_words_soon_and_small(installation: Installation, folder: Path) -> None:
    bomb = folder / "名册.xlsx"
    write_package(bomb, ('<row r="2"><c r="A2"><v>' + "1" * MEGABYTE + "</v></c></row>" for _ in range(300)))
    with zipfile.ZipFile(bomb) as package:
        # It bites: who trusts it is filled with 300 MB by less than 2 MB.
        assert sum(entry.file_size for entry in package.infolist()) > 300 * MEGABYTE
    assert bomb.stat().st_size < 2 * MEGABYTE
    done = installation.run("receive", str(bomb))
    assert done.status == 0, done.errors
    assert done.told["state"] == "refused"
    assert done.told["counts"] == {"file.too_large": 1}
    assert done.told["seconds"] < 3
    assert done.told["grown_mb"] < 200
    assert installation.rows("SELECT count(*) FROM awards_rosterrow") == [(0,)]


def test_a_list_that_claims_a_million_empty_rows_is_judged_by_what_it_holds(
    installation: Installation, folder: Path
) -> None:
    claim = folder / "空行.xlsx"
    write_package(claim, [f'<row r="{number}"/>' for number in range(2, 1_048_577)])
    done = installation.run("receive", str(claim))
    assert done.status == 0, done.errors
    assert done.told["state"] == "refused"
    assert set(done.told["counts"]) <= {"sheet.no_table", "file.too_many_rows", "file.too_large"}
    assert all(done.told["messages"])
    assert done.told["seconds"] < 6
    assert done.told["grown_mb"] < 200


def test_a_cell_in_the_last_row_is_refused_in_words(installation: Installation, folder: Path) -> None:
    claim = folder / "末行.xlsx"
    write_package(claim, ['<row r="1048576"><c r="A1048576" t="inlineStr"><is><t>张三</t></is></c></row>'])
    done = installation.run("receive", str(claim))
    assert done.told["counts"] == {"file.too_many_rows": 1}
    assert "500000" in done.told["messages"][0]
    assert done.told["seconds"] < 3
    assert done.told["grown_mb"] < 200


def write_package(place: Path, rows: object) -> None:
    """The least that spreadsheet programs open, with these rows of XML."""
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kinds = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    with zipfile.ZipFile(place, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as file:
        file.writestr(
            "[Content_Types].xml",
            f'<Types xmlns="{package}/content-types"><Default Extension="rels" '
            f'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{kinds}.sheet.main+xml"/>'
            f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{kinds}.worksheet+xml"/></Types>',
        )
        file.writestr(
            "_rels/.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        )
        file.writestr(
            "xl/workbook.xml",
            '<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" '
            f'xmlns:r="{office}"><sheets><sheet name="名册" sheetId="1" r:id="rId1"/></sheets></workbook>',
        )
        file.writestr(
            "xl/_rels/workbook.xml.rels",
            f'<Relationships xmlns="{package}/relationships"><Relationship Id="rId1" '
            f'Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        )
        with file.open("xl/worksheets/sheet1.xml", "w", force_zip64=True) as sheet:
            sheet.write(HEAD.encode())
            for row in rows:  # type: ignore[attr-defined]
                sheet.write(row.encode())
            sheet.write(FOOT.encode())
