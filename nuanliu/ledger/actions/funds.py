"""Funds open with their restrictions, receive, pass down to lower unions, and take back by a counter-entry."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from nuanliu.audit.actions import audited, record, unchanged
from nuanliu.base.actor import Actor
from nuanliu.kernel.errors import Refused, refuse_if
from nuanliu.ledger.models import Account, Fund, Transfer
from nuanliu.ledger.permissions import POLICY
from nuanliu.ledger.queries import fund_facts
from nuanliu.ledger.refusals import refused_by_database
from nuanliu.ledger.rules import allocation_findings, terms_findings
from nuanliu.ledger.sources import source_rules
from nuanliu.ledger.states import REVERSIBLE_KINDS, AccountKind, TransferKind
from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign, Purpose

# What makes two funds of one name the same fund: everything that was agreed when it opened.
TERMS = (
    "source_class",
    "legal_basis",
    "donor_intent",
    "purpose_id",
    "campaign_id",
    "allowed_categories",
    "required_tag",
    "region_path",
    "valid_from",
    "valid_to",
    "member_welfare",
)


@audited
def open_fund(
    organization: Organization,
    *,
    name: str,
    source_class: str,
    purpose: Purpose | str,
    by: Actor,
    campaign: Campaign | None = None,
    allowed_categories: Iterable[str] | None = None,
    required_tag: str = "",
    region_path: str = "",
    valid_from: date | None = None,
    valid_to: date | None = None,
    donor_intent: str = "",
    legal_basis: str = "",
    member_welfare: bool = False,
) -> Fund:
    """Open a fund of `organization` with its restrictions, which nobody changes later, and its three accounts.

    `purpose` is one of programmes' purposes or its code. Where the source limits whom it may reach and nothing
    narrower is agreed, the fund takes over that limit (R-028). The same name and terms return the fund that is there.
    Refused: `ledger.fund_terms` with a finding for each term that is missing (R-011 to R-017, R-051),
    `ledger.fund_exists` for other terms under a name in use, `ledger.legal_person` (R-195), `ledger.union_ended`.
    """
    fund = Fund(
        organization=organization,
        organization_path=organization.path,
        legal_person=organization.legal_person,
        name=name.strip(),
        source_class=source_class,
        legal_basis=legal_basis.strip(),
        donor_intent=donor_intent.strip(),
        purpose_id=getattr(purpose, "pk", purpose),
        campaign=campaign,
        allowed_categories=_categories(allowed_categories, source_class),
        required_tag=required_tag,
        region_path=region_path,
        valid_from=valid_from,
        valid_to=valid_to,
        member_welfare=member_welfare,
    )
    _require(by, "open_fund", fund)
    if existing := Fund.objects.filter(organization=organization, name=fund.name).first():
        _require_same_terms(existing, fund)
        unchanged()
        return existing
    _require_terms(fund)
    refuse_if(
        not organization.stands_until(None),
        "ledger.union_ended",
        f"“{organization.name}”已登记于 {organization.valid_to} 撤销，不再开设资金。"
        "请在接续单位或上级工会开设。",
    )
    with refused_by_database():
        fund.save(force_insert=True)
    record(
        by,
        fund,
        after={field: getattr(fund, field) for field in ("source_class", "purpose_id", "legal_person")},
    )
    return fund


@audited
def receive(
    fund: Fund, amount_fen: int, *, on: date, evidence: str, by: Actor, idempotency_key: str | None = None
) -> Transfer:
    """Book money that has arrived, on the day it did, by the paper that proves it (R-177: receipts, never pledges).

    The same `idempotency_key` again returns the first transfer; with other content it is refused.
    """
    _require(by, "receive", fund)
    refuse_if(not evidence.strip(), "ledger.evidence_missing", "资金到账须附凭证，例如银行进账单号。")
    accounts = _accounts(fund)
    transfer, is_new = _book(
        kind=TransferKind.RECEIVE,
        debit=accounts[AccountKind.SOURCE],
        credit=accounts[AccountKind.HOLDING],
        amount_fen=amount_fen,
        occurred_on=on,
        evidence=evidence,
        idempotency_key=idempotency_key,
    )
    _leave_trace(by, transfer, is_new, {"fund": str(fund.pk), "amount_fen": amount_fen, "on": on.isoformat()})
    return transfer


@audited
def allocate(
    from_fund: Fund,
    to_fund: Fund,
    amount_fen: int,
    *,
    on: date,
    by: Actor,
    evidence: str = "",
    idempotency_key: str | None = None,
) -> Transfer:
    """Pass money down to a fund of a lower union of the same legal person.

    The taking fund keeps every restriction of the giving one; union money arrives as a subsidy (R-013, R-029).
    Refused: `ledger.restrictions_lost` with what is lost, `ledger.insufficient` beyond what is free of plans (R-031).
    """
    _require(by, "allocate", from_fund)
    _require(by, "allocate", to_fund)
    passes_down_as = source_rules()[from_fund.source_class].passes_down_as
    findings = allocation_findings(fund_facts(from_fund), fund_facts(to_fund), passes_down_as)
    if findings:
        raise Refused("ledger.restrictions_lost", findings[0].message, findings)
    transfer, is_new = _book(
        kind=TransferKind.ALLOCATE,
        debit=_accounts(from_fund)[AccountKind.HOLDING],
        credit=_accounts(to_fund)[AccountKind.HOLDING],
        amount_fen=amount_fen,
        occurred_on=on,
        evidence=evidence,
        idempotency_key=idempotency_key,
    )
    funds = {"from": str(from_fund.pk), "to": str(to_fund.pk)}
    _leave_trace(by, transfer, is_new, {**funds, "amount_fen": amount_fen, "on": on.isoformat()})
    return transfer


@audited
def reverse(transfer: Transfer, *, reason: str, by: Actor, on: date) -> Transfer:
    """Take a receipt, an allocation or a posting back by a counter-entry that points at it; once.

    Reversing twice returns the first counter-entry. Refused: `ledger.not_reversible` (a reservation is voided instead),
    `ledger.reason_missing`, `ledger.insufficient` and `plan.insufficient` when the money is spent or planned.
    """
    for account in (transfer.debit_account, transfer.credit_account):
        _require(by, "reverse", account.fund)
    refuse_if(not reason.strip(), "ledger.reason_missing", "冲正须写明理由。")
    label = TransferKind(transfer.kind).label
    irreversible = transfer.kind not in REVERSIBLE_KINDS
    refuse_if(irreversible, "ledger.not_reversible", f"“{label}”不能冲正；在途款项请用作废释放。")
    earlier = Transfer.objects.filter(resolves=transfer).first()
    if earlier:
        unchanged()
        return earlier
    counter, _ = _book(
        kind=TransferKind.REVERSE,
        debit=transfer.credit_account,
        credit=transfer.debit_account,
        amount_fen=transfer.amount_fen,
        occurred_on=on,
        resolves_id=transfer.pk,
        plan_line_id=transfer.plan_line_id,
        subject_kind=transfer.subject_kind,
        subject_id=transfer.subject_id,
        reason=reason.strip(),
    )
    after = {"reversed": transfer.pk, "amount_fen": transfer.amount_fen, "on": on.isoformat()}
    record(by, counter, after=after, reason=reason.strip())
    return counter


def _require(by: Actor, act: str, fund: Fund) -> None:
    POLICY.require(by, act, fund)
    require_legal_person(by, fund.legal_person)


def require_legal_person(by: Actor, legal_person: str) -> None:
    """Whoever acts for one legal person has no hand in the other's ledger (R-195)."""
    message = "工会与基金会是两个法人、两套账；请由该法人的财务人员办理。"
    refuse_if(by.legal_person != legal_person, "ledger.legal_person", message)


def _categories(agreed: Iterable[str] | None, source_class: str) -> list[str] | None:
    from_source = source_rules()[source_class].categories if source_class in source_rules() else None
    categories = from_source if agreed is None else agreed
    return None if categories is None else sorted(set(categories))


def _require_terms(fund: Fund) -> None:
    known = fund.source_class in source_rules()
    refuse_if(not known, "ledger.fund_terms", f"资金来源“{fund.source_class}”不在规定的七类之内。")
    facts = fund_facts(fund)
    findings = terms_findings(facts)
    if findings:
        raise Refused("ledger.fund_terms", findings[0].message, findings)


def _require_same_terms(existing: Fund, fund: Fund) -> None:
    differing = [field for field in TERMS if getattr(existing, field) != getattr(fund, field)]
    message = f"本单位已有名为“{fund.name}”的资金，限制条件不同；限制开立后不得更改，请另取名称。"
    refuse_if(differing, "ledger.fund_exists", message)


def _accounts(fund: Fund) -> dict[str, Account]:
    return {account.kind: account for account in fund.accounts.all()}


def _book(*, debit: Account, credit: Account, **columns: Any) -> tuple[Transfer, bool]:
    """Insert one transfer, or find the one that carries the same key already; and whether it is new.

    Column by column: the application has no right to write number and time, so the ORM cannot insert.
    """
    lower = max(debit, credit, key=lambda account: len(account.organization_path))
    row = {
        "organization_path": lower.organization_path,
        "debit_account_id": debit.pk,
        "credit_account_id": credit.pk,
        **columns,
    }
    statement = (
        f"INSERT INTO ledger_transfer ({', '.join(row)}) VALUES ({', '.join(['%s'] * len(row))})"  # noqa: S608
        " ON CONFLICT (organization_path, idempotency_key) WHERE idempotency_key IS NOT NULL DO NOTHING"
        " RETURNING id"
    )
    with refused_by_database(), connection.cursor() as cursor:
        cursor.execute(statement, list(row.values()))
        inserted = cursor.fetchone()
    if inserted:
        return Transfer.objects.get(pk=inserted[0]), True
    return _found_by_key(row), False


def _found_by_key(row: dict[str, object]) -> Transfer:
    path, key = row["organization_path"], row["idempotency_key"]
    known = Transfer.objects.get(organization_path=path, idempotency_key=key)
    same = ("kind", "debit_account_id", "credit_account_id", "amount_fen", "occurred_on")
    differs = any(getattr(known, column) != row[column] for column in same)
    refuse_if(differs, "ledger.idempotency_key", "同一业务编号已用于另一笔记账，内容不同；请核对。")
    return known


def _leave_trace(by: Actor, transfer: Transfer, is_new: bool, after: dict[str, object]) -> None:
    if is_new:
        record(by, transfer, after=after)
    else:
        unchanged()
