"""Awards: who was given what. Counts by state are not told here, for a city has a million of them."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.models import Award
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.states import AwardState
from nuanliu.base.actor import Actor
from nuanliu.kernel.text import mask_name
from nuanliu.programmes.queries import categories
from nuanliu.web.addresses import reverse
from nuanliu.web.listings.filters import Choice, Span, Within
from nuanliu.web.listings.listing import Column, Kind, Listing


def _rows(by: Actor) -> QuerySet[Award]:
    return Award.objects.select_related("person", "organization", "category")


def _search(rows: QuerySet[Award], text: str) -> QuerySet[Award]:
    return rows.filter(person__name__startswith=text)


def _categories(by: Actor) -> list[tuple[str, str]]:
    return [(one.code, f"{one.code} {one.short_label}") for one in categories()]


AWARDS: Listing[Award] = Listing(
    name="awards",
    title=_("Awards"),
    policy=POLICY,
    act="read",
    rows=_rows,
    address=lambda row: reverse("award", args=[row.pk]),
    columns=(
        Column("name", _("Name"), lambda row: mask_name(row.person.name)),
        Column("organization", _("Sender"), "organization.name"),
        Column("category", _("Category"), "category_id"),
        Column("cash", _("Cash, yuan"), "cash_fen", Kind.YUAN),
        Column("goods", _("Goods, yuan"), "goods_fen", Kind.YUAN),
        Column("state", _("State"), "state", Kind.STATE, word="get_state_display"),
        Column("delivered_on", _("Delivered"), "delivered_on", Kind.DAY),
        Column("goods_words", _("What was given"), "goods", shown=False),
        Column("business_date", _("Business date"), "business_date", Kind.DAY, shown=False),
    ),
    tabs=Choice("state", _("State"), AwardState.choices),
    counted=False,
    filters=(
        Choice("category", _("Category"), _categories, column="category_id"),
        Span("delivered", _("Delivered"), "delivered_on"),
        Within("campaign", "campaign_id"),
        Within("list", "roster_id"),
        Within("plan", "plan_id"),
    ),
    search=_search,
    search_label=_("Name begins with"),
    search_is_personal=True,
    keys_first=True,
    empty=_("No award stands here. Awards come of accepted rows of a list."),
)
