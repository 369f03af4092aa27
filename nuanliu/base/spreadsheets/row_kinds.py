"""Which rows below a heading are people, and which are totals, remarks, signatures, repeated headings or blank.

Columnar: a row with an identity number is data and is not looked at again, so only the few others cost anything.
"""

from collections.abc import Mapping
from enum import StrEnum

import polars as pl


class RowKind(StrEnum):
    """What a row below the heading is."""

    DATA = "data"
    TOTAL = "total"
    REMARK = "remark"
    SIGNATURE = "signature"
    HEADING = "heading"
    BLANK = "blank"


NUMBER_OF_A_PERSON = "[0-9０-９]{8}"
PLAIN_NUMBER = r"^[0-9０-９.,，]+$"
# What makes a row a person's when it has no identity number.
CORE = ("name", "identity_number", "category", "cash", "goods", "goods_value", "total", "account")
MONEY = ("cash", "goods_value", "total")
FEW_CELLS = 2

TOTAL = (
    r"^(?:本页|本表|本单位|全部|以上|各类|总|人数|金额)*(?:合计|小计|总计|共计|累计|总数|总额|总人数|总金额|合计人数|合计金额)"
    r"|^共[0-9]+(?:人|户|人次|名)|^其中(?:[:,]|$)|^(?:人民币|合计|金额)?[(]?大写"
    # 第一车间小计, 在职职工合计
    r"|^[^0-9]{0,24}(?:合计|小计|总计|共计|累计)[:]?$|^C[0-9]{1,2}类?(?:合计|小计)[:]?$"
)
COUNT_OF_PEOPLE = r"^\s*共?\s*[0-9０-９]+\s*(?:人次|人|户|名)\s*$"
REMARK = (
    r"^(?:备注|说明|填表说明|填报说明|填写说明|附注|附件|注意|注意事项|特此说明|示例|样例|范例|填写示例|例|注)"
    r"(?:[:(.,、0-9]|$)|^(?:示例|样例|填表说明|填报说明|填写说明)|^[0-9一二三四五六七八九十]+[、.](?:本表|此表|填|请|慰问|身份证|银行|以上)"
)
SIGNATURE = (
    r"^(?:单位|部门|工会|基层工会|上级|分管|主管|领导|财务|权益保障部|填报|填表)*"
    r"(?:负责人|经办人|经手人|审核人|审核|复核人|复核|制表人|制表|填表人|填报人|审批人|审批|领导|主席|出纳|会计|制单|监督人|证明人|经办)"
    r"(?:签字|签名|签章|盖章|意见|签|\(签字\)|\(签名\)|\(签章\)|\(盖章\))*(?:[:(]|$)"
    r"|^[^0-9]{0,16}(?:签字|签名|签章|盖章|公章)[)]?[:]?(?:$|[^a-zA-Z0-9]*$)"
    r"|^(?:填报|填表|制表|上报)?(?:日期|时间|单位)[:]|^(?:[0-9]{4}|20_*|\s*)年[0-9_]*月[0-9_]*日$|^联系电话[:]|^联系人[:]"
)
SECTION = (
    r"^[(]?[一二三四五六七八九十]+[)]?[、.]"
    r"|(?:工会|公司|车间|班组|街道|支部|部门|科室|分厂|中心|大队|机关|人员|名单|职工)$"
)
PAGE = r"^第[0-9]+页|^共[0-9]+页|^[(]?续表|^[-—]+[0-9]+[-—]+$|^[-—]*以下空白|^此[页表]以下|^[^\p{L}\p{N}]+$"
OTHERS = "等[0-9]+[人名户]"
LONG_LINE = 24
FIRST_TEXT, BANNER = "first text", "banner"


def rows_without_number(frame: pl.DataFrame, fields: Mapping[str, str]) -> pl.Series:
    """Where no identity number stands. `fields` maps field to column name."""
    column = fields.get("identity_number")
    if column is None:
        return pl.repeat(value=True, n=frame.height, dtype=pl.Boolean, eager=True)
    return ~frame[column].str.contains(NUMBER_OF_A_PERSON).fill_null(value=False)


def row_kinds(frame: pl.DataFrame, fields: Mapping[str, str], banners: pl.Series) -> pl.Series:
    """The kind of each row of `frame`, none of which has an identity number: the first rule that holds.

    `banners` tells the rows whose one cell is merged over the columns that name a person.
    """
    kind = pl.lit(RowKind.DATA.value)
    for rule, condition in reversed(_rules(frame, fields)):
        kind = pl.when(condition).then(pl.lit(rule.value)).otherwise(kind)
    known = frame.with_columns(_first_text(frame).alias(FIRST_TEXT), banners.alias(BANNER))
    return known.select(kind.alias("kind"))["kind"]


def _rules(frame: pl.DataFrame, fields: Mapping[str, str]) -> list[tuple[RowKind, pl.Expr]]:
    filled = {name: _is_filled(pl.col(name)) for name in frame.columns}

    def given(*names: str) -> list[pl.Expr]:
        return [filled[fields[name]] for name in names if name in fields] or [pl.lit(value=False)]

    count = pl.sum_horizontal(list(filled.values()))
    sums = pl.sum_horizontal(given(*MONEY))
    person = pl.any_horizontal(given("name")) & pl.any_horizontal(given("category", "account", *MONEY))
    nameless = ~pl.any_horizontal(given(*CORE))
    text = pl.col(FIRST_TEXT).fill_null("")
    alone = count == 1
    # 20人 stands where a name should.
    counts = (
        pl.col(fields["name"]).str.contains(COUNT_OF_PEOPLE).fill_null(value=False)
        if "name" in fields
        else pl.lit(value=False)
    )
    return [
        (RowKind.BLANK, count == 0),
        (RowKind.TOTAL, text.str.contains(TOTAL) | counts),
        (RowKind.SIGNATURE, ~person & text.str.contains(SIGNATURE)),
        (RowKind.REMARK, text.str.contains(REMARK) & ((count <= FEW_CELLS) | ~person)),
        # A bare sum under the column names nobody.
        (RowKind.TOTAL, (count == sums) & (sums > 0)),
        # Rows numbered in advance.
        (RowKind.BLANK, alone & pl.any_horizontal(given("seq")) & (text == "")),
        (RowKind.REMARK, (count <= FEW_CELLS) & nameless),
        (RowKind.REMARK, ~person & text.str.contains(PAGE)),
        (RowKind.REMARK, alone & (text.str.contains(SECTION) | (text.str.len_chars() > LONG_LINE))),
        (RowKind.REMARK, alone & pl.col(BANNER) & ~text.str.contains(OTHERS)),
    ]


def _is_filled(column: pl.Expr) -> pl.Expr:
    return column.str.contains(r"\S").fill_null(value=False)


def _first_text(frame: pl.DataFrame) -> pl.Expr:
    # The first cell that is neither blank nor a plain number: 合计 may stand in any column.
    texts = [
        pl.when(~pl.col(name).str.contains(rf"^\s*$|{PLAIN_NUMBER}")).then(pl.col(name))
        for name in frame.columns
    ]
    return pl.coalesce(texts).str.normalize("NFKC").str.replace_all(r"\s", "")
