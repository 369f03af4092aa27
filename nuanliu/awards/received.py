"""What a person has received: in scope award by award, elsewhere as much as helps to avoid giving twice."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db import connection
from django.db.models import QuerySet

from nuanliu.awards.models import Award
from nuanliu.base.bulk import rows_of as sql_rows
from nuanliu.programmes.models import Campaign


@dataclass(frozen=True, slots=True)
class ReceivedElsewhere:
    """An award of a union outside of the scope: the year, the kind of aid, a band of the amount in fen, and no more."""

    year: int
    category: str
    form: str
    from_fen: int
    below_fen: int | None
    is_same_district: bool


def received_by(person_id: UUID) -> QuerySet[Award]:
    """What stands for a person within the scope, the latest first, whatever its state but cancelled."""
    campaigns = Campaign.objects.values("pk")
    related = ("campaign", "category", "organization", "account")
    # By the key that keeps awards apart: one look for each campaign, no index of its own.
    found = Award.objects.filter(campaign_id__in=campaigns, person_id=person_id, live=True)
    return found.select_related(*related).order_by("-business_date", "-pk")


def received_elsewhere(person_id: UUID) -> list[ReceivedElsewhere]:
    """What unions outside of the scope delivered to a person whom the scope knows, told by the matcher.

    Raises the database's refusal for somebody whom no union in scope has filed or given to.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM awards_received_elsewhere(%s)", [person_id])
        return [ReceivedElsewhere(*row) for row in cursor.fetchall()]


@dataclass(frozen=True, slots=True)
class AidSum:
    """How often, and how much in fen, a person was given within the scope; the last day."""

    count: int = 0
    amount_fen: int = 0
    last_on: date | None = None


AID_SUMS = """
SELECT award.person_id, count(*), sum(award.cash_fen + award.goods_fen), max(award.delivered_on)
FROM awards_award award
WHERE award.campaign_id = ANY (ARRAY(SELECT id FROM programmes_campaign)) AND award.person_id = ANY (%s)
  AND award.live AND award.state = 'delivered'
GROUP BY award.person_id
"""


def aid_sums(people: Sequence[UUID]) -> dict[UUID, AidSum]:
    """What each of some people was given within the scope; who was given nothing is left out. One query."""
    return {row[0]: AidSum(row[1], int(row[2]), row[3]) for row in sql_rows(AID_SUMS, [list(people)])}


@dataclass(frozen=True, slots=True)
class Repeated:
    """More than one award of one kind of aid in one year, here or elsewhere: worth a look before the next."""

    year: int
    category: str
    count: int


def repeated(awards: Iterable[Award], elsewhere: Iterable[ReceivedElsewhere]) -> list[Repeated]:
    """Kinds of aid that a person got more than once in a year, the latest year first."""
    counts: dict[tuple[int, str], int] = {}
    given = [(one.delivered_on.year, one.category_id) for one in awards if one.delivered_on]
    for key in [*given, *((one.year, one.category) for one in elsewhere)]:
        counts[key] = counts.get(key, 0) + 1
    return [Repeated(*key, count) for key, count in sorted(counts.items(), reverse=True) if count > 1]
