"""A list beside the same union's last one: who is new, who is gone, whose sum, category or account changed."""

from dataclasses import dataclass

from nuanliu.awards.models import Roster
from nuanliu.awards.states import RosterState
from nuanliu.base.bulk import rows_of
from nuanliu.kernel.text import mask_name

NOT_COMPARED = (RosterState.REFUSED, RosterState.WITHDRAWN)
KINDS = ("new", "gone", "changed")


@dataclass(frozen=True, slots=True)
class Compared:
    """How many people are new, gone, changed; and the list that this one is beside."""

    before: Roster
    new: int
    gone: int
    changed: int
    same: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One person in both lists, or in one of them; the name masked, sums in fen, empty where the person is not."""

    name_masked: str
    categories_before: str
    categories: str
    amount_fen_before: int | None
    amount_fen: int | None
    account_changed: bool
    key: str


PEOPLE = """
SELECT identity_digest, min(name) AS name,
       string_agg(DISTINCT category_code, '、' ORDER BY category_code) AS categories,
       sum(cash_fen + goods_fen)::bigint AS fen, array_agg(DISTINCT account_digest) AS accounts
FROM awards_rosterrow
WHERE roster_id = %({})s AND state = 'open' AND identity_digest IS NOT NULL
GROUP BY identity_digest
"""
PAIRS = f"""
SELECT *, CASE WHEN gone.fen IS NULL THEN 'new' WHEN come.fen IS NULL THEN 'gone'
               WHEN (come.categories, come.fen, come.accounts)
                    IS DISTINCT FROM (gone.categories, gone.fen, gone.accounts) THEN 'changed' ELSE 'same' END AS kind
FROM ({PEOPLE.format("now")}) AS come FULL JOIN ({PEOPLE.format("before")}) AS gone USING (identity_digest)
"""  # noqa: S608  own text
COUNT = PAIRS.replace("SELECT *,", "SELECT", 1)
LISTED = PAIRS.replace(
    "SELECT *,",
    "SELECT coalesce(come.name, gone.name), gone.categories, come.categories, gone.fen, come.fen,"
    " come.accounts IS DISTINCT FROM gone.accounts, identity_digest AS key,",
    1,
)


def last_list(roster: Roster) -> Roster | None:
    """The same union's list before this one, of the same campaign or the one before it."""
    earlier = Roster.objects.filter(organization_id=roster.organization_id, pk__lt=roster.pk)
    return (
        earlier.exclude(state__in=NOT_COMPARED)
        .select_related("campaign", "organization")
        .order_by("-pk")
        .first()
    )


def compared(roster: Roster, before: Roster) -> Compared:
    """The counts. One query over both lists."""
    counted = rows_of(
        f"SELECT kind, count(*) FROM ({COUNT}) AS pair GROUP BY kind",  # noqa: S608  own text
        {"now": roster.pk, "before": before.pk},
    )
    found = dict(counted)
    return Compared(before, *(found.get(kind, 0) for kind in (*KINDS, "same")))


def differences(
    roster: Roster, before: Roster, *, kind: str, after: str = "", limit: int = 50
) -> list[Difference]:
    """A page of the people of one kind (`new`, `gone`, `changed`), by blind index; names masked."""
    found = rows_of(
        f"SELECT * FROM ({LISTED}) AS pair WHERE kind = %(kind)s AND encode(key, 'hex') > %(after)s"  # noqa: S608
        " ORDER BY key LIMIT %(limit)s",
        {"now": roster.pk, "before": before.pk, "kind": kind, "after": after, "limit": limit},
    )
    return [
        Difference(
            mask_name(name), were or "", are or "", had, has, account and kind == "changed", bytes(key).hex()
        )
        for name, were, are, had, has, account, key, _ in found
    ]
