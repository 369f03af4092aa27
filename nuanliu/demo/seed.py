"""The demonstration's data, made through the actions: lists paid, waiting for leaders, and full of findings."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from random import Random

from nuanliu.access.states import Role
from nuanliu.awards.actions import SubmittedFile
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import BAOSHAN, CITY, JIADING, grassroots_union
from nuanliu.demo.lists import Wanted, make_list
from nuanliu.demo.staff import staff_for
from nuanliu.demo.warmth import flow
from nuanliu.demo.warmth.stopwatch import Stopwatch
from nuanliu.ledger.actions import open_fund, receive
from nuanliu.ledger.states import SourceClass
from nuanliu.organizations.models import Organization
from nuanliu.organizations.queries import by_path
from nuanliu.organizations.states import Kind, Level
from nuanliu.programmes.actions import open_campaign, open_programme, standard_from_file
from nuanliu.programmes.models import Campaign
from nuanliu.returns.actions import enter_value

YUAN = {
    "C1": 1000,
    "C2": 2000,
    "C3": 800,
    "C4": 1500,
    "C5": 500,
    "C6": 600,
    "C7": 500,
    "C8": 500,
    "C9": 800,
    "C10": 1000,
    "C11": 1200,
}
BUSINESS_DATE = date(2022, 1, 10)
# For whoever tries the demonstration with a list of one's own.
SPARE_FEN = 100_000_000


@dataclass(frozen=True, slots=True)
class Scale:
    """How much there is: rows of each paid list, other districts and industries with one, the list with findings."""

    paid_rows: int
    other_unions: int
    rows_of_others: int
    waiting_rows: int
    open_rows: int


SCALES = {
    "tiny": Scale(40, 0, 0, 20, 24),
    "district": Scale(1_200, 4, 300, 240, 160),
    "city": Scale(6_000, 40, 2_400, 1_200, 800),
}

# Rows of Annex 1 that the stream cannot know yet, with where the figure comes from.
ENTERED = {
    "A": (12, "走访企业台账"),
    "E2": (36, "帮扶台账"),
    "E3": (9, "帮扶台账"),
    "F1": (58, "心理关爱服务签到表"),
    "F2": (420, "送春联活动签到表"),
    "G": (130, "返乡服务登记表"),
}


def seed(scale: str, number: int) -> None:
    """Fill an empty demonstration database; the same scale and number give the same lists. Safe to run again."""
    size, random = SCALES[scale], Random(number)  # noqa: S311  invented people, not secrets
    campaign = festival()
    jiading = _at(JIADING)
    _adopt_standard()
    _run(
        jiading,
        campaign,
        Wanted(jiading.name, BUSINESS_DATE, size.paid_rows, YUAN, fault_every=60),
        random,
        fail_every=90,
    )
    for union in _others(size.other_unions):
        _run(
            union,
            campaign,
            Wanted(union.name, BUSINESS_DATE, size.rows_of_others, YUAN, fault_every=150),
            random,
            fail_every=120,
        )
    _wait_for_leaders(jiading, campaign, Wanted(jiading.name, BUSINESS_DATE, size.waiting_rows, YUAN), random)
    _leave_open(campaign, Wanted("", BUSINESS_DATE, size.open_rows, YUAN, fault_every=9), random)
    _enter_values(jiading, campaign)
    _leave_money(jiading, campaign)


def festival() -> Campaign:
    """The campaign of the notice 沪工总权〔2021〕194号, opened by the city."""
    city = _at(CITY)
    by = staff_for(city).actor(Role.RIGHTS_OFFICER)
    with scoped(Scope.for_path("/")):
        programme = open_programme(city, name="送温暖", year=2022, by=by)
        return open_campaign(
            programme,
            organization=city,
            name="2022年元旦春节送温暖",
            starts_on=date(2021, 12, 15),
            ends_on=date(2022, 2, 1),
            service_month_starts_on=date(2021, 12, 1),
            service_month_ends_on=date(2021, 12, 31),
            notice_number="沪工总权〔2021〕194号",
            notice_title="上海市总工会关于组织开展2022年元旦春节送温暖活动的通知",
            notice_printed_on=date(2021, 12, 27),
            reports_due_on=date(2022, 1, 20),
            by=by,
        )


def _adopt_standard() -> None:
    """The city's standard holds for every union that has not adopted its own."""
    city = _at(CITY)
    by = staff_for(city).actor(Role.RIGHTS_OFFICER)
    with scoped(Scope.for_path("/")):
        standard_from_file(
            {
                "document": "上海市总工会2022年元旦春节送温暖慰问标准",
                "organization": city.name,
                "adopted": {
                    "procedure": "主席办公会",
                    "date": date(2021, 12, 10),
                    "minutes": "会议纪要第28号",
                },
                "valid_from": date(2021, 12, 15),
                "valid_to": date(2022, 2, 28),
                "categories": {code: {"cash_yuan": yuan} for code, yuan in YUAN.items()},
            },
            organization=city,
            by=by,
        )


def _run(
    union: Organization, campaign: Campaign, wanted: Wanted, random: Random, *, fail_every: int = 0
) -> None:
    job = _job(union, campaign, fail_every)
    roster = flow.receive(job, [_file(wanted, random)], Stopwatch())
    plan = flow.decide(job, flow.propose(job, roster))
    flow.reconcile(job, roster, flow.pay(job, plan))


def _wait_for_leaders(union: Organization, campaign: Campaign, wanted: Wanted, random: Random) -> None:
    job = _job(union, campaign)
    flow.propose(job, flow.receive(job, [_file(wanted, random)], Stopwatch()))


def _leave_open(campaign: Campaign, wanted: Wanted, random: Random) -> None:
    """The grassroots union's list as its clerk has just dropped it."""
    with scoped(Scope.for_path("/")):
        union = grassroots_union()
    job = _job(union, campaign)
    named = Wanted(union.name, wanted.day, wanted.rows, wanted.yuan_by_category, wanted.fault_every)
    flow.import_list(job, [_file(named, random)])


def _enter_values(union: Organization, campaign: Campaign) -> None:
    by = staff_for(union).actor(Role.RIGHTS_OFFICER)
    with scoped(Scope.for_path(union.path, by.user_id)):
        if union.enteredvalue_set.exists():
            return
        for code, (value, source) in ENTERED.items():
            enter_value(union, campaign, code, value, reason=source, on=BUSINESS_DATE, by=by)


def _leave_money(union: Organization, campaign: Campaign) -> None:
    """A fund that no plan has asked for yet."""
    finance = staff_for(union).actor(Role.FINANCE_OFFICER)
    with scoped(Scope.for_path(union.path, finance.user_id)):
        fund = open_fund(
            union,
            name="送温暖专项经费",
            source_class=SourceClass.UNION_BUDGET,
            purpose=flow.PURPOSE,
            campaign=campaign,
            by=finance,
        )
        receive(
            fund,
            SPARE_FEN,
            on=BUSINESS_DATE,
            evidence="工会经费年度预算",
            by=finance,
            idempotency_key="demonstration-spare",
        )


def _job(union: Organization, campaign: Campaign, fail_every: int = 0) -> flow.Job:
    return flow.Job(union, campaign, None, BUSINESS_DATE, staff_for(union), fail_every)


def _file(wanted: Wanted, random: Random) -> SubmittedFile:
    return SubmittedFile(f"{wanted.unit}实名制汇总表（{wanted.rows}人）.xlsx", make_list(wanted, random))


def _others(count: int) -> Iterator[Organization]:
    """Districts first, then bureaus and industries."""
    with scoped(Scope.for_path("/")):
        below = Organization.objects.filter(path__startswith=CITY, kind=Kind.UNION).exclude(
            path__in=[JIADING, CITY]
        )
        unions = [
            union
            for level in (Level.DISTRICT, Level.INDUSTRY)
            for union in below.filter(level=level).order_by("path")
        ]
    unions.sort(key=lambda union: union.path != BAOSHAN)
    return iter(unions[:count])


def _at(path: str) -> Organization:
    with scoped(Scope.for_path("/")):
        return by_path(path)
