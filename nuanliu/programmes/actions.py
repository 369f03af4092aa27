"""Open programmes and campaigns, keep the register of rules and the list of prohibited goods.

The life of standards is in `standards.py`; its verbs are imported here, where callers look for them.
"""

from datetime import date, timedelta

from django.apps import apps
from django.db.models import Q

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if
from nuanliu.organizations.models import Organization
from nuanliu.organizations.states import Level
from nuanliu.programmes import reference
from nuanliu.programmes.models import Campaign, Programme, ProhibitedGoods, RuleDocument
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import campaign_named, default_basis
from nuanliu.programmes.standards import (
    adopt_standard,
    draft_standard,
    file_standard,
    replace_lines,
    standard_from_file,
    withdraw_standard,
)
from nuanliu.programmes.states import Trigger

__all__ = [
    "adopt_standard",
    "draft_standard",
    "file_standard",
    "load_reference_data",
    "open_campaign",
    "open_programme",
    "permit_goods",
    "prohibit_goods",
    "register_rule",
    "replace_lines",
    "standard_from_file",
    "withdraw_standard",
]

ONE_DAY = timedelta(days=1)
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
    _check_campaign(campaign)
    known = campaign_named(programme.pk, name)
    if known:
        same = (known.starts_on, known.ends_on) == (starts_on, ends_on)
        refuse_if(not same, "campaign.other_window", f"“{name}”已有另一活动时间，请换一个名称")
        unchanged()
        return known
    campaign.save(force_insert=True)
    record(by, campaign, after={"name": name, "starts_on": starts_on, "ends_on": ends_on})
    return campaign


@audited
def register_rule(
    *,
    number: str,
    title: str,
    issuer: str,
    kind: str,
    issued_on: date,
    by: Actor,
    effective_from: date | None = None,
    replaces: RuleDocument | None = None,
    note: str = "",
) -> RuleDocument:
    """Enter a rule into the register, in force from its issue unless told otherwise (R-002, R-063).

    The rule it replaces ends the day before and stays in the register (R-064). Kept by the city's rights officers.
    """
    _require_city(by, "register_rule")
    known = RuleDocument.objects.filter(number=number).first()
    if known:
        unchanged()
        return known
    rule = RuleDocument.objects.create(
        number=number,
        title=title,
        issuer=issuer,
        kind=kind,
        issued_on=issued_on,
        effective_from=effective_from or issued_on,
        note=note,
    )
    if replaces:
        _end_rule(replaces, rule)
    record(by, rule, after={"number": number, "replaces": replaces and replaces.number})
    return rule


@audited
def prohibit_goods(word: str, *, exceptions: list[str], source: str, on: date, by: Actor) -> ProhibitedGoods:
    """Put a word on the list of prohibited goods from a day on, with the longer words that excuse it (R-049)."""
    _require_city(by, "prohibit_goods")
    refuse_if(not word.strip(), "goods.word_missing", "请填写禁止购买的物品名称")
    known = ProhibitedGoods.objects.filter(word=word, valid_to=None).first()
    if known:
        unchanged()
        return known
    entry = ProhibitedGoods.objects.create(word=word, exceptions=exceptions, source=source, valid_from=on)
    record(by, entry, after={"word": word, "exceptions": exceptions, "valid_from": on})
    return entry


@audited
def permit_goods(entry: ProhibitedGoods, *, last_day: date, reason: str, by: Actor) -> ProhibitedGoods:
    """Take a word off the list after `last_day`; the entry stays, and lists of that time are judged by it."""
    _require_city(by, "prohibit_goods")
    refuse_if(not reason.strip(), "goods.reason_missing", "请写明移出禁止清单的理由")
    entry = ProhibitedGoods.objects.select_for_update().get(pk=entry.pk)
    if entry.valid_to is not None:
        unchanged()
        return entry
    entry.valid_to = last_day
    entry.save(update_fields=["valid_to"])
    record(by, entry, before={"valid_to": None}, after={"valid_to": last_day}, reason=reason)
    return entry


@audited
def load_reference_data(using: str = "owner") -> dict[str, int]:
    """Bring the reference tables up to the files that ship with this version; migrations have done so already.

    Returns how many rows changed in each table. `using` is the owner's connection: the application may only read.
    """
    changed = reference.load(apps, using)
    if any(changed.values()):
        record(None, ("programmes.reference", "shipped"), after=changed)
    else:
        unchanged()
    return changed


def _check_campaign(campaign: Campaign) -> None:
    refuse_if(campaign.ends_on < campaign.starts_on, "campaign.window", "活动结束日期早于开始日期")
    refuse_if(
        not campaign.organization_path.startswith(campaign.programme.organization_path),
        "campaign.outside_programme",
        "活动单位不在该项目的单位之下",
    )
    refuse_if(campaign.basis_id is None, "campaign.no_rule", NO_RULE)
    basis = campaign.basis
    # A notice is often printed when its window has begun: it is enough that the two overlap.
    overlap = (
        basis.effective_from <= campaign.ends_on and (basis.effective_to or date.max) >= campaign.starts_on
    )
    refuse_if(not overlap, "campaign.rule_not_in_force", f"{basis.number} 在活动期间不在施行，请改选依据")


def _require_city(by: Actor, act: str) -> None:
    POLICY.require(by, act)
    above = Q(level__in=[Level.MUNICIPAL, Level.NATIONAL])
    city = Organization.objects.filter(above, pk=by.organization_id).exists()
    refuse_if(not city, "permission.denied", "制度登记簿和禁止购买清单由市总工会维护")


def _end_rule(rule: RuleDocument, successor: RuleDocument) -> None:
    rule = RuleDocument.objects.select_for_update().get(pk=rule.pk)
    refuse_if(rule.replaced_by_id is not None, "rule.replaced_already", f"{rule.number} 已被废止")
    rule.replaced_by = successor
    rule.effective_to = successor.effective_from - ONE_DAY
    rule.save(update_fields=["replaced_by", "effective_to"])
