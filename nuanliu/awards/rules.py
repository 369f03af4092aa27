"""What a whole programme shows that no single row does. Pure: plain facts in, findings out."""

from dataclasses import dataclass
from datetime import date

from nuanliu.kernel.findings import Finding, finding
from nuanliu.kernel.money import yuan_text

# Fewer people who get the same are a standard at work, not an allowance to all staff.
FEWEST_ALIKE = 20
# Of a known staff, so large a share counts as "all".
SHARE_OF_ALL = 0.9


@dataclass(frozen=True, slots=True)
class SameAmount:
    """What the people of one employer got in a campaign: how many, in how many categories, least and most, in fen."""

    employer: str
    people: int
    categories: int
    least_fen: int
    most_fen: int


def same_amount_to_all(group: SameAmount, staff_count: int | None = None) -> Finding | None:
    """A finding where an employer's people all got the same sum, as an allowance would be paid (R-050, S2 Art. 16).

    With a known staff the list must reach nine tenths of it; without, at least twenty people in one category.
    """
    if group.people < 2 or group.least_fen != group.most_fen or group.categories > 1:
        return None
    whole_staff = group.people >= SHARE_OF_ALL * staff_count if staff_count else group.people >= FEWEST_ALIKE
    if not whole_staff:
        return None
    message = (
        f"{group.employer}的{group.people}人都得到{yuan_text(group.least_fen)}元，像是向全体职工发放同一金额"
        "（沪工总权〔2020〕178号 第十六条）。请说明每人的慰问事由，或撤回名册。"
    )
    return finding("programme.same_amount_to_all", message, subject=group.employer)


def late_entry(
    subject: str, organization: str, given_on: date, entered_on: date, awards: int, allowed_days: int
) -> Finding | None:
    """A finding where a list was entered more than the allowed days after the first payment (R-105)."""
    days = (entered_on - given_on).days
    if days <= allowed_days:
        return None
    message = (
        f"{organization}的名册于{entered_on}录入，距{given_on}发放已{days}天，超过{allowed_days}天，涉及{awards}人次"
        "（沪工总权〔2021〕194号 五（二））。请说明迟录原因。"
    )
    return finding("programme.late_entry", message, subject=subject)


def late_list(subject: str, organization: str, closed_on: date, days_late: int) -> Finding:
    """A finding for a list that came after its campaign was closed, though it is of a day before (R-105)."""
    message = (
        f"{organization}的名册在活动于{closed_on}提前结束{days_late}天后才报送"
        "（沪工总权〔2021〕194号 五（二））。请说明迟报原因，并核对业务日期。"
    )
    return finding("programme.late_entry", message, subject=subject)
