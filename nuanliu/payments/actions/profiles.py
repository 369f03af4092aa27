"""An officer describes how a bank wants its file, another confirms it; words of banks are explained once."""

from collections.abc import Mapping
from typing import Any

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.base.crypto import seal
from nuanliu.base.keys import uuid7
from nuanliu.kernel.cards import check_account
from nuanliu.kernel.digests import sha256_of
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.kernel.text import normalize_code
from nuanliu.organizations.models import Organization
from nuanliu.payments.layouts import check_profile, first_messages
from nuanliu.payments.models import BankProfile, PayerAccount, ReplyWording
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import PAYER_NUMBER
from nuanliu.payments.rules import words_key
from nuanliu.payments.states import Outcome


@audited
def describe_profile(data: Mapping[str, Any], *, by: Actor) -> BankProfile:
    """A new bank profile for the actor's union and those below, from data as in data/profiles.yaml.

    Not used before another person confirms it. The same data twice is one profile. Refused: `profile.invalid` with
    a finding (place, rule, remedy) for each fault, `profile.key_taken`.
    """
    POLICY.require(by, "describe_profile")
    findings = check_profile(data)
    if findings:
        raise Refused("profile.invalid", first_messages(findings), findings)
    known = BankProfile.objects.filter(key=data["key"]).first()
    if known:
        same = sha256_of([known.layout, known.reply_layout]) == sha256_of([data["layout"], data["reply"]])
        refuse_if(not same, "profile.key_taken", f"代号{data['key']}已有另一格式，请另取代号。")
        unchanged()
        return known
    profile = BankProfile.objects.create(
        organization_path=by.organization_path,
        key=data["key"],
        bank=data["bank"],
        layout=data["layout"],
        reply_layout=data["reply"],
        active=False,
        described_by_id=by.user_id,
    )
    record(by, profile, after=_described(profile))
    return profile


@audited
def confirm_profile(profile: BankProfile, *, by: Actor) -> BankProfile:
    """Another person than the one who described it has compared it with the bank's guide: it may be used (R-044)."""
    profile = BankProfile.objects.select_for_update().get(pk=profile.pk)
    POLICY.require(by, "confirm_profile", profile)
    if profile.confirmed_by_id == by.user_id:
        unchanged()
        return profile
    refuse_if(profile.described_by_id == by.user_id, "payments.same_person", "银行格式须由另一人确认。")
    profile.active, profile.confirmed_by_id = True, by.user_id
    profile.save(update_fields=["active", "confirmed_by"])
    record(by, profile, before={"active": False}, after={"active": True, **_described(profile)})
    return profile


@audited
def map_wording(words: str, outcome: str, *, by: Actor, profile: BankProfile | None = None) -> ReplyWording:
    """Explain what a bank's words mean, for the actor's union and those below; another meaning later is refused."""
    POLICY.require(by, "map_wording")
    key = words_key(words)
    refuse_if(not key, "wording.empty", "请填写银行的答复用语。")
    refuse_if(outcome not in Outcome.values, "wording.outcome", "请选择已有的结果之一。")
    wording, is_new = ReplyWording.objects.get_or_create(
        organization_path=by.organization_path,
        profile=profile,
        words=key,
        defaults={"outcome": outcome, "told_by_id": by.user_id},
    )
    refuse_if(wording.outcome != outcome, "wording.contradicts", f"“{words}”已登记为另一含义，请先核实。")
    if is_new:
        record(by, wording, after={"words": key, "outcome": outcome})
    else:
        unchanged()
    return wording


@audited
def register_payer(
    organization: Organization, *, profile: BankProfile, holder_name: str, bank: str, number: str, by: Actor
) -> PayerAccount:
    """The account a union pays from by one bank profile; a new one takes the place of the old."""
    key, plain = uuid7(), normalize_code(number)
    account = PayerAccount(
        id=key,
        organization=organization,
        organization_path=organization.path,
        profile=profile,
        holder_name=holder_name,
        bank=bank,
        number_sealed=seal(plain, place=PAYER_NUMBER, row_key=key),
        number_tail=plain[-4:],
        registered_by_id=by.user_id,
    )
    POLICY.require(by, "register_payer", account)
    refuse_if(check_account(plain) == "account.format", "account.format", "账号须为8至32位数字，请核对。")
    PayerAccount.objects.filter(organization=organization, profile=profile, active=True).update(active=False)
    account.save(force_insert=True)
    record(by, account, after={"profile": profile.key, "tail": account.number_tail})
    return account


def _described(profile: BankProfile) -> dict[str, object]:
    return {"key": profile.key, "layout": sha256_of([profile.layout, profile.reply_layout]).hex()}
