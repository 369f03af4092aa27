"""Rows held until the transaction ends, and campaigns and unions that have ended."""

from nuanliu.awards.models import Roster
from nuanliu.kernel.errors import refuse_if
from nuanliu.programmes.queries import is_closed


def locked_roster(roster: Roster) -> Roster:
    """The roster as it is now, locked; the caller's own object tells the new state too."""
    fresh = Roster.objects.select_for_update(of=("self",)).get(pk=roster.pk)
    roster.__dict__.update({name: value for name, value in fresh.__dict__.items() if name != "_state"})
    return roster


def refuse_closed(roster: Roster) -> None:
    """Refused (`campaign.closed`) where the list is of a day after the last one of a campaign that was closed early."""
    campaign = roster.campaign
    refuse_if(
        is_closed(campaign, roster.business_date),
        "campaign.closed",
        f"活动“{campaign.name}”已于 {campaign.closed_on} 提前结束，此后不再收取或接收名册。",
    )


def refuse_ended(roster: Roster) -> None:
    """Refused (`roster.union_ended`) where the list is of a day on which its union was no longer there."""
    union = roster.organization
    refuse_if(
        not union.stands_until(roster.business_date),
        "roster.union_ended",
        f"“{union.name}”已于 {union.valid_to} 撤销，不能再报送此后的名册。请由接续单位或上级工会报送，"
        "或填写撤销前的业务日期。",
    )
