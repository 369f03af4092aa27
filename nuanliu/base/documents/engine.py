"""Compiles a template with its data; fonts come from a wheel, so that every machine prints the same page."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, cast

import pylopdf_fonts_zh_cn
import typst

import nuanliu

_ROOT = Path(nuanliu.__file__).parent


class DocumentFailed(Exception):  # noqa: N818 - it says what happened
    """A template and its data do not fit; a fault of ours, told without the data."""


def compile_pdf(
    template: str, data: Mapping[str, Any], *, at: datetime | None = None, tagged: bool = True
) -> bytes:
    """The PDF of `package/name` with JSON-like `data`.

    With `at` (aware) as its time of making the same input gives the same bytes. `tagged` adds the structure
    that screen readers need; long rosters go without, at a quarter of the size.
    """
    compiler = _compiler(template, data)
    try:
        pdf = compiler.compile(format="pdf", timestamp=at and int(at.timestamp()), pdf_tags=tagged)
    except typst.TypstError as error:
        raise _failed(template, error) from None
    return cast(bytes, pdf)


def query_document(template: str, data: Mapping[str, Any], selector: str) -> list[dict[str, Any]]:
    """The elements of the laid-out document that `selector` finds, as typst describes them."""
    try:
        found = _compiler(template, data).query(selector)
    except typst.TypstError as error:
        raise _failed(template, error) from None
    return cast(list[dict[str, Any]], json.loads(found))


def _compiler(template: str, data: Mapping[str, Any]) -> typst.Compiler:
    package, name = template.split("/")
    return typst.Compiler(
        str(_ROOT / package / "templates" / "typst" / f"{name}.typ"),
        root=str(_ROOT),
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
    )


@cache
def _fonts() -> typst.Fonts:
    folder = Path(pylopdf_fonts_zh_cn.__file__).parent
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])


def _failed(template: str, error: typst.TypstError) -> DocumentFailed:
    return DocumentFailed(f"{template}: {error.message}")
