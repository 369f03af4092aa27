"""Values as people here write them, and the names by which styles find them."""

import re
from pathlib import Path

import pytest

from nuanliu.web.templatetags.nuanliu import codes


@pytest.mark.parametrize(
    ("told", "written"),
    [
        (None, ""),
        (["C10", "C2", "C1", "C3"], "C1–C3、C10"),
        (["C7", "C3", "C2"], "C2、C3、C7"),
        ([f"C{number}" for number in range(1, 12)], "C1–C11"),
    ],
)
def test_category_codes_are_counted_and_runs_are_drawn_together(told: list[str] | None, written: str) -> None:
    assert codes(told) == written


STYLES = Path(__file__).parents[2] / "nuanliu/web/static/web/styles"
# The timeline brings the auditor's styles into every record's page.
COMES_LATER = "audit.css"


def classes_of(path: Path) -> set[str]:
    """The classes with which the rules of a style sheet begin."""
    rules = re.sub(r"/\*.*?\*/|@[^{]*\{", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    heads = [head for told in re.findall(r"([^{}]+)\{", rules) for head in told.split(",")]
    return {found[1] for head in heads if (found := re.match(r"\s*\.([\w-]+)", head))}


@pytest.mark.parametrize(
    "path", [path for path in STYLES.glob("*.css") if path.name != COMES_LATER], ids=lambda path: path.name
)
def test_styles_that_come_later_change_nothing_that_stands_there(path: Path) -> None:
    assert classes_of(STYLES / COMES_LATER) & classes_of(path) == set()
