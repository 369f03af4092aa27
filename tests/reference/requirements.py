"""docs/reference/requirements.md and .json: which test shows which requirement met."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from tests.reference.markdown import page as whole
from tests.reference.markdown import section, table
from tests.reference.marks import MarkedTest, marked_tests

SOURCE = Path(__file__).resolve().parents[1] / "data" / "requirements.yaml"
INTRODUCTION = (
    "Each requirement with the line of its source, and the tests that carry"
    ' `@pytest.mark.requirement("R-…")`. A control is tested by attempting what it forbids.'
)


@dataclass(frozen=True, slots=True)
class Requirement:
    """One row of the requirements, with the tests that show it met."""

    id: str
    must: str
    source: str
    line: int
    control: bool
    tests: tuple[MarkedTest, ...]

    @property
    def packages(self) -> list[str]:
        """The parts of the house whose tests show it, sorted."""
        return sorted({test.package for test in self.tests})


@cache
def requirements() -> tuple[Requirement, ...]:
    """All requirements in their order."""
    marked = marked_tests()
    return tuple(
        Requirement(
            row["id"],
            " ".join(row["must"].split()),
            row["source"],
            row["line"],
            row["control"],
            tuple(test for test in marked if row["id"] in test.requirements),
        )
        for row in yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    )


def page() -> str:
    met = [requirement for requirement in requirements() if requirement.tests]
    open_ = [requirement for requirement in requirements() if not requirement.tests]
    count = f"{len(met)} of {len(requirements())} requirements are shown met by {len(_tests(met))} tests."
    still = table(["id", "control", "must", "source"], [_row(requirement) for requirement in open_])
    return whole(
        "Requirements",
        INTRODUCTION,
        count,
        *(_met(requirement) for requirement in met),
        section("Not shown by a test", still),
    )


def data() -> str:
    """The same for programs."""
    rows = [
        {
            "id": requirement.id,
            "must": requirement.must,
            "control": requirement.control,
            "source": requirement.source,
            "line": requirement.line,
            "packages": requirement.packages,
            "tests": [test.node for test in requirement.tests],
        }
        for requirement in requirements()
    ]
    return json.dumps(rows, ensure_ascii=False, indent=1) + "\n"


def _met(requirement: Requirement) -> str:
    kind = "control, " if requirement.control else ""
    place = f"{kind}{requirement.source}:{requirement.line}, shown in {', '.join(requirement.packages)}"
    tests = "\n".join(f"- `{test.node}`" for test in requirement.tests)
    return section(requirement.id, f"{requirement.must} ({place})", tests)


def _row(requirement: Requirement) -> tuple[str, str, str, str]:
    control = "control" if requirement.control else ""
    return requirement.id, control, requirement.must, f"{requirement.source}:{requirement.line}"


def _tests(met: list[Requirement]) -> set[str]:
    return {test.node for requirement in met for test in requirement.tests}
