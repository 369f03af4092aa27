"""Days and bounds, as 民法典 第一千二百五十九条 reads them."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from nuanliu.kernel.periods import Bound, Period, Side, find_date, parse_bound, parse_bounds, parse_date

WINDOW = Period.parse("2021-12-15:2022-02-01")
DAYS = st.dates(date(2021, 1, 1), date(2021, 1, 31))
ENDS = st.none() | DAYS


@st.composite
def periods(draw):
    start, end, with_start, with_end = draw(st.tuples(ENDS, ENDS, st.booleans(), st.booleans()))
    first = start if start is None or with_start else start + timedelta(1)
    last = end if end is None or with_end else end - timedelta(1)
    assume(first is None or last is None or first <= last)
    return Period(start, end, with_start, with_end)


def test_both_days_of_a_written_period_belong_to_it():
    assert Period(date(2021, 12, 15), date(2022, 2, 1)) == WINDOW
    assert WINDOW.contains(date(2021, 12, 15))
    assert WINDOW.contains(date(2022, 2, 1))
    assert not WINDOW.contains(date(2021, 12, 14))
    assert not WINDOW.contains(date(2022, 2, 2))


def test_an_exclusive_end_does_not_belong():
    half = Period(date(2022, 1, 1), date(2023, 1, 1), end_inclusive=False)
    assert half.last_day == date(2022, 12, 31)
    assert not half.contains(date(2023, 1, 1))
    assert str(half) == "2022-01-01:2022-12-31"


def test_an_open_end_never_comes():
    assert Period.parse("2021-12-15:").contains(date.max)
    assert Period.parse(":2021-12-15").contains(date.min)
    assert Period(None, None).intersects(WINDOW)


def test_neighbours_do_not_meet():
    after = Period(date(2022, 2, 1), None, start_inclusive=False)
    assert not WINDOW.intersects(after)
    assert WINDOW.intersects(Period(date(2022, 2, 1), None))


@pytest.mark.parametrize(
    "ends",
    [
        (date(2022, 1, 2), date(2022, 1, 1), True, True),
        (date(2022, 1, 1), date(2022, 1, 1), True, False),
        (date(2022, 1, 1), date(2022, 1, 2), False, False),
        (date.max, None, False, True),
        (None, date.min, True, False),
    ],
)
def test_a_period_has_at_least_one_day(ends):
    with pytest.raises(ValueError, match="没有任何一天"):
        Period(*ends)


@pytest.mark.parametrize(
    "text", ["", "2021-12-15", "2021-13-01:2022-01-01", "tomorrow:", "2022-02-01:2021-12-15"]
)
def test_what_is_no_period_is_refused(text):
    with pytest.raises(ValueError, match=r"期间|日期"):
        Period.parse(text)


@given(periods())
def test_a_period_is_read_back_as_the_same_days(period):
    again = Period.parse(str(period))
    assert (again.first_day, again.last_day) == (period.first_day, period.last_day)


@given(periods(), periods())
def test_two_periods_intersect_when_a_day_lies_in_both(one, other):
    days = [date(2020, 12, 1) + timedelta(number) for number in range(100)]
    common = any(one.contains(day) and other.contains(day) for day in days)
    assert one.intersects(other) == other.intersects(one) == common


@pytest.mark.parametrize(
    "text",
    [
        "2022年1月10日",
        "2022年01月10号",
        "2022 年 1 月 10 日",
        "２０２２年１月１０日",
        "2022-01-10",
        "2022-1-10",
        "2022/1/10",
        "2022.1.10",
        "2022.01.10",
        "2022—1—10",
        "20220110",
        "2022-01-10 08:30",
        "2022-01-10T00:00:00",
        "2022-01-10 00:00:00.000",
        "二〇二二年一月十日",
        "二零二二年一月一十日",
    ],
)
def test_one_day_in_many_spellings(text):
    assert parse_date(text) == date(2022, 1, 10)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2022年1月",
        "2022年2月30日",
        "2022-13-01",
        "44571",
        "1月10日",
        "年 月 日",
        "2022-1-100",
        "12022-01-10",
        "填报日期：2022年1月10日",
    ],
)
def test_what_is_no_day_is_none(text):
    assert parse_date(text) is None


def test_december_in_words():
    assert parse_date("二〇二一年十二月三十一日") == date(2021, 12, 31)


@given(st.dates(date(1900, 1, 1), date(2199, 12, 31)))
def test_every_day_is_read_back(day):
    assert parse_date(day.isoformat()) == parse_date(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("填报日期：2022年1月10日", date(2022, 1, 10)),
        ("填报人：王某   电话：63211939   2022年 1月 10日", date(2022, 1, 10)),
        ("2022年2月30日改为2022年2月28日", date(2022, 2, 28)),
        ("2022年元旦春节", None),
        ("     年   月   日", None),
    ],
)
def test_a_day_inside_a_longer_text(text, day):
    assert find_date(text) == day


@pytest.mark.parametrize(
    ("text", "bound"),
    [
        ("2000元以上", Bound(Decimal(2000), True, Side.LOWER, "元")),
        ("2000元以下", Bound(Decimal(2000), True, Side.UPPER, "元")),
        ("30日以内", Bound(Decimal(30), True, Side.UPPER, "日")),
        ("30日以外", Bound(Decimal(30), False, Side.LOWER, "日")),
        ("届满3年", Bound(Decimal(3), True, Side.LOWER, "年")),
        ("不满12个月", Bound(Decimal(12), False, Side.UPPER, "个月")),
        ("超过3万元", Bound(Decimal(30000), False, Side.LOWER, "元")),
        ("不超过3万元", Bound(Decimal(30000), True, Side.UPPER, "元")),
        ("不低于1,000元", Bound(Decimal(1000), True, Side.LOWER, "元")),
        ("低于1000元", Bound(Decimal(1000), False, Side.UPPER, "元")),
        ("年满60周岁以上", Bound(Decimal(60), True, Side.LOWER, "周岁")),
        ("满18周岁", Bound(Decimal(18), True, Side.LOWER, "周岁")),
        ("十八周岁以上", Bound(Decimal(18), True, Side.LOWER, "周岁")),
        ("三万五千元以下", Bound(Decimal(35000), True, Side.UPPER, "元")),
        ("1.5万元以上", Bound(Decimal(15000), True, Side.LOWER, "元")),
        ("5千元以上", Bound(Decimal(5000), True, Side.LOWER, "元")),
        ("80%以上", Bound(Decimal(80), True, Side.LOWER, "%")),
        ("百分之八十以上", Bound(Decimal(80), True, Side.LOWER, "%")),
        ("3人以上", Bound(Decimal(3), True, Side.LOWER, "人")),
    ],
)
def test_bound_words(text, bound):
    assert parse_bound(text) == bound


@pytest.mark.parametrize(
    ("text", "inclusive"),
    [
        ("3万元（不含）以下", False),
        ("3万元以下（不含3万元）", False),
        ("3万元以上（不含本数）", False),
        ("超过3万元（含）", True),
        ("不满3万元（含3万元）", True),
        ("3万元（含3万元）以上", True),
    ],
)
def test_an_explicit_word_wins(text, inclusive):
    assert parse_bound(text).inclusive is inclusive


@pytest.mark.parametrize("text", ["", "3万元", "以上", "若干元以上", "不满3万元以上", "3万元以上5万元以下"])
def test_what_states_no_single_bound_is_refused(text):
    with pytest.raises(ValueError, match="看不出界限"):
        parse_bound(text)


@pytest.mark.parametrize(
    ("text", "bounds"),
    [
        ("1万元以上不满3万元", [("1万元以上"), ("不满3万元")]),
        ("家庭人均收入低于3000元且超过1000元的职工", [("低于3000元"), ("超过1000元")]),
        ("自付1万元（含）以上、3万元（不含）以下，补助2000元", [("1万元(含)以上"), ("3万元(不含)以下")]),
        ("一次性补助2000元", []),
    ],
)
def test_the_bounds_of_a_longer_text(text, bounds):
    assert parse_bounds(text) == tuple(parse_bound(bound) for bound in bounds)


def test_a_bound_admits_its_own_number_only_when_inclusive():
    for text, just_below, itself, just_above in [
        ("3000元以上", False, True, True),
        ("超过3000元", False, False, True),
        ("3000元以下", True, True, False),
        ("不满3000元", True, False, False),
    ]:
        bound = parse_bound(text)
        assert [bound.admits(number) for number in (2999, 3000, 3001)] == [just_below, itself, just_above]
