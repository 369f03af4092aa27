"""What the database's refusals mean to people: the name of the broken constraint, a code and a Chinese message."""

from functools import partial

from nuanliu.base.refusals import translated

REFUSALS: dict[str, tuple[str, str]] = {
    "account_within_limit": ("ledger.insufficient", "资金余额不足，不得超支；请先落实资金或调减金额。"),
    "allocation_keeps_restrictions": (
        "ledger.restrictions_lost",
        "下拨资金须沿用原有限制和来源性质；请按原限制另设资金专户。",
    ),
    "fund_owner": ("ledger.fund_owner", "资金须登记在其所属单位和法人名下。"),
    "fund_of_standing_union": (
        "ledger.union_ended",
        "该工会已登记撤销，不再开设资金。请在接续单位或上级工会开设。",
    ),
    "fund_purpose_allowed": ("fund.purpose_not_allowed", "该用途不在送温暖资金的允许范围内。"),
    "ledger_read_committed": ("ledger.isolation", "记账只在读已提交的事务中进行。"),
    "plan_begins_as_draft": ("plan.state", "方案须从草稿开始。"),
    "plan_collectively_decided": ("plan.not_decided", "方案未经集体研究通过，不得执行。"),
    "plan_frozen": ("plan.frozen", "方案提出后内容不得改动；请撤回后重新提出。"),
    "plan_has_lines": ("plan.empty", "方案没有列明资金和对象。"),
    "plan_line_campaign": ("plan.fund_restricted", "方案动用了专用于另一次活动的资金。"),
    "plan_line_categories": ("plan.fund_restricted", "方案的对象类别超出资金限定的范围。"),
    "plan_line_category_once": ("plan.category_twice", "同一资金的同一类别只能列一行，请合并。"),
    "plan_line_frozen": ("plan.frozen", "方案提出后资金安排不得改动；请撤回后重新提出。"),
    "plan_line_legal_person": ("plan.fund_restricted", "工会与基金会各自核算，方案不得动用另一法人的资金。"),
    "plan_line_member_welfare": ("plan.fund_restricted", "会员节日慰问品经费不属送温暖资金，不得列入方案。"),
    "plan_line_own_fund": ("plan.fund_restricted", "方案只能动用本级资金；上级补助请先下拨到本级。"),
    "plan_line_purpose": ("plan.fund_restricted", "方案的用途与资金的用途不一致。"),
    "plan_line_purpose_allowed": ("plan.fund_restricted", "该用途不在送温暖资金的允许范围内。"),
    "plan_line_source": ("plan.fund_restricted", "资金来源没有登记规则。"),
    "plan_line_source_categories": ("plan.fund_restricted", "方案的对象类别超出该来源资金规定的范围。"),
    "plan_line_within_sum": ("ledger.plan_exceeded", "超出方案批准的金额；请调减，或另行提出方案。"),
    "plan_owner": ("plan.owner", "方案须登记在其所属单位和法人名下。"),
    "plan_transition": ("plan.state", "方案的状态不允许这一步。"),
    "plan_within_fund": ("plan.insufficient", "量入为出：资金已有安排或余额不足，不能再作此安排。"),
    "reserve_fund_of_line": ("ledger.other_fund", "只能从方案列明的资金列支，不得挪用其他资金。"),
    "reserve_for_award": (
        "ledger.no_award",
        "列支须对应名册中已批准的慰问对象，且不超过其金额；请先录入名册。",
    ),
    "reserve_plan_approved": ("ledger.plan_not_approved", "方案未经集体研究通过，或决定日期在后，不得列支。"),
    "reserve_within_term": ("fund.term", "不在资金的使用期限内，不得支出。"),
    "transfer_accounts_by_kind": ("ledger.accounts", "该类记账不能使用这两个账户。"),
    "transfer_amount_positive": ("ledger.amount", "金额须大于零。"),
    "transfer_kind_known": ("ledger.accounts", "没有这一类记账。"),
    "transfer_repeats_resolved": (
        "ledger.resolution",
        "了结的金额、账户、对象须与原记录一致，日期不得早于原记录。",
    ),
    "transfer_reserved_once": ("ledger.already_reserved", "该对象已有在途或已支付的款项，不得重复列支。"),
    "transfer_resolved_once": ("ledger.already_resolved", "该笔记录已经了结，不得再次了结。"),
    "transfer_resolves_by_kind": ("ledger.resolution", "了结须指明所了结的记录。"),
    "transfer_reverse_has_reason": ("ledger.reason_missing", "冲正须写明理由。"),
}

# A savepoint in which a constraint of this package refuses in words.
refused_by_database = partial(translated, REFUSALS)
