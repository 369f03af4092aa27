"""What the database's refusals mean to people: the name of the broken constraint, a code and a Chinese message."""

from functools import partial

from nuanliu.base.refusals import translated

REFUSALS: dict[str, tuple[str, str]] = {
    "award_delivered_with_proof": ("payments.no_proof", "没有银行入账结果或签收凭证，不得登记为已发放。"),
    "batch_as_declared": ("payments.not_as_declared", "批次的笔数、金额与申报不符；请取消后重新编制。"),
    "batch_as_released": ("payments.not_as_declared", "送银行的笔数、金额与放行的不符；请重新放行。"),
    "batch_begins_built": ("payments.state", "批次须从编制开始。"),
    "batch_closed_with_receipt": ("payments.no_receipt", "没有存档的银行回单，不得办结；请先上传银行回单。"),
    "batch_digest": ("payments.content_changed", "批次内容在编制后被改动，不得放行；请取消后重新编制。"),
    "batch_file_archived": ("payments.no_file", "代发文件没有存档，不得放行。"),
    "batch_frozen": ("payments.frozen", "批次编制后内容不得改动；请取消后重新编制。"),
    "batch_of_approved_plan": ("payments.not_decided", "方案未经集体研究通过，或决定日期在后，不得付款。"),
    "batch_profile_confirmed": (
        "payments.profile_unconfirmed",
        "银行格式未经另一人确认，或不属本单位，不能使用。",
    ),
    "batch_released_by_another": ("payments.same_person", "编制与放行须为两人，请由其他人放行。"),
    "batch_settled": ("payments.outcome_unknown", "仍有银行结果未明的指令；请先取得回盘。"),
    "batch_transition": ("payments.state", "批次的状态不允许这一步。"),
    "batch_within_plan": ("payments.plan_exceeded", "付款超出方案安排给这项资金的金额。"),
    "correction_frozen": ("payments.correction_frozen", "账户更正只能核实一次，核实后不得改动；请另作更正。"),
    "correction_verified_by_another": ("payments.same_person", "账户更正须由另一人核实。"),
    "order_account_verified": (
        "payments.account_unverified",
        "付款账户与审批的不同，须先更正并由另一人核实。",
    ),
    "order_from_fund": ("payments.other_fund", "只能从方案列明的资金付款，不得挪用其他资金。"),
    "order_has_reservation": ("payments.not_reserved", "没有与金额相符的在途款项，不得付款。"),
    "order_of_approved_award": ("payments.not_decided", "该笔慰问未经审批，或不属于本方案，不得付款。"),
    "order_once_for_award": ("payments.already_paying", "该笔慰问已有在途或已付的指令，不得重复付款。"),
    "order_pays_award": ("payments.amount_differs", "付款金额须与审批金额一致，足额发放。"),
    "order_reissue_verified": (
        "payments.account_unverified",
        "因账户原因失败的，须更正账户并由另一人核实后再付。",
    ),
    "order_to_own_account": (
        "payments.not_own_account",
        "收款账户须为本人名下的有效账户，户名须与姓名一致。",
    ),
    "reservation_kept_while_paying": ("payments.outcome_unknown", "银行结果未明，在途款项不得释放。"),
}

# A savepoint in which a constraint of this package refuses in words.
refused_by_database = partial(translated, REFUSALS)
