"""Programmes all year, campaigns as windows of them, the rules both rest on, and the lists the city keeps."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from nuanliu.kernel.errors import Refused
from nuanliu.programmes.actions import (
    open_campaign,
    open_programme,
    permit_goods,
    prohibit_goods,
    register_rule,
)
from nuanliu.programmes.models import Campaign, Programme, ProhibitedGoods, RuleDocument
from nuanliu.programmes.queries import campaigns_on, default_basis, prohibited_words, rules_in_force

WINDOW = {"starts_on": date(2021, 12, 15), "ends_on": date(2022, 2, 1)}
NAME = "2022年元旦春节送温暖"


@pytest.fixture
def programme(jiading, rights):
    return open_programme(jiading, name="送温暖", year=2022, by=rights)


@pytest.fixture
def campaign(programme, jiading, rights):
    return open_campaign(programme, organization=jiading, name=NAME, **WINDOW, by=rights)


def refused(code):
    return pytest.raises(Refused, match=code.replace(".", r"\."))


def rule(number):
    return RuleDocument.objects.get(number=number)


@pytest.mark.requirement("R-069")
def test_campaigns_are_windows_of_one_programme_that_runs_all_year(programme, campaign, jiading, rights):
    summer = {"starts_on": date(2022, 7, 1), "ends_on": date(2022, 8, 31)}
    cooling = open_campaign(programme, organization=jiading, name="夏送清凉", **summer, by=rights)
    assert set(programme.campaigns.all()) == {campaign, cooling}
    assert Programme.objects.count() == 1


@pytest.mark.requirement("R-068")
def test_a_campaign_counts_before_its_notice_was_printed(programme, jiading, rights):
    notice = rule("沪工总权〔2021〕194号")
    campaign = open_campaign(
        programme,
        organization=jiading,
        name=NAME,
        **WINDOW,
        basis=notice,
        notice_number=notice.number,
        notice_printed_on=notice.issued_on,
        by=rights,
    )
    assert campaign.starts_on < campaign.notice_printed_on
    days = [date(2021, 12, 14), date(2021, 12, 15), date(2022, 2, 1), date(2022, 2, 2)]
    assert [list(campaigns_on(jiading, day)) for day in days] == [[], [campaign], [campaign], []]


@pytest.mark.requirement("R-018")
@pytest.mark.parametrize("trigger", ["key_date", "hardship"])
def test_a_programme_tells_what_sets_it_off(jiading, rights, trigger):
    opened = open_programme(jiading, name="走访慰问", year=2022, trigger=trigger, by=rights)
    assert Programme.objects.get(pk=opened.pk).trigger == trigger


@pytest.mark.requirement("R-092", "R-102")
def test_a_campaign_rests_on_the_rule_in_force(campaign, programme):
    assert campaign.basis.number == programme.basis.number == "沪工总权〔2020〕178号"


def another(raw_sql, campaign, **changed):
    """The same campaign once more past the action, but for what is changed; what it is never changes in its row."""
    columns = ("programme_id", "organization_id", "organization_path", "starts_on", "ends_on", "basis_id",
               "notice_number", "notice_title", "entry_lag_days", "in_audit_scope", "close_reason")  # fmt: skip
    values = [changed.get(column, getattr(campaign, column)) for column in columns]
    places = ", ".join(["%s"] * len(columns))
    raw_sql(f"INSERT INTO programmes_campaign (name, {', '.join(columns)}) VALUES ('另一', {places})", values)


@pytest.mark.requirement("R-092", "R-102")
def test_no_campaign_without_a_rule_in_force(campaign, programme, jiading, rights, raw_sql):
    long_ago = {"starts_on": date(2010, 1, 1), "ends_on": date(2010, 2, 1)}
    with refused("campaign.no_rule"):
        open_campaign(programme, organization=jiading, name="旧", **long_ago, by=rights)
    replaced = rule("沪工总权〔2019〕11号")
    with refused("campaign.rule_not_in_force"):
        open_campaign(programme, organization=jiading, name="旧", **WINDOW, basis=replaced, by=rights)
    for basis in (None, replaced.pk):
        with pytest.raises(DatabaseError, match=r"campaign\.rule_not_in_force"), transaction.atomic():
            another(raw_sql, campaign, basis_id=basis)
    with pytest.raises(DatabaseError, match="null value"), transaction.atomic():
        raw_sql("UPDATE programmes_programme SET basis_id = NULL WHERE id = %s", [programme.pk])


def test_a_campaign_lies_below_its_programme(programme, baoshan, city, raw_sql, campaign):
    with refused("campaign.outside_programme"):
        open_campaign(programme, organization=baoshan, name="宝山", **WINDOW, by=city)
    with pytest.raises(DatabaseError, match=r"campaign\.outside_programme"), transaction.atomic():
        another(raw_sql, campaign, organization_id=baoshan.pk, organization_path=baoshan.path)


def test_the_same_campaign_is_opened_once(programme, campaign, jiading, rights):
    assert open_campaign(programme, organization=jiading, name=NAME, **WINDOW, by=rights) == campaign
    assert open_programme(jiading, name="送温暖", year=2022, by=rights) == programme
    with refused("campaign.other_window"):
        open_campaign(
            programme,
            organization=jiading,
            name=NAME,
            starts_on=WINDOW["starts_on"],
            ends_on=date(2022, 2, 2),
            by=rights,
        )


def test_a_window_ends_after_it_begins(programme, campaign, jiading, rights, raw_sql):
    backwards = {"starts_on": date(2022, 2, 1), "ends_on": date(2022, 1, 1)}
    with refused("campaign.window"):
        open_campaign(programme, organization=jiading, name="倒", **backwards, by=rights)
    with pytest.raises(DatabaseError, match="in_order"), transaction.atomic():
        another(raw_sql, campaign, ends_on="2021-01-01")


def test_campaigns_of_the_city_are_open_to_the_unions_below(city, shanghai, grassroots):
    programme = open_programme(shanghai, name="送温暖", year=2022, by=city)
    campaign = open_campaign(programme, organization=shanghai, name=NAME, **WINDOW, by=city)
    assert list(campaigns_on(grassroots, date(2022, 1, 10))) == [campaign]


def test_nobody_opens_a_campaign_elsewhere(programme, jiading, baoshan, actor_in):
    for stranger in (actor_in(baoshan, "rights_officer"), actor_in(jiading, "handler")):
        with refused("permission.denied"):
            open_campaign(programme, organization=jiading, name="新", **WINDOW, by=stranger)
    assert Campaign.objects.count() == 0


@pytest.mark.requirement("R-063", "R-064")
def test_a_new_rule_ends_the_old_one_the_day_before(city, raw_sql):
    old = rule("沪工总权〔2020〕178号")
    new = register_rule(
        number="沪工总权〔2026〕1号",
        title="上海工会送温暖工作实施办法",
        issuer="上海市总工会",
        kind="local",
        issued_on=date(2026, 3, 1),
        replaces=old,
        by=city,
    )
    old.refresh_from_db()
    assert (old.effective_to, old.replaced_by) == (date(2026, 2, 28), new)
    assert [default_basis(day) for day in (date(2026, 2, 28), date(2026, 3, 1))] == [old, new]
    assert old in rules_in_force(date(2026, 2, 28))
    with pytest.raises(DatabaseError, match="ends once"), transaction.atomic():
        raw_sql(
            "UPDATE programmes_ruledocument SET effective_to = NULL, replaced_by_id = NULL WHERE id = %s",
            [old.pk],
        )


@pytest.mark.requirement("R-049")
def test_the_city_keeps_the_list_of_prohibited_goods(city, rights):
    on, last_day = date(2022, 1, 1), date(2022, 6, 30)
    with refused("permission.denied"):
        prohibit_goods("无人机", exceptions=[], source="通知", on=on, by=rights)
    entry = prohibit_goods("无人机", exceptions=[], source="通知", on=on, by=city)
    assert prohibit_goods("无人机", exceptions=[], source="通知", on=on, by=city) == entry
    permit_goods(entry, last_day=last_day, reason="通知废止", by=city)
    days = [date(2021, 12, 31), on, last_day, date(2022, 7, 1)]
    assert [entry in prohibited_words(day) for day in days] == [False, True, True, False]
    assert ProhibitedGoods.objects.get(pk=entry.pk).valid_to == last_day
