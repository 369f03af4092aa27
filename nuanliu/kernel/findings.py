"""Findings about people's data are values: code, severity, place, message, rule.

`CODES` is the whole list. Other programs rely on the codes; they are extended, never changed.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """`error` refuses the row, `warning` accepts it to be acknowledged, `note` informs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class CodeInfo:
    """What a code means: how grave, by which rule, its title and what to do."""

    severity: Severity
    rule: str
    title_zh: str
    remedy_zh: str


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in one place.

    `row` is as a spreadsheet numbers it, None for a whole file or sheet; `column` the heading as received.
    `message` is Chinese and holds no unmasked number. `subject` names the record concerned, as the caller keys
    it.
    """

    code: str
    severity: Severity
    message: str
    rule: str
    sheet: str = ""
    row: int | None = None
    column: str = ""
    subject: str = ""

    @property
    def refuses(self) -> bool:
        """Whether the row, file or sheet cannot be accepted with it."""
        return self.severity is Severity.ERROR


def finding(
    code: str,
    message: str = "",
    *,
    sheet: str = "",
    row: int | None = None,
    column: str = "",
    subject: str = "",
) -> Finding:
    """A finding with severity and rule from `CODES`; without a message, title and remedy are the message.

    KeyError for a code that is not in the list.
    """
    known = CODES[code]
    text = message or f"{known.title_zh}。{known.remedy_zh}"
    return Finding(code, known.severity, text, known.rule, sheet, row, column, subject)


def refusals(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The findings that stand against acceptance."""
    return tuple(found for found in findings if found.refuses)


MEASURES = "沪工总权〔2020〕178号"
NOTICE = "沪工总权〔2021〕194号"

SCOPE = f"{MEASURES} 第三条"
STANDARD = f"{MEASURES} 第七条"
REAL_NAME = f"{MEASURES} 第十一条"
PAYMENT_DISCIPLINE = f"{MEASURES} 第十三条"
PROHIBITIONS = f"{MEASURES} 第十六条"
FILING = f"{MEASURES} 第十八条"
STATISTICS = f"{NOTICE} 附件1"
TIMELY_ENTRY = f"{NOTICE} 五（二）"
IDENTITY_STANDARD = "GB 11643-1999"
CARD_STANDARD = "ISO/IEC 7812-1"
READING_LIMITS = "名册读取规则"

ERROR, WARNING, NOTE = Severity.ERROR, Severity.WARNING, Severity.NOTE

# code: severity, rule, title, remedy
CODES: dict[str, CodeInfo] = {
    # The file and its sheets.
    "file.unreadable": CodeInfo(
        ERROR, READING_LIMITS, "文件无法读取", "请用表格软件打开后另存为xlsx，确认公式都有结果，再重新上传"
    ),
    "file.password": CodeInfo(ERROR, READING_LIMITS, "文件有密码保护", "请取消密码后重新上传"),
    "file.too_large": CodeInfo(
        ERROR, READING_LIMITS, "文件超过大小限制", "请删去图片和无关工作表，或分成几个文件上传"
    ),
    "file.too_many_rows": CodeInfo(ERROR, READING_LIMITS, "行数超过限制", "请删去空行，或分成几个文件上传"),
    "sheet.no_table": CodeInfo(
        ERROR, READING_LIMITS, "没有找到名册表格", "请保留含“姓名”“身份证号”等栏目的表头行"
    ),
    "column.unmapped": CodeInfo(
        WARNING, READING_LIMITS, "栏目名称无法识别", "请指明这一栏的含义，以后同一单位的名册照此读取"
    ),
    # Who.
    "name.missing": CodeInfo(ERROR, REAL_NAME, "缺少姓名", "慰问须实名，请补填姓名"),
    "identity.missing": CodeInfo(
        ERROR, REAL_NAME, "缺少身份证号", "慰问须实名到人，请逐人填写身份证号，不得以“等若干人”代替"
    ),
    "identity.format": CodeInfo(
        ERROR,
        f"{REAL_NAME}；{IDENTITY_STANDARD}",
        "身份证号格式不对",
        "请填写18位号码，并把该栏设为文本格式，以免表格软件改坏末几位",
    ),
    "identity.checksum": CodeInfo(
        ERROR,
        f"{REAL_NAME}；{IDENTITY_STANDARD}",
        "身份证号校验不通过",
        "校验码不符或出生日期不可能，请对照身份证更正",
    ),
    "identity.name_conflict": CodeInfo(
        ERROR, f"{REAL_NAME}；{PROHIBITIONS}", "同一身份证号对应不同姓名", "请对照身份证核实姓名和号码后更正"
    ),
    # Given twice.
    "duplicate.in_list": CodeInfo(
        ERROR, STANDARD, "本次名册中重复", "同一人同一类别只能慰问一次，请删去重复的一行"
    ),
    "duplicate.in_programme": CodeInfo(
        ERROR, STANDARD, "本次活动中已有同类慰问", "同一人同一类别只能慰问一次，请删去本行或与已慰问单位核实"
    ),
    "duplicate.other_category": CodeInfo(
        WARNING, STATISTICS, "本次活动中已有其他类别慰问", "两次都计入人次，请确认确需再次慰问"
    ),
    "household.duplicate": CodeInfo(
        ERROR, STANDARD, "同一家庭重复享受按户慰问", "按户慰问每户一次，请保留一人"
    ),
    # Which category, how much.
    "category.missing": CodeInfo(ERROR, f"{SCOPE}；{STATISTICS}", "缺少慰问对象类别", "请填写C1至C11之一"),
    "category.unknown": CodeInfo(
        ERROR, f"{SCOPE}；{STATISTICS}", "慰问对象类别无法识别", "请填写C1至C11之一，或统计表上的类别名称"
    ),
    "amount.missing": CodeInfo(ERROR, STANDARD, "缺少慰问金额", "请填写慰问金或慰问品折价"),
    "amount.format": CodeInfo(ERROR, STANDARD, "金额无法识别", "请填写以元为单位的阿拉伯数字，最多两位小数"),
    "amount.not_positive": CodeInfo(
        ERROR, STANDARD, "金额不大于零", "请填写大于零的金额，没有慰问的人不列入名册"
    ),
    "standard.exceeded": CodeInfo(
        ERROR, STANDARD, "超过慰问标准", "不得搞特殊化慰问，请按标准更正；确需调整的先经民主程序修订标准"
    ),
    "standard.below": CodeInfo(WARNING, STANDARD, "低于慰问标准", "标准应统一执行，请确认或按标准补足"),
    "standard.missing": CodeInfo(
        ERROR, f"{STANDARD}；{FILING}", "没有适用的慰问标准", "请先录入经民主程序通过并已备案的标准"
    ),
    # To which account.
    "account.missing": CodeInfo(
        ERROR, REAL_NAME, "缺少银行账号", "慰问金原则上通过银行账户发放，请补填账号，或先办理现金发放审批"
    ),
    "account.format": CodeInfo(
        ERROR, REAL_NAME, "银行账号格式不对", "请填写数字账号，并把该栏设为文本格式，以免表格软件改坏末几位"
    ),
    "account.checksum": CodeInfo(
        WARNING,
        f"{REAL_NAME}；{CARD_STANDARD}",
        "银行卡号校验不通过",
        "请对照银行卡核实；旧存折账号可确认后保留",
    ),
    "account.shared": CodeInfo(
        ERROR,
        f"{REAL_NAME}；{PROHIBITIONS}",
        "多人共用一个银行账号",
        "慰问金须发到本人账户，请更正为本人账号",
    ),
    "account.name_conflict": CodeInfo(
        ERROR, f"{REAL_NAME}；{PROHIBITIONS}", "户名与慰问对象不符", "慰问金须发到本人账户，请更正户名或账号"
    ),
    "phone.format": CodeInfo(
        WARNING, REAL_NAME, "联系电话格式不对", "请填写手机号码或固定电话，以便回访核实"
    ),
    # Whether at all.
    "person.deceased": CodeInfo(
        ERROR, PROHIBITIONS, "登记为已去世", "不得冒领，请核实；慰问家属的请填写家属本人信息"
    ),
    "goods.prohibited": CodeInfo(ERROR, PROHIBITIONS, "属于明令禁止的物品", "请更换为允许的慰问品"),
    "conflict.handler": CodeInfo(
        ERROR, PROHIBITIONS, "经办或审批人与慰问对象有利害关系", "不得优亲厚友，请办理回避并换人经办"
    ),
    # For information.
    "row.total": CodeInfo(NOTE, READING_LIMITS, "合计、备注或签字行，不作为名册读取", "无须处理"),
    "row.hidden": CodeInfo(NOTE, READING_LIMITS, "表中隐藏的行，照常读取", "请确认这一行确应列入"),
    "cell.formula": CodeInfo(NOTE, READING_LIMITS, "采用公式保存的结果", "请确认数值无误"),
    # The programme as a whole.
    "programme.same_amount_to_all": CodeInfo(
        WARNING,
        PROHIBITIONS,
        "全体职工发放同一金额",
        "不得变相滥发津补贴、奖金、福利，请说明每人的慰问事由，或撤回名册",
    ),
    "programme.late_entry": CodeInfo(
        WARNING, f"{TIMELY_ENTRY}；{REAL_NAME}", "发放后录入不及时", "请说明迟录原因"
    ),
    # What the bank answered.
    "replies.unknown_order": CodeInfo(
        ERROR, PAYMENT_DISCIPLINE, "回盘中的指令不在本批次", "请核对回盘文件是否属于本批次"
    ),
    "replies.duplicate": CodeInfo(
        ERROR, PAYMENT_DISCIPLINE, "同一指令在回盘中出现多次", "请与银行核实后上传每笔一行的回盘"
    ),
    "replies.amount_differs": CodeInfo(
        ERROR, PAYMENT_DISCIPLINE, "回盘金额与指令不符", "该笔保持未决，请与银行核对实际入账金额"
    ),
    "replies.replayed": CodeInfo(
        WARNING, PAYMENT_DISCIPLINE, "该回盘此前已经处理", "没有重复入账，无须再次上传"
    ),
    "replies.out_of_order": CodeInfo(
        ERROR, PAYMENT_DISCIPLINE, "回盘先后次序不对", "该笔已有最终结果或尚未送出，请核对文件日期和批次"
    ),
    "replies.unmapped_words": CodeInfo(
        WARNING, PAYMENT_DISCIPLINE, "银行答复用语无法识别", "该笔保持未决，请指明这一用语的含义后重新处理"
    ),
}
