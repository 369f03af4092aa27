"""Random lists, judged by columns and by the slow oracle: the same codes for every row."""

from datetime import date
from random import Random

import polars as pl
import pytest

from nuanliu.awards.checking.facts import Line, ListTable, Rules
from nuanliu.awards.checking.normalise import read_rows
from nuanliu.awards.checking.record import no_answers
from nuanliu.awards.checking.rows import check_rows, judge
from nuanliu.kernel.cards import generate_account
from nuanliu.kernel.identity import generate_identity
from tests.awards.checking import oracle

DAY = date(2022, 1, 10)
LINES = {
    "C1": Line(100_000),
    "C2": Line(50_000, 20_000),
    "C3": Line(50_000, 20_000, convertible=True),
    "C4": Line(0, 30_000),
}
WORDINGS = {"C1": "C1", "C2": "C2", "C3": "C3", "C4": "C4", "C5": "C5", "困难职工": "C1"}
FIELDS = (
    "name",
    "identity_number",
    "category",
    "cash",
    "goods",
    "goods_value",
    "account",
    "account_holder",
    "phone",
)


def random_list(seed: int, length: int) -> list[dict[str, str | None]]:
    """Few people, few accounts, all kinds of spelling: many clashes."""
    random = Random(seed)
    numbers = [generate_identity(random, date(1980, 1, 1 + turn), "310114") for turn in range(6)]
    old = numbers[0][:6] + numbers[0][8:17]
    spoilt = [
        numbers[1][:17] + "0123456789X"[(int(numbers[1][17], 36) + 1) % 10],
        "31011419800230001X",
        "12",
        None,
        "-",
    ]
    spelled = [f"{numbers[2][:6]} {numbers[2][6:]}", f"'{numbers[3]}", numbers[4].lower(), old]
    accounts = [generate_account(random) for _ in range(5)]
    choices = {
        "name": ["张三", "张 三", "李四", "王五", "Ａmy", None, " ", "无"],
        "identity_number": numbers * 3 + spoilt + spelled,
        "category": ["C1", "c1", " C2", "C3", "C4", "C5", "困难职工", "C12", "其他", None, "/"],
        "cash": ["1000", "1,000元", "￥500.00", "500", "700", "0", "-5", "五百", None, None, "500.001"],
        "goods": [None, None, "大米", "白酒一瓶"],
        "goods_value": [None, None, "200", "300", "0", "-1", "x"],
        "account": accounts * 3
        + [f"{accounts[0][:4]} {accounts[0][4:]}", "6222021001020003041", "12a", None, None],
        "account_holder": [None, None, None, "张三", "李四", "张　三"],
        "phone": [None, "13812345678", "021-63211939", "12345", "138 1234 5678"],
    }
    return [{field: random.choice(choices[field]) for field in FIELDS} for _ in range(length)]


def by_columns(rows: list[dict[str, str | None]]) -> list[set[str]]:
    """The codes of each row, on two sheets of unequal length."""
    cut = len(rows) // 3
    tables = [table(1, rows[:cut]), table(2, rows[cut:])]
    rules = Rules(DAY, LINES, WORDINGS, forbidden=names_liquor)
    judged = judge(check_rows(read_rows(tables), rules), no_answers(), rules)
    codes: list[set[str]] = [set() for _ in rows]
    for row, code in judged.found.select("row", "code").iter_rows():
        assert code not in codes[row]
        codes[row].add(code)
    return codes


def table(ordinal: int, rows: list[dict[str, str | None]]) -> ListTable:
    frame = pl.DataFrame(rows, schema=dict.fromkeys(FIELDS, pl.String)).with_row_index("row_number", offset=2)
    return ListTable(ordinal, "名册.xlsx", f"表{ordinal}", frame, {field: field for field in FIELDS})


def names_liquor(goods: pl.Series) -> pl.Series:
    return (
        goods.to_frame("goods")
        .select(pl.when(pl.col("goods").str.contains("酒")).then(pl.lit("酒")))
        .to_series()
    )


@pytest.mark.parametrize("seed", range(60))
def test_columns_and_oracle_tell_every_row_the_same(seed: int) -> None:
    rows = random_list(seed, 5 + seed * 2)
    assert by_columns(rows) == oracle.judge(rows, DAY, LINES, WORDINGS, "酒")


def test_the_random_lists_reach_every_code_that_a_list_alone_can_have() -> None:
    reached = {code for seed in range(20) for codes in by_columns(random_list(seed, 60)) for code in codes}
    assert reached == {
        "name.missing", "identity.missing", "identity.format", "identity.checksum", "identity.name_conflict",
        "duplicate.in_list", "duplicate.other_category", "category.missing", "category.unknown", "amount.missing",
        "amount.format", "amount.not_positive", "standard.exceeded", "standard.below", "standard.missing",
        "account.missing", "account.format", "account.checksum", "account.shared", "account.name_conflict",
        "phone.format", "goods.prohibited",
    }  # fmt: skip
