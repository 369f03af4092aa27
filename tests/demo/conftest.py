"""`nuanliu warmth` in this process, on a database that the tests of one file share."""

import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from nuanliu.demo.warmth import WarmthRequest, outputs, run
from tests.awards.conftest import LISTS

STANDARD = LISTS / "standard-2022.yaml"


@dataclass
class Done:
    """What the command wrote."""

    out: Path
    summary: dict[str, Any]
    findings: list[dict[str, str]]

    def told(self) -> dict[str, list[str]]:
        """Codes by "sheet!row", notes left out."""
        found: dict[str, list[str]] = {}
        for finding in self.findings:
            if finding["severity"] != "note":
                found.setdefault(f"{finding['sheet']}!{finding['row']}", []).append(finding["code"])
        return {place: sorted(codes) for place, codes in found.items()}

    def counts(self) -> dict[str, int]:
        """How often each code was found, notes left out."""
        codes = [code for codes in self.told().values() for code in codes]
        return {code: codes.count(code) for code in codes}


type Warmth = Callable[..., Done]


@pytest.fixture(scope="module")
def warmth(
    django_db_setup: None, django_db_blocker: Any, test_database: Any, tmp_path_factory: Any
) -> Iterator[Warmth]:
    """`warmth(path, …, standard=…)` as the command line calls it; the database is emptied after the file's tests."""

    def warmth(*lists: Path, out: Path | None = None, **options: Any) -> Done:
        out = out or tmp_path_factory.mktemp("out")
        with django_db_blocker.unblock():
            summary = run(WarmthRequest(lists, out, **{"standard": STANDARD, **options})).summary
        with (out / "findings.csv").open(encoding="utf-8-sig", newline="") as file:
            return Done(out, summary, list(csv.DictReader(file)))

    yield warmth
    with django_db_blocker.unblock():
        test_database.flush()


@pytest.fixture(scope="module")
def unprinted() -> Iterator[None]:
    """Without the two PDFs, which take longer than all the rest; other files of tests look at them."""
    with pytest.MonkeyPatch.context() as patch:
        for paper in ("annex1_pdf", "roster_pdf"):
            patch.setattr(outputs, paper, lambda *_: b"%PDF-")
        yield
