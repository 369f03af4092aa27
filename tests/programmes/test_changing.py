"""A campaign moves before it begins, keeps its window afterwards, and is closed once with a reason."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from django.db import Error, transaction

from nuanliu.base.scope import Scope, scoped
from nuanliu.kernel.errors import Refused
from nuanliu.organizations.queries import by_path
from nuanliu.programmes.actions import change_campaign, close_campaign, open_campaign, open_programme
from nuanliu.programmes.models import Campaign
from nuanliu.programmes.queries import is_open
from tests.cast import Cast

pytestmark = pytest.mark.django_db

JIADING = "/0/31/114/"
STARTS, ENDS, TODAY = date(2090, 12, 15), date(2091, 2, 1), date(2090, 11, 1)


def opened(cast: Cast, starts_on: date = STARTS, ends_on: date = ENDS) -> Campaign:
    district = by_path(JIADING)
    programme = open_programme(district, name=f"送温暖{starts_on}", year=starts_on.year, by=cast.rights)
    return open_campaign(
        programme,
        organization=district,
        name="元旦春节",
        starts_on=starts_on,
        ends_on=ends_on,
        by=cast.rights,
    )


@pytest.fixture
def campaign(cast: Cast) -> Iterator[Campaign]:
    with scoped(Scope.for_path(JIADING, cast.rights.user_id)):
        yield opened(cast)


def refusal(act: Any) -> str:
    with pytest.raises(Refused) as refused, transaction.atomic():
        act()
    return refused.value.code


def changed(campaign: Campaign, cast: Cast, **told: Any) -> Campaign:
    said = {"on": TODAY, "reason": "通知改期"} | told
    return change_campaign(campaign, by=cast.rights, **said)


def test_a_campaign_is_moved_before_it_begins(campaign: Campaign, cast: Cast) -> None:
    moved = changed(campaign, cast, ends_on=date(2091, 2, 20), notice_number="沪工〔2090〕9号")
    assert (moved.ends_on, moved.notice_number) == (date(2091, 2, 20), "沪工〔2090〕9号")


def test_its_window_stays_once_it_has_begun_and_its_notice_may_still_be_put_right(
    campaign: Campaign, cast: Cast
) -> None:
    assert (
        refusal(lambda: changed(campaign, cast, on=STARTS, ends_on=ENDS.replace(day=9))) == "campaign.begun"
    )
    assert changed(campaign, cast, on=STARTS, notice_title="更正").notice_title == "更正"


def test_the_database_keeps_the_window_of_a_campaign_that_has_begun(cast: Cast, raw_sql: Any) -> None:
    with scoped(Scope.for_path(JIADING, cast.rights.user_id)):
        begun = opened(cast, date(2021, 12, 15), date(2022, 2, 1))
        for change in ("ends_on = '2022-03-01'", "name = 'x'"):
            with pytest.raises(Error), transaction.atomic():
                raw_sql(f"UPDATE programmes_campaign SET {change} WHERE id = %s", [begun.pk])


def test_a_change_needs_a_reason_a_role_and_a_window_in_order(campaign: Campaign, cast: Cast) -> None:
    assert refusal(lambda: changed(campaign, cast, reason=" ", entry_lag_days=3)) == "campaign.reason_missing"
    assert refusal(lambda: changed(campaign, cast, ends_on=date(2090, 1, 1))) == "campaign.window"
    denied = lambda: change_campaign(campaign, on=TODAY, reason="x", by=cast.clerk, entry_lag_days=3)  # noqa: E731
    assert refusal(denied) == "permission.denied"


def test_a_closed_campaign_takes_nothing_new_and_never_changes(
    campaign: Campaign, cast: Cast, raw_sql: Any
) -> None:
    last = date(2091, 1, 10)
    for _ in range(2):
        closed = close_campaign(campaign, on=last, reason="资金用完", by=cast.rights)
    assert [is_open(closed, day) for day in (STARTS, last, date(2091, 1, 11))] == [True, True, False]
    again = lambda: close_campaign(campaign, on=ENDS, reason="x", by=cast.rights)  # noqa: E731
    assert refusal(again) == "campaign.closed"
    assert refusal(lambda: changed(campaign, cast, entry_lag_days=3)) == "campaign.closed"
    with pytest.raises(Error), transaction.atomic():
        raw_sql("UPDATE programmes_campaign SET closed_on = NULL WHERE id = %s", [campaign.pk])


def test_a_campaign_is_closed_within_its_window_and_with_a_reason(campaign: Campaign, cast: Cast) -> None:
    late = lambda: close_campaign(campaign, on=date(2091, 3, 1), reason="x", by=cast.rights)  # noqa: E731
    bare = lambda: close_campaign(campaign, on=ENDS, reason="", by=cast.rights)  # noqa: E731
    assert (refusal(late), refusal(bare)) == ("campaign.close_outside_window", "campaign.reason_missing")
