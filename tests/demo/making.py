"""Short lists, standards and folders for one test."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml

from tests.demo.paper import JIADING, Book, Page, People, by_openpyxl, save

type Fill = Callable[[Page], object]


class Desk:
    """Where lists and standards for one file's tests are written; each list has a name of its own."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder, self.people, self.count = folder, People(seed), 0

    def list(
        self, fill: Fill | int = 1, *, unit: str = JIADING, day: str = "2022年1月10日", **head: Any
    ) -> Path:
        """A list filled by `fill`, or with so many people."""
        page = Page(self.people)
        page.opening(unit, day)
        page.head(**head)
        for _ in range(fill if isinstance(fill, int) else 0):
            page.person()
        if not isinstance(fill, int):
            fill(page)
        self.count += 1
        return save(Book(f"名册{self.count}.xlsx", [page], by_openpyxl), self.folder)

    def standard(self, lines: dict[str, Any], **changed: Any) -> Path:
        """A standard file of 嘉定 with these lines."""
        described = {
            "document": "测试标准",
            "organization": JIADING,
            "adopted": {"procedure": "工会委员会会议", "date": "2021-12-10", "minutes": "会议纪要第1号"},
            "valid_from": "2021-12-15",
            "valid_to": "2022-02-28",
            "categories": lines,
        }
        self.count += 1
        place = self.folder / f"标准{self.count}.yaml"
        place.write_text(yaml.safe_dump({**described, **changed}, allow_unicode=True), encoding="utf-8")
        return place
