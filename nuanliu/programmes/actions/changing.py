"""A campaign before it begins is moved; its notice is put right; it is closed before its end."""

from datetime import date
from typing import Any

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if
from nuanliu.programmes.actions.campaigns import check_campaign
from nuanliu.programmes.models import Campaign
from nuanliu.programmes.permissions import POLICY

WINDOW = ("starts_on", "ends_on")
CHANGEABLE = (
    *WINDOW, "service_month_starts_on", "service_month_ends_on", "notice_number", "notice_title", "notice_printed_on",
    "reports_due_on", "entry_lag_days",
)  # fmt: skip


@audited
def change_campaign(campaign: Campaign, *, on: date, reason: str, by: Actor, **changes: Any) -> Campaign:
    """Put notice, dates and service month right; the window itself only before it begins (`on` is today).

    `changes` are fields of `CHANGEABLE`. What is the same changes nothing. Refused: `permission.denied`,
    `campaign.reason_missing`, `campaign.closed`, `campaign.begun`, and what `open_campaign` refuses.
    """
    campaign = _locked(campaign, "change_campaign", reason, by)
    before = {name: getattr(campaign, name) for name in CHANGEABLE}
    changed = {name: value for name, value in changes.items() if name in CHANGEABLE and value != before[name]}
    if not changed:
        unchanged()
        return campaign
    moved = any(name in changed for name in WINDOW)
    refuse_if(
        moved and campaign.starts_on <= on,
        "campaign.begun",
        "活动已经开始，起止日期不能再改。可提前结束活动。",
    )
    for name, value in changed.items():
        setattr(campaign, name, value)
    check_campaign(campaign)
    campaign.save(update_fields=list(changed))
    record(by, campaign, before={name: before[name] for name in changed}, after=changed, reason=reason)
    return campaign


@audited
def close_campaign(campaign: Campaign, *, on: date, reason: str, by: Actor) -> Campaign:
    """Close a campaign before its end: `on` is its last day. What was begun goes its way; nothing new is begun.

    Refused: `permission.denied`, `campaign.reason_missing`, `campaign.close_outside_window`, and `campaign.closed`
    where it was closed on another day.
    """
    POLICY.require(by, "close_campaign", campaign)
    campaign = Campaign.objects.select_for_update().get(pk=campaign.pk)
    refuse_if(not reason.strip(), "campaign.reason_missing", "提前结束活动必须说明原因。")
    if campaign.closed_on:
        refuse_if(campaign.closed_on != on, "campaign.closed", f"活动已于 {campaign.closed_on} 提前结束。")
        unchanged()
        return campaign
    refuse_if(
        on > campaign.ends_on,
        "campaign.close_outside_window",
        f"活动本到 {campaign.ends_on} 为止，提前结束的日期不能晚于这一天。",
    )
    campaign.closed_on, campaign.close_reason = on, reason
    campaign.save(update_fields=["closed_on", "close_reason"])
    record(by, campaign, before={"closed_on": None}, after={"closed_on": on}, reason=reason)
    return campaign


def _locked(campaign: Campaign, act: str, reason: str, by: Actor) -> Campaign:
    POLICY.require(by, act, campaign)
    campaign = (
        Campaign.objects.select_for_update(of=("self",))
        .select_related("programme", "basis")
        .get(pk=campaign.pk)
    )
    refuse_if(not reason.strip(), "campaign.reason_missing", "变更活动必须说明原因。")
    refuse_if(campaign.closed_on, "campaign.closed", f"活动已于 {campaign.closed_on} 提前结束，不能再改。")
    return campaign
