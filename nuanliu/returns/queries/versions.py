"""Frozen versions: their cells, the newest, the last signed, and what has changed since."""

from collections.abc import Sequence
from functools import cache

from nuanliu.base.worded import ANOTHER_UUID, SOME_UUID, Worded
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form
from nuanliu.returns.models import Return
from nuanliu.returns.queries.tables import AnnexTable
from nuanliu.returns.rules import Cell, difference
from nuanliu.returns.states import ReturnState


def frozen_cells(table: Return) -> dict[str, Cell]:
    """The cells of a version as they were frozen, in the order of the form."""
    cells = {cell.code: Cell(cell.code, cell.derived, cell.entered) for cell in table.cells.all()}
    return {row.code: cells[row.code] for row in form(table.form).rows if row.code in cells}


def frozen_values(table: Return) -> dict[str, int]:
    """Code to value of a frozen version, in fen or persons."""
    return {code: cell.value for code, cell in frozen_cells(table).items()}


def versions_of(organization: Organization, campaign: Campaign, form_key: str = ANNEX1) -> Sequence[Return]:
    """All versions of a union's table, newest first."""
    return _versions(form_key).records({SOME_UUID: organization.pk, ANOTHER_UUID: campaign.pk})


@cache
def _versions(form_key: str) -> Worded[Return]:
    found = Return.objects.filter(organization=SOME_UUID, campaign=ANOTHER_UUID, form=form_key)
    return Worded.of(found.select_related("drafted_by", "signed_by", "judged_by").order_by("-version"))


def last_signed(organization: Organization, campaign: Campaign, form_key: str = ANNEX1) -> Return | None:
    """The newest version that somebody signed, whatever became of it."""
    found = Return.objects.filter(organization=organization, campaign=campaign, form=form_key)
    return found.exclude(state=ReturnState.DRAFT).order_by("-version").first()


def changed_since_signed(table: AnnexTable) -> dict[str, int] | None:
    """Codes whose value differs from the last signed version, with the change; None before any is signed."""
    signed = last_signed(table.organization, table.campaign)
    if signed is None:
        return None
    return difference(frozen_values(signed), table.values)
