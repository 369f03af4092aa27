"""What the database's refusals mean to people: the name of the broken constraint, a code and a Chinese message."""

from functools import partial

from nuanliu.base.refusals import translated

REFUSALS: dict[str, tuple[str, str]] = {
    "entered_in_order": ("return.changed_meanwhile", "该栏目刚被他人填写，请刷新后核对再填。"),
    "entered_not_negative": ("return.negative", "填报数不能小于零。"),
    "return_formulas_hold": ("return.formula_broken", "合计与各项之和不符，不能签字。"),
    "return_frozen": ("return.frozen", "统计表定稿后不得改动；请另出新版本。"),
    "return_header_filled": ("return.header_missing", "统计表须填写填报人和电话。"),
    "return_judged_from_above": ("return.own_table", "统计表由上级工会审核，本单位不能审核自己的报表。"),
    "return_newest_signed": ("return.newer_version", "已有更新的版本，请在新版本上签字。"),
    "return_sent_once_signed": ("return.sent_before_signed", "报送日期不能早于签字日期。"),
    "return_two_signatures": ("return.same_person", "填报人与签字的负责人须为两人。"),
    "return_version_once": ("return.changed_meanwhile", "刚有他人生成了同一版本，请刷新后再试。"),
}

# A savepoint in which a constraint of this package refuses in words.
refused_by_database = partial(translated, REFUSALS)
