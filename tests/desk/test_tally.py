"""The counts beside the awards are those of the awards, whatever happened to them."""

from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.db.models import Count, F, Sum

from nuanliu.awards.models import Award
from nuanliu.base.scope import Scope, scoped
from nuanliu.desk.models import Tally
from nuanliu.desk.queries import progress_of
from nuanliu.programmes.models import Campaign
from tests.awards.conftest import JIADING
from tests.desk.conftest import Way

pytestmark = pytest.mark.django_db


def counted() -> dict[tuple[Any, ...], tuple[int, int]]:
    place = ("campaign_id", "organization_path", "state")
    rows = Award.objects.values_list(*place).annotate(n=Count("id"), fen=Sum(F("cash_fen") + F("goods_fen")))
    return {row[:3]: row[3:] for row in rows.order_by()}


def tallied() -> dict[tuple[Any, ...], tuple[int, int]]:
    place = ("campaign_id", "organization_path", "state")
    rows = Tally.objects.values_list(*place).annotate(n=Sum("awards"), fen=Sum("amount_fen")).order_by()
    return {row[:3]: row[3:] for row in rows if row[3]}


def test_they_follow_a_list_from_acceptance_to_the_bank_s_answer(way: Way) -> None:
    for step in (way.accepted, way.decided, way.sent, way.paid):
        step()
        found = way.seen_by("rights", tallied)
        assert found == way.seen_by("rights", counted) != {}
    assert {state for _, _, state in found} == {"delivered", "failed"}


def test_the_progress_of_a_campaign_is_what_its_awards_have_come_to(way: Way) -> None:
    for step in (way.accepted, way.decided, way.sent, way.paid):
        step()
        told = way.seen_by("rights", lambda: progress_of(Campaign.objects.get(), JIADING))
        states = way.seen_by("rights", lambda: list(Award.objects.values_list("state", flat=True)))
        fen = way.seen_by("rights", lambda: sum(award.cash_fen + award.goods_fen for award in arrived()))
        assert (told.all, told.delivered_fen) == (len(states), fen)
        of_states = (told.delivered, told.in_payment, told.failed)
        assert of_states == tuple(states.count(state) for state in ("delivered", "in_payment", "failed"))
    assert told.delivered > 0 < told.failed


def arrived() -> list[Award]:
    return list(Award.objects.filter(state="delivered"))


def test_they_are_seen_by_the_union_alone_and_those_above(way: Way) -> None:
    way.accepted()
    seen = {name: way.seen_by(name, Tally.objects.count) for name in ("rights", "outsider", "city")}
    assert seen["rights"] == seen["city"] > 0
    assert seen["outsider"] == 0


FORGED = """
    INSERT INTO desk_tally (campaign_id, organization_path, state, awards, amount_fen)
    SELECT campaign_id, organization_path, state, 1, 1 FROM desk_tally LIMIT 1
"""


@pytest.mark.parametrize("statement", [FORGED, "UPDATE desk_tally SET awards = 0", "DELETE FROM desk_tally"])
def test_nobody_writes_them_by_hand(way: Way, raw_sql: Any, statement: str) -> None:
    way.accepted()
    refused = pytest.raises(DatabaseError, match="permission denied")
    with scoped(Scope.for_path(JIADING)), refused, transaction.atomic():
        raw_sql(statement)
