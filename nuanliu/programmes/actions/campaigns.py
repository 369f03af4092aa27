"""Open programmes that run all year, and campaigns that are windows of them."""

from datetime import date

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Programme, RuleDocument
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import campaign_named, default_basis
from nuanliu.programmes.states import Trigger

NO_RULE = "找不到所依据的制度文件，请先在制度登记簿中登记（实施办法第八条）"


@audited
def open_programme(
    organization: Organization,
    *,
    name: str,
    year: int,
    by: Actor,
    trigger: str = Trigger.KEY_DATE,
    basis: RuleDocument | None = None,
) -> Programme:
    """A measure that runs all year (R-001). The same name and year again is the same programme.

    It rests on the rule in force on the last day of its year unless told otherwise; Refused `programme.no_rule`
    where there is none (R-092).
    """
    programme = Programme(
        organization=organization,
        organization_path=organization.path,
        name=name,
        year=year,
        trigger=trigger,
        basis=basis or default_basis(date(year, 12, 31)),
    )
    POLICY.require(by, "open_programme", programme)
    refuse_if(programme.basis_id is None, "programme.no_rule", NO_RULE)
    known = Programme.objects.filter(organization=organization, name=name, year=year).first()
    if known:
        unchanged()
        return known
    programme.save(force_insert=True)
    record(by, programme, after={"name": name, "year": year, "basis": programme.basis.number})
    return programme


@audited
def open_campaign(
    programme: Programme,
    *,
    organization: Organization,
    name: str,
    starts_on: date,
    ends_on: date,
    by: Actor,
    basis: RuleDocument | None = None,
    notice_number: str = "",
    notice_title: str = "",
    notice_printed_on: date | None = None,
    service_month_starts_on: date | None = None,
    service_month_ends_on: date | None = None,
    reports_due_on: date | None = None,
    entry_lag_days: int = 15,
) -> Campaign:
    """A window of a programme, both days included (R-068, R-069), with the rule it rests on (R-092, R-102).

    The same campaign again is the same row. Refused: `campaign.window`, `campaign.other_window` when the name is taken
    by another window, `campaign.no_rule`, `campaign.rule_not_in_force`, `campaign.outside_programme`.
    """
    campaign = Campaign(
        programme=programme,
        organization=organization,
        organization_path=organization.path,
        name=name,
        starts_on=starts_on,
        ends_on=ends_on,
        basis=basis or default_basis(starts_on),
        notice_number=notice_number,
        notice_title=notice_title,
        notice_printed_on=notice_printed_on,
        service_month_starts_on=service_month_starts_on,
        service_month_ends_on=service_month_ends_on,
        reports_due_on=reports_due_on,
        entry_lag_days=entry_lag_days,
    )
    POLICY.require(by, "open_campaign", campaign)
    check_campaign(campaign)
    known = campaign_named(programme.pk, name)
    if known:
        same = (known.starts_on, known.ends_on) == (starts_on, ends_on)
        refuse_if(not same, "campaign.other_window", f"“{name}”已有另一活动时间，请换一个名称")
        unchanged()
        return known
    campaign.save(force_insert=True)
    record(by, campaign, after={"name": name, "starts_on": starts_on, "ends_on": ends_on})
    return campaign


def check_campaign(campaign: Campaign) -> None:
    """What `open_campaign` refuses of window, service month, place and basis."""
    refuse_if(campaign.ends_on < campaign.starts_on, "campaign.window", "活动结束日期早于开始日期")
    refuse_if(
        not campaign.organization_path.startswith(campaign.programme.organization_path),
        "campaign.outside_programme",
        "活动单位不在该项目的单位之下",
    )
    first, last = campaign.service_month_starts_on, campaign.service_month_ends_on
    whole = first is last is None or bool(first and last and first <= last)
    refuse_if(not whole, "campaign.service_month", "服务月须同时填写起止日期，且结束日期不早于开始日期")
    refuse_if(campaign.basis_id is None, "campaign.no_rule", NO_RULE)
    basis = campaign.basis
    # A notice is often printed when its window has begun: it is enough that the two overlap.
    overlap = (
        basis.effective_from <= campaign.ends_on and (basis.effective_to or date.max) >= campaign.starts_on
    )
    refuse_if(not overlap, "campaign.rule_not_in_force", f"{basis.number} 在活动期间不在施行，请改选依据")
