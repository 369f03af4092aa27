"""The union and all below it: tens of thousands in a city."""

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from nuanliu.access.permissions import POLICY
from nuanliu.base.actor import Actor
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import search
from nuanliu.organizations.states import Kind as BodyKind
from nuanliu.organizations.states import Level
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Flag, Within
from nuanliu.web.listings.listing import Column, Kind, Listing
from nuanliu.web.queries import unions_for


def _rows(by: Actor) -> QuerySet[Organization]:
    return unions_for(by).order_by().select_related("parent")


def _search(rows: QuerySet[Organization], text: str) -> QuerySet[Organization]:
    return rows & search(text).order_by()


UNIONS: Listing[Organization] = Listing(
    name="unions",
    title=_("Unions"),
    policy=POLICY,
    act="register_organization",
    rows=_rows,
    address=lambda row: reverse("union", args=[row.pk]),
    columns=(
        Column("name", _("Full name"), "name", sort="name"),
        Column("level", _("Level"), "get_level_display"),
        Column("kind", _("Kind"), "get_kind_display"),
        Column("parent", _("Below"), lambda row: row.parent.name if row.parent else ""),
        Column("valid_from", _("From"), "valid_from", Kind.DAY, sort="valid_from"),
        Column("valid_to", _("Last day"), "valid_to", Kind.DAY, sort="valid_to"),
        Column("short_name", _("Short name"), "short_name", shown=False),
        Column("division_code", _("Division code"), "division_code", shown=False),
        Column("credit_code", _("Credit code"), "credit_code", shown=False),
        Column("path", _("Path"), "path", sort="path", shown=False),
    ),
    tabs=Choice("level", _("Level"), Level.choices),
    filters=(
        Choice("kind", _("Kind"), BodyKind.choices),
        Flag("ended", _("No longer there"), lambda rows: rows.filter(Q(valid_to__isnull=False))),
        Within("below", "parent_id"),
    ),
    search=_search,
    search_label=_("Name, sound or initials"),
    order="path",
    empty=_("No union has this name."),
)
