"""The pages of docs/reference say what the code says now, and every promised control has a test that attacks it."""

from pathlib import Path

import pytest

from tests.reference import FOLDER, PAGES
from tests.reference.marks import marked_tests
from tests.reference.requirements import requirements

# What the main job promises to hold, each control attacked by a test that attempts the violation.
CONTROLS = {f"R-{number:03}" for number in (
    25, 26, 29, 31, 33, 34, 35, 36, 37, 39, 44, 49, 50, 51, 53, 54, 55, 56, 62, 67, 85, 92, 103, 104, 105, 113, 114,
    115, 116, 117, 195, 236,
)}  # fmt: skip
WITH_THEM = {f"R-{number:03}" for number in (
    2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 24, 27, 28, 32, 61, 63, 64, 65, 66, 68, 69, 70, 102,
    112, 122, 123,
)}  # fmt: skip


@pytest.mark.parametrize("name", PAGES)
def test_the_page_is_fresh(name: str) -> None:
    written = (FOLDER / name).read_text(encoding="utf-8")
    assert written == PAGES[name](), f"docs/reference/{name} is stale: run `make docs`"


def test_no_page_lies_about_that_nobody_makes() -> None:
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_every_promised_requirement_is_shown_met() -> None:
    shown = {requirement.id for requirement in requirements() if requirement.tests}
    assert sorted((CONTROLS | WITH_THEM) - shown) == []


def test_every_promised_control_is_attacked() -> None:
    attacked = {one for test in marked_tests() if test.attempts_violation for one in test.requirements}
    assert sorted(CONTROLS - attacked) == []


def test_no_test_carries_a_requirement_that_does_not_exist() -> None:
    known = {requirement.id for requirement in requirements()}
    assert {
        test.node: test.requirements - known for test in marked_tests() if test.requirements - known
    } == {}


# --- the reader of marks, on a module made for it ---

MODULE = """
import pytest

pytestmark = [pytest.mark.django_db, pytest.mark.requirement("R-001")]
CASES = [pytest.param(id, marks=pytest.mark.requirement(id)) for id in ("R-002", "R-003")]

@pytest.mark.requirement("R-004", "R-005")
def test_plain():
    with refused("x"):
        pass

@pytest.mark.parametrize("case", CASES)
def test_cases(case): ...

@pytest.mark.requirement("R-006")
class TestGroup:
    def test_inside(self): ...
    def helper(self): ...

def not_a_test(): ...
"""


def test_marks_are_read_from_decorators_parameters_classes_and_modules(tmp_path: Path) -> None:
    (tmp_path / "test_made.py").write_text(MODULE)
    assert {
        test.name: (sorted(test.requirements), test.attempts_violation) for test in marked_tests(tmp_path)
    } == {
        "test_plain": (["R-001", "R-004", "R-005"], True),
        "test_cases": (["R-001", "R-002", "R-003"], False),
        "TestGroup::test_inside": (["R-001", "R-006"], False),
    }
