"""What is asked of the main job, and what comes back."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from nuanliu.kernel.periods import Period

FESTIVAL_2022 = Period.parse("2021-12-15:2022-02-01")


class NotDoneError(Exception):
    """The job cannot begin: file unreadable, sender unknown, wrong use. Nothing is changed; exit status 2."""


@dataclass(frozen=True, slots=True)
class WarmthRequest:
    """One submission: lists in order, its sender and standard, its window, and how the bank will answer."""

    lists: tuple[Path, ...]
    out: Path
    organization: str | None = None
    standard: Path | None = None
    period: Period = FESTIVAL_2022
    as_of: date | None = None
    fail_every: int = 0


@dataclass(slots=True)
class WarmthResult:
    """What `summary.json` says, and whether anything was accepted."""

    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def accepted_nothing(self) -> bool:
        """Refusals that leave nothing accepted: exit status 1."""
        return self.summary["rows_accepted"] == 0
