"""Values as people here write them."""

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
