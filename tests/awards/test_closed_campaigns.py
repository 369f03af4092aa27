"""A campaign closed before its end takes no list of a later day, by the action and by the database."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from nuanliu.awards.actions import accept_rows, import_roster, recheck_roster, reimport_roster
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.queries import late_entry_findings
from nuanliu.programmes.actions import close_campaign
from tests.awards.conftest import DAY, World
from tests.awards.making import People, list_of
from tests.awards.test_controls import forbidden, forge, refused, sql
from tests.awards.test_flow import accepted, approve

CLOSED = DAY - timedelta(days=1)


def close(world: World, on: date = CLOSED) -> None:
    close_campaign(world.campaign, on=on, reason="资金已用完", by=world.cast.rights)
    world.campaign.refresh_from_db()


def test_no_list_is_begun_after_the_last_day(world: World) -> None:
    people = People()
    known = world.submit(list_of(people())).roster
    close(world)
    with refused("campaign.closed"):
        world.submit(list_of(people()))
    with forbidden("roster_campaign_open"):
        sql(
            "INSERT INTO awards_roster (organization_id, organization_path, campaign_id, submission_digest,"
            " business_date, state, handler_id, rows_read, rows_accepted, accepted_fen)"
            " SELECT organization_id, organization_path, campaign_id, sha256('x'), business_date, 'checked',"
            " handler_id, 0, 0, 0 FROM awards_roster WHERE id = %s",
            [known.pk],
        )
    assert world.submit(list_of(people()), business_date=CLOSED).roster.state == "checked"


def test_the_same_list_again_is_still_the_one_before(world: World) -> None:
    file = list_of(People()())
    known = world.submit(file).roster
    close(world)
    assert world.submit(file).roster == known


def test_no_row_is_accepted_after_the_last_day(world: World) -> None:
    people = People()
    award = Award.objects.get(roster=accepted(world, people()))
    waiting = world.submit(list_of(people())).roster
    close(world)
    with refused("campaign.closed"):
        accept_rows(waiting, by=world.cast.clerk)
    with forbidden("award_campaign_open"):
        forge(award, cash_fen=200_000)
    forge(award, cash_fen=200_000, business_date=CLOSED)


def test_no_list_is_replaced_or_read_again_after_the_last_day(world: World) -> None:
    people = People()
    roster = world.submit(list_of(people())).roster
    close(world)
    with refused("campaign.closed"):
        reimport_roster(roster, [list_of(people(), people())], by=world.cast.clerk)
    with refused("campaign.closed"):
        recheck_roster(roster, by=world.cast.clerk)
    with forbidden("roster_campaign_open"):
        sql(
            "INSERT INTO awards_rosterrow (roster_id, organization_path, sheet_ordinal, row_number, state, blocked,"
            " raw_sealed, name, initials, employer, category_code, tags, cash_fen, goods_fen, goods, reason, bank,"
            " gender, account_tail) SELECT roster_id, organization_path, sheet_ordinal, 99, state, blocked, raw_sealed,"
            " name, initials, employer, category_code, tags, cash_fen, goods_fen, goods, reason, bank, gender,"
            " account_tail FROM awards_rosterrow WHERE roster_id = %s",
            [roster.pk],
        )


def test_what_was_accepted_before_goes_its_way(world: World) -> None:
    roster = accepted(world, People()())
    close(world)
    approve(world, roster, ["C1"], 100_000)
    assert Roster.objects.get(pk=roster.pk).state == "decided"


def test_the_end_of_the_window_closes_no_campaign(world: World) -> None:
    after = world.campaign.ends_on + timedelta(days=10)
    late = import_roster(
        [list_of(People()())],
        organization=world.jiading,
        campaign=world.campaign,
        business_date=after,
        by=world.cast.clerk,
        standard=world.standard,
    )
    assert accept_rows(late.roster, by=world.cast.clerk).rows == 1


@pytest.mark.requirement("R-105")
def test_a_list_of_a_day_before_the_closing_that_comes_after_it_is_read_and_marked_late(world: World) -> None:
    people = People()
    in_time = world.submit(list_of(people())).roster
    close(world)
    days = (timezone.localdate() - CLOSED).days
    late = world.submit(list_of(people()), business_date=CLOSED).roster
    assert (in_time.days_late, late.days_late) == (0, days)
    (found,) = late_entry_findings(world.campaign)
    assert (found.code, found.subject) == ("programme.late_entry", str(late.pk))
    assert f"提前结束{days}天后才报送" in found.message
    accept_rows(late, by=world.cast.clerk)


@pytest.mark.requirement("R-105")
def test_nobody_writes_a_list_without_its_lateness(world: World) -> None:
    close(world)
    late = world.submit(list_of(People()()), business_date=CLOSED).roster
    sql(
        "INSERT INTO awards_roster (organization_id, organization_path, campaign_id, submission_digest,"
        " business_date, state, handler_id, rows_read, rows_accepted, accepted_fen, days_late)"
        " SELECT organization_id, organization_path, campaign_id, sha256('x'), business_date, 'checked',"
        " handler_id, 0, 0, 0, 0 FROM awards_roster WHERE id = %s",
        [late.pk],
    )
    forged = Roster.objects.exclude(pk=late.pk).get()
    assert forged.days_late == late.days_late > 0
    with forbidden("roster_frozen"):
        sql("UPDATE awards_roster SET days_late = 0 WHERE id = %s", [late.pk])
