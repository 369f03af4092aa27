"""The main job without a screen: the same actions as the screens, with the demonstration cast as actors.

Each step opens the scope of who acts and commits by itself, as it would between people at their desks.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from nuanliu.access.states import Role
from nuanliu.approvals.actions import BallotCast, Meeting
from nuanliu.approvals.states import Ballot
from nuanliu.awards import actions as awards
from nuanliu.awards.models import Award, Roster
from nuanliu.awards.states import AwardState, RosterState
from nuanliu.base.actor import Actor
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.staff import Staff
from nuanliu.demo.warmth.bank import Bank
from nuanliu.demo.warmth.stopwatch import Stopwatch
from nuanliu.evidence import actions as evidence
from nuanliu.evidence.models import EvidenceFile
from nuanliu.evidence.queries import content_of
from nuanliu.kernel.findings import CODES, Severity
from nuanliu.ledger import actions as ledger
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.states import PlanState, SourceClass
from nuanliu.organizations.models import Organization
from nuanliu.payments import actions as payments
from nuanliu.payments.models import BankProfile, PaymentBatch, ReplyFile
from nuanliu.payments.states import BatchState
from nuanliu.programmes.models import Campaign, Purpose, Standard

PURPOSE = "WARMTH_VISIT"
PROFILE = "nuanliu_standard"
WARNINGS = tuple(code for code, info in CODES.items() if info.severity is Severity.WARNING)


@dataclass(frozen=True, slots=True)
class Job:
    """One submission under way: who sends, under which standard and campaign, and on which day it all happens."""

    sender: Organization
    campaign: Campaign
    standard: Standard | None
    business_date: date
    staff: Staff
    fail_every: int = 0


class Paid(NamedTuple):
    """A batch that has been to the bank, and the bank's reply as archived."""

    batch: PaymentBatch
    reply: bytes


def scope_of(actor: Actor) -> Scope:
    """What the actor's post may see."""
    return Scope.for_path(actor.organization_path, actor.user_id)


def import_list(job: Job, files: Sequence[awards.SubmittedFile]) -> awards.RosterImport:
    """The clerk drops the files."""
    clerk = job.staff.actor(Role.HANDLER)
    with scoped(scope_of(clerk)):
        return awards.import_roster(
            files,
            organization=job.sender,
            campaign=job.campaign,
            business_date=job.business_date,
            by=clerk,
            standard=job.standard,
        )


def receive(job: Job, files: Sequence[awards.SubmittedFile], watch: Stopwatch) -> Roster:
    """The clerk drops the files and accepts the good rows."""
    clerk = job.staff.actor(Role.HANDLER)
    imported = import_list(job, files)
    for name, seconds in imported.seconds.items():
        watch.add(name, seconds)
    roster = imported.roster
    if roster.state in (RosterState.CHECKED, RosterState.ACCEPTED):
        # `load` ends with the list staged and committed; accepting its good rows is the clerk's decision.
        with watch.step("decide"), scoped(scope_of(clerk)):
            awards.accept_rows(roster, by=clerk, acknowledge=WARNINGS)
            roster.refresh_from_db()
    return roster


def propose(job: Job, roster: Roster) -> UsePlan:
    """The list is signed; one fund receives exactly the accepted sum; rights and finance officer propose together."""
    if roster.plan_id is None:
        _sign(job, roster)
        _plan(job, roster)
        _reread(job, roster)
    for role in (Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER):
        proposer = job.staff.actor(role)
        with scoped(scope_of(proposer)):
            plan = UsePlan.objects.get(rosters=roster)
            if plan.state == PlanState.DRAFT:
                awards.propose_plan(plan, by=proposer, on=job.business_date, opinion="拟同意。")
    _reread(job, plan)
    return plan


def decide(job: Job, plan: UsePlan) -> UsePlan:
    """Three leaders meet and decide; the money is reserved."""
    if plan.state == PlanState.PROPOSED:
        _meet(job, plan)
        _reread(job, plan)
    return plan


def pay(job: Job, plan: UsePlan) -> list[PaymentBatch]:
    """Build by one, release by another, send."""
    cashier, releaser = job.staff.actor(Role.CASHIER), job.staff.actor(Role.RELEASER)
    with scoped(scope_of(cashier)):
        batches = list(PaymentBatch.objects.filter(plan=plan).order_by("number"))
        if not batches and _has_cash(plan):
            batches = payments.build_batches(
                plan,
                profile=BankProfile.objects.get(key=PROFILE),
                business_date=job.business_date,
                by=cashier,
            )
    for batch in batches:
        if batch.state == BatchState.BUILT:
            with scoped(scope_of(releaser)):
                payments.release_batch(batch, by=releaser)
                payments.mark_sent(batch, by=releaser)
    return batches


def reconcile(job: Job, roster: Roster, batches: Sequence[PaymentBatch]) -> list[Paid]:
    """The bank answers each batch; receipts are archived; what was goods alone is delivered by the signed roster."""
    bank = Bank(job.business_date, job.fail_every)
    paid = [Paid(batch, _answered(job, batch, bank)) for batch in batches]
    for batch, reply in paid:
        _close(job, batch, reply)
    _hand_out(job, roster)
    return paid


def _answered(job: Job, batch: PaymentBatch, bank: Bank) -> bytes:
    """The bank's reply to a batch, taken over; the one of before where it has answered already."""
    releaser = job.staff.actor(Role.RELEASER)
    with scoped(scope_of(releaser)):
        batch.refresh_from_db()
        if batch.state != BatchState.SENT:
            bank.seen += batch.declared_count
            return content_of(ReplyFile.objects.filter(batch=batch).earliest("recorded_at").file)
        name, content = bank.answer(batch)
        payments.record_replies(batch, name=name, content=content, by=releaser, on=job.business_date)
        return content


def _close(job: Job, batch: PaymentBatch, reply: bytes) -> None:
    releaser = job.staff.actor(Role.RELEASER)
    with scoped(scope_of(releaser)):
        batch.refresh_from_db()
        if batch.state == BatchState.RECONCILED:
            receipt = _archive(f"银行回单-{batch.number}.pdf", "bank_receipt", reply, batch, releaser)
            payments.archive_receipt(batch, file=receipt, by=releaser)
            payments.close_batch(batch, by=releaser)


def _reread(job: Job, row: Roster | UsePlan | PaymentBatch) -> None:
    with scoped(Scope.for_path(job.staff.organization.path)):
        row.refresh_from_db()


def _sign(job: Job, roster: Roster) -> None:
    head = job.staff.actor(Role.RESPONSIBLE)
    with scoped(scope_of(head)):
        awards.sign_roster(roster, by=head, on=job.business_date)


def _plan(job: Job, roster: Roster) -> None:
    finance, rights = job.staff.actor(Role.FINANCE_OFFICER), job.staff.actor(Role.RIGHTS_OFFICER)
    with scoped(scope_of(finance)):
        categories = sorted(
            Award.objects.filter(basis_id__in=roster.rows.values("id"))
            .values_list("category_id", flat=True)
            .distinct()
        )
        fund = ledger.open_fund(
            job.staff.organization,
            # Named after the list, so that a job which was cut goes on with the fund that it opened.
            name=f"{job.campaign.name}工会经费（第{_ordinal(job, roster)}批名册）",
            source_class=SourceClass.UNION_BUDGET,
            purpose=Purpose.objects.get(pk=PURPOSE),
            campaign=job.campaign,
            by=finance,
        )
        ledger.receive(
            fund,
            roster.accepted_fen,
            on=job.business_date,
            evidence="工会经费预算安排",
            by=finance,
            idempotency_key=f"warmth-{roster.pk}",
        )
    with scoped(scope_of(rights)):
        plan = ledger.draft_plan(
            job.staff.organization,
            job.campaign,
            title=f"{job.campaign.name}慰问资金使用方案",
            purpose=Purpose.objects.get(pk=PURPOSE),
            lines=[(fund, categories, roster.accepted_fen)],
            by=rights,
            case_key=f"warmth-{roster.pk}",
        )
        awards.attach_roster(roster, plan, by=rights)


def _ordinal(job: Job, roster: Roster) -> int:
    """Which of the campaign's lists it is: the same number when the job is run again."""
    return Roster.objects.filter(campaign=job.campaign, pk__lte=roster.pk).count()


def _meetings(job: Job, plan: UsePlan) -> int:
    """Which meeting of the union: one for each of its plans."""
    return UsePlan.objects.filter(organization=job.staff.organization, pk__lte=plan.pk).count()


def _meet(job: Job, plan: UsePlan) -> None:
    leaders = job.staff.actors(Role.LEADER)
    with scoped(scope_of(leaders[0])):
        meeting = Meeting(
            number=f"{job.business_date:%Y}年第{_meetings(job, plan)}次主席办公会",
            held_on=job.business_date,
            minutes="会议听取了权益保障部、财务部关于慰问资金使用方案的汇报，经集体研究，同意按方案实施。",
            ballots=tuple(BallotCast(leader.user_id, Ballot.FOR, "") for leader in leaders),
        )
        awards.decide_plan(plan, meeting, by=leaders[0])


def _hand_out(job: Job, roster: Roster) -> None:
    clerk = job.staff.actor(Role.HANDLER)
    with scoped(scope_of(clerk)):
        waiting = Award.objects.filter(plan_id=roster.plan_id, cash_fen=0, state=AwardState.APPROVED)
        if waiting.exists():
            signed = _archive(
                "签收名册.pdf", "signed_roster", f"签收名册 {roster.pk}".encode(), roster, clerk
            )
            awards.record_handout(roster, signed_file=signed, on=job.business_date, by=clerk)


def _has_cash(plan: UsePlan) -> bool:
    return Award.objects.filter(plan=plan, cash_fen__gt=0).exists()


def _archive(name: str, kind: str, content: bytes, owner: PaymentBatch | Roster, by: Actor) -> EvidenceFile:
    return evidence.archive(
        content,
        name=name,
        kind=kind,
        media_type="application/pdf",
        organization_id=owner.organization_id,
        organization_path=owner.organization_path,
        by=by,
    )
