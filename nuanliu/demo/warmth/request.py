"""What is asked of the main job, and what comes back."""

from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from nuanliu.kernel.periods import Period


class NotDoneError(Exception):
    """The job cannot begin: file unreadable, sender unknown, wrong use. Nothing is changed; exit status 2."""


@dataclass(frozen=True, slots=True)
class WarmthRequest:
    """One submission: lists in order, its sender and standard, its window, and how the bank will answer."""

    lists: tuple[Path, ...]
    out: Path
    organization: str | None = None
    standard: Path | None = None
    first_day: date = date(2021, 12, 15)
    last_day: date = date(2022, 2, 1)
    as_of: date | None = None
    fail_every: int = 0


def window(text: str) -> tuple[date, date]:
    """The first and last day of `2021-12-15:2022-02-01`, both included. NotDoneError when one is missing."""
    try:
        period = Period.parse(text)
    except ValueError as error:
        raise NotDoneError(str(error)) from None
    if period.first_day is None or period.last_day is None:
        raise NotDoneError(f"期间的起止日期都要写明，收到：{text}")
    return period.first_day, period.last_day


@dataclass(slots=True)
class WarmthResult:
    """What `summary.json` says, and whether anything was accepted."""

    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """One line for the terminal."""
        told = self.summary
        return (
            f"{told['rows_read']} rows read, {told['rows_accepted']} accepted, {told['rows_refused']} refused;"
            f" {told['orders']} orders, {told['paid']} paid, {told['failed']} failed."
        )

    @property
    def accepted_nothing(self) -> bool:
        """Refusals that leave nothing accepted: exit status 1."""
        return not self.summary["rows_accepted"]
