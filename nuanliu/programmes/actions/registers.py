"""Keep what the city keeps for all: the register of rules, the list of prohibited goods, the shipped reference data."""

from datetime import date, timedelta

from django.apps import apps

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import refuse_if
from nuanliu.programmes import reference
from nuanliu.programmes.models import ProhibitedGoods, RuleDocument
from nuanliu.programmes.permissions import POLICY
from nuanliu.programmes.queries import keeps_registers

ONE_DAY = timedelta(days=1)


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
    early = last_day < entry.valid_from
    refuse_if(early, "goods.validity", f"“{entry.word}”自{entry.valid_from}起禁止，移出日期不得早于这一天")
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


def _require_city(by: Actor, act: str) -> None:
    POLICY.require(by, act)
    city = keeps_registers(by.organization_id)
    refuse_if(not city, "permission.denied", "制度登记簿和禁止购买清单由市总工会维护")


def _end_rule(rule: RuleDocument, successor: RuleDocument) -> None:
    rule = RuleDocument.objects.select_for_update().get(pk=rule.pk)
    refuse_if(rule.replaced_by_id is not None, "rule.replaced_already", f"{rule.number} 已被废止")
    rule.replaced_by = successor
    rule.effective_to = successor.effective_from - ONE_DAY
    rule.save(update_fields=["replaced_by", "effective_to"])
