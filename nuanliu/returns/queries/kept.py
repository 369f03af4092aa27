"""Tables that were computed already, shown again as long as nothing has moved that they count.

Each change of the stream leaves a row of `StreamChange` in its own transaction. Those rows are only added, so how many
a reader sees, with the greatest number among them, names a state of the stream: two readers who see the same see the
same table. Counted alone they would not do: a change that was rolled back gives its place to another.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.core.cache import cache

from nuanliu.base.scope import current_scope
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import children
from nuanliu.programmes.models import Campaign
from nuanliu.returns.queries.stream import rows_of
from nuanliu.returns.queries.tables import AnnexTable, RollUp, annex1, annex1_by_child
from nuanliu.returns.rules import Cell

type Kept = dict[str, tuple[int, int | None]]

_MARK = """
    SELECT count(*), coalesce(max(id), 0) FROM returns_streamchange
    WHERE organization_path >= %(low)s AND organization_path < %(high)s
"""
SECONDS = 3600


def stream_mark(organization: Organization) -> tuple[int, int]:
    """Names the state of everything that the union's tables count, as this transaction sees it."""
    low = organization.path
    return rows_of(_MARK, {"low": low, "high": low[:-1] + "0"})[0]  # type: ignore[return-value]


def annex1_kept(
    organization: Organization, campaign: Campaign, as_of: date, mark: tuple[int, int] | None = None
) -> AnnexTable:
    """`annex1`, computed once for a state of the stream. A caller who asks for two days reads the mark once."""

    def compute() -> Kept:
        return _kept(annex1(organization, campaign, as_of))

    found = _once(_key("whole", organization, campaign, as_of, mark), compute)
    return _table(organization, campaign, as_of, found)


def annex1_by_child_kept(
    organization: Organization, campaign: Campaign, as_of: date, mark: tuple[int, int] | None = None
) -> RollUp:
    """`annex1_by_child`, computed once for a state of the stream."""
    key = _key("children", organization, campaign, as_of, mark)
    if (found := cache.get(key)) is None:
        rolled = annex1_by_child(organization, campaign, as_of)
        below = {table.organization.pk: _kept(table) for table in rolled.children}
        cache.set(key, (_kept(rolled.whole), _kept(rolled.own), below, rolled.eliminated), SECONDS)
        return rolled
    whole, own, below, eliminated = found
    return RollUp(
        _table(organization, campaign, as_of, whole),
        _table(organization, campaign, as_of, own),
        [
            _table(child, campaign, as_of, below[child.pk])
            for child in children(organization)
            if child.pk in below
        ],
        eliminated,
    )


def _once(key: str, compute: Callable[[], Kept]) -> Kept:
    found: Kept | None = cache.get(key)
    if found is None:
        found = compute()
        cache.set(key, found, SECONDS)
    return found


def _key(kind: str, organization: Organization, campaign: Campaign, as_of: date, mark: Any) -> str:
    """Everything that the figures depend on: whose they are, how far the reader sees, the windows, and the stream."""
    scope = current_scope()
    windows = (
        campaign.starts_on,
        campaign.ends_on,
        campaign.service_month_starts_on,
        campaign.service_month_ends_on,
    )
    seen = (scope.path_low, scope.path_high, mark or stream_mark(organization))
    parts = ("annex1", kind, campaign.pk, *windows, organization.path, as_of, *seen)
    return ":".join(str(part) for part in parts).replace(" ", "")


def _kept(table: AnnexTable) -> Kept:
    return {code: (cell.derived, cell.entered) for code, cell in table.cells.items()}


def _table(organization: Organization, campaign: Campaign, as_of: date, found: Kept) -> AnnexTable:
    cells = {code: Cell(code, derived, entered) for code, (derived, entered) in found.items()}
    return AnnexTable(organization, campaign, as_of, cells)
