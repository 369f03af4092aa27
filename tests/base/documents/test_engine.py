"""The document engine: what varies is data, what is printed is the same everywhere."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from nuanliu.base.documents import DocumentFailed, compile_pdf, engine, query_document

AT = datetime(2022, 1, 19, 8, 0, tzinfo=UTC)
NAUGHTY = '王#*_$`\\"<b>[x] @a = - + /* */ //'


@pytest.fixture(autouse=True)
def _folder_of_templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "a root with spaces"
    (root / "base" / "documents").mkdir(parents=True)
    paper = Path(engine.__file__).with_name("paper.typ")
    (root / "base" / "documents" / "paper.typ").write_bytes(paper.read_bytes())
    folder = root / "letters" / "templates" / "typst"
    folder.mkdir(parents=True)
    (folder / "greeting.typ").write_text(
        '#import "/base/documents/paper.typ": *\n#show: paper.with(title: "慰问信")\n#text(data.name) <name>\n'
        "#for _ in range(data.pages - 1) { pagebreak() }\n"
        "#context [#metadata(counter(page).final().first()) <pages>]\n",
        encoding="utf-8",
    )
    monkeypatch.setattr(engine, "_ROOT", root)


def test_what_a_person_typed_prints_as_it_is() -> None:
    assert compile_pdf("letters/greeting", {"name": NAUGHTY, "pages": 1}).startswith(b"%PDF-")
    [name] = query_document("letters/greeting", {"name": NAUGHTY, "pages": 1}, "<name>")
    assert name["text"] == NAUGHTY


def test_pages_are_as_many_as_the_content_asks() -> None:
    [pages] = query_document("letters/greeting", {"name": "王秀英", "pages": 3}, "<pages>")
    assert pages["value"] == 3


def test_the_same_input_and_time_give_the_same_bytes() -> None:
    first = compile_pdf("letters/greeting", {"name": "王秀英", "pages": 2}, at=AT)
    assert compile_pdf("letters/greeting", {"name": "王秀英", "pages": 2}, at=AT) == first
    assert compile_pdf("letters/greeting", {"name": "王秀芳", "pages": 2}, at=AT) != first
    assert b"D:20220119080000Z" in first


def test_fonts_come_from_the_wheel_alone() -> None:
    families = engine._fonts().families()
    assert families == ["Noto Sans SC", "Noto Serif SC"]
    assert b"NotoSerifSC-Regular" in compile_pdf("letters/greeting", {"name": "王秀英", "pages": 1}, at=AT)


def test_data_that_does_not_fit_the_template_is_refused_without_showing_it() -> None:
    with pytest.raises(DocumentFailed, match="letters/greeting") as refusal:
        compile_pdf("letters/greeting", {"nickname": "王秀英", "pages": 1})
    assert "王秀英" not in repr(refusal.value)
    assert refusal.value.__suppress_context__
