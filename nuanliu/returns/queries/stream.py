"""Which awards Annex 1 counts, as conditions in SQL that its table and the records behind its cells share."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import connection

from nuanliu.base.scope import Scope
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1, form

EPIDEMIC_TAG = "EPIDEMIC_FRONTLINE"
NEW_EMPLOYMENT_TAG = "NEW_EMPLOYMENT_FORM"
MEMO_CODES = ("J1", "J2", "J3", "J4")
RECEIPT_CODES = form(ANNEX1).row("B").parts

# Everything that Annex 1 takes from awards, in one pass. An award of another campaign counts only in J3 and J4, whose
# time is the service month and the festival together: the two windows are one OR, so nothing counts twice.
STREAM = """
    FROM awards_award award
    WHERE award.state = 'delivered'
      AND award.organization_path >= %(low)s AND award.organization_path < %(high)s
      AND award.delivered_on <= %(as_of)s
"""
IN_CAMPAIGN = "award.campaign_id = %(campaign)s AND award.delivered_on BETWEEN %(starts)s AND %(ends)s"
NEW_EMPLOYMENT = """(
    award.tags @> ARRAY[%(new_employment)s]::varchar[]
    AND (award.delivered_on BETWEEN %(starts)s AND %(ends)s
         OR award.delivered_on BETWEEN %(service_starts)s AND %(service_ends)s))
"""
EPIDEMIC = f"{IN_CAMPAIGN} AND award.tags @> ARRAY[%(epidemic)s]::varchar[]"
# Implied by either tag; named so that the index of tagged awards serves.
TAGGED = "award.tags <> '{}'"
OF_LIST = "AND award.roster_id = %(roster)s"
AMOUNT = "award.cash_fen + award.goods_fen"


def is_of_awards(code: str) -> bool:
    """Whether `records_of` opens the cell."""
    return code in {"C", "D", *MEMO_CODES} or (code[0] in "CD" and code in form(ANNEX1).codes)


def condition(code: str, parameters: dict[str, Any]) -> str:
    """What an award must be to count in a C, D or J cell; adds what it names to the parameters.

    ValueError for a cell that is not derived from awards.
    """
    if not is_of_awards(code):
        raise ValueError(f"{code} is not derived from awards")
    if code in {"J1", "J2"}:
        return f"{TAGGED} AND {EPIDEMIC}"
    if code in {"J3", "J4"}:
        return f"{TAGGED} AND {NEW_EMPLOYMENT}"
    if code in {"C", "D"}:
        return IN_CAMPAIGN
    parameters["category"] = f"C{code[1:]}"
    return f"{IN_CAMPAIGN} AND award.category_id = %(category)s"


def parameters_of(path: str, campaign: Campaign, as_of: date) -> dict[str, Any]:
    """The values that the conditions name."""
    scope = Scope.for_path(path)
    return {
        "low": scope.path_low,
        "high": scope.path_high,
        "campaign": campaign.pk,
        "as_of": as_of,
        "starts": campaign.starts_on,
        "ends": campaign.ends_on,
        "service_starts": campaign.service_month_starts_on or campaign.starts_on,
        "service_ends": campaign.service_month_ends_on or campaign.ends_on,
        "epidemic": EPIDEMIC_TAG,
        "new_employment": NEW_EMPLOYMENT_TAG,
    }


def rows_of(sql: str, parameters: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows of a statement."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return list(cursor.fetchall())
