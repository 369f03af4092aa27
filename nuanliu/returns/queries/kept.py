"""Tables that were computed already, shown again as long as nothing has moved that they count.

Each change of the stream leaves a row of `StreamChange` in its own transaction. Those rows are only added, so how many
a reader sees, with the greatest number among them, names a state of the stream: two readers who see the same see the
same table. Counted alone they would not do: a change that was rolled back gives its place to another.

What awards bring in, the one long scan, is kept by the state of the awards alone: a typed value does not repeat it.
"""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.core.cache import cache
from django.db.models import QuerySet, TextField
from django.db.models.expressions import RawSQL

from nuanliu.base.scope import current_scope
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import children
from nuanliu.programmes.models import Campaign
from nuanliu.returns.queries.tables import AnnexTable, Awarded, RollUp, annex1, annex1_by_child, awarded
from nuanliu.returns.queries.typed import own_values
from nuanliu.returns.rules import Cell

type Kept = dict[str, tuple[int, int | None]]

_MARK = """(
    SELECT concat_ws('.', count(*), max(change.id), 'awards', count(*) FILTER (WHERE change.of_awards),
                     max(change.id) FILTER (WHERE change.of_awards))
    FROM returns_streamchange change
    WHERE change.organization_path >= organizations_organization.path
      AND change.organization_path < left(organizations_organization.path, -1) || '0'
)"""
_STREAM_MARK = RawSQL(_MARK, (), TextField())  # noqa: S611  nothing of a reader enters the text
SECONDS = 3600
# The kinds of what is kept of awards alone: of the whole, and by child.
OF_AWARDS = ("awards", "awards_by_child")


@dataclass(frozen=True, slots=True)
class OwnValue:
    """What a union itself typed in a row, where it stands: value in fen or a count, who, when, from what."""

    value: int
    typed_by: str
    entered_on: date
    reason: str


def with_stream_mark(unions: QuerySet[Organization]) -> QuerySet[Organization]:
    """Unions with `stream_mark`, which names the state of everything that their tables count as they are read."""
    return unions.annotate(stream_mark=_STREAM_MARK)


def annex1_kept(organization: Organization, campaign: Campaign, as_of: date) -> AnnexTable:
    """`annex1`, computed once for a state of the stream."""
    return annex1_with_own_kept(organization, campaign, as_of)[0]


def annex1_with_own_kept(
    organization: Organization, campaign: Campaign, as_of: date
) -> tuple[AnnexTable, dict[str, OwnValue]]:
    """`annex1`, and what the union itself typed, by row; computed once for a state of the stream."""
    key = _key("whole", organization, campaign, as_of)
    if (found := cache.get(key)) is None:
        counted = _awarded_kept(organization, campaign, as_of, by_child=False)
        table = annex1(organization, campaign, as_of, counted)
        found = _kept(table), _own(organization, campaign, as_of)
        cache.set(key, found, SECONDS)
    cells, own = found
    return _table(organization, campaign, as_of, cells), {code: OwnValue(*told) for code, told in own.items()}


def annex1_by_child_kept(organization: Organization, campaign: Campaign, as_of: date) -> RollUp:
    """`annex1_by_child`, computed once for a state of the stream."""
    key = _key("children", organization, campaign, as_of)
    if (found := cache.get(key)) is None:
        counted = _awarded_kept(organization, campaign, as_of, by_child=True)
        rolled = annex1_by_child(organization, campaign, as_of, counted)
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


def _awarded_kept(organization: Organization, campaign: Campaign, as_of: date, *, by_child: bool) -> Awarded:
    """`awarded`, counted once for a state of the awards."""
    key = _key(OF_AWARDS[by_child], organization, campaign, as_of)
    if (found := cache.get(key)) is None:
        found = awarded(organization, campaign, as_of, by_child=by_child)
        cache.set(key, found, SECONDS)
    return dict(found)


def _own(organization: Organization, campaign: Campaign, as_of: date) -> dict[str, tuple[Any, ...]]:
    return {
        one.code: (one.value, one.entered_by.display_name, one.entered_on, one.reason)
        for one in own_values(organization, campaign, as_of)
    }


def _key(kind: str, organization: Organization, campaign: Campaign, as_of: date) -> str:
    """Everything that the figures depend on: whose they are, how far the reader sees, the windows, and the stream."""
    scope = current_scope()
    windows = (
        campaign.starts_on,
        campaign.ends_on,
        campaign.service_month_starts_on,
        campaign.service_month_ends_on,
    )
    everything, of_awards = _mark(organization).split(".awards.")
    mark = of_awards if kind in OF_AWARDS else everything
    seen = (scope.path_low, scope.path_high, mark)
    parts = ("annex1", kind, campaign.pk, *windows, organization.path, as_of, *seen)
    return ":".join(str(part) for part in parts).replace(" ", "")


def _mark(organization: Organization) -> str:
    """The mark that the union was read with; read now where it was read without."""
    if (mark := getattr(organization, "stream_mark", None)) is None:
        mark = Organization.objects.filter(pk=organization.pk).values_list(_STREAM_MARK, flat=True).get()
    return str(mark)


def _kept(table: AnnexTable) -> Kept:
    return {code: (cell.derived, cell.entered) for code, cell in table.cells.items()}


def _table(organization: Organization, campaign: Campaign, as_of: date, found: Kept) -> AnnexTable:
    cells = {code: Cell(code, derived, entered) for code, (derived, entered) in found.items()}
    return AnnexTable(organization, campaign, as_of, cells)
