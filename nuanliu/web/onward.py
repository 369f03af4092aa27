"""What comes next for a record and who does it: one line under its steps, so that nobody has to guess."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from nuanliu.access.models import Post
from nuanliu.access.queries import in_effect
from nuanliu.access.states import Role
from nuanliu.approvals.queries import DECIDING_ROLE, PROPOSING_ROLES
from nuanliu.awards.models import Roster
from nuanliu.awards.states import RosterState
from nuanliu.base.worded import SOME_DAY, SOME_PATH, Worded
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.states import PlanState
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.queries import BatchTotals
from nuanliu.payments.states import BatchState


@dataclass(frozen=True, slots=True)
class Onward:
    """The next thing: what, by whom, and where it is done."""

    what: str
    who: str = ""
    address: str = ""
    label: str = ""


def after_roster(found: Roster, role: str) -> Onward | None:
    """What a list waits for; `role` is the reader's."""
    if found.state == RosterState.CHECKED:
        return Onward(_("Put the rows right and accept the good ones"), _holders(found, Role.HANDLER))
    if found.state == RosterState.ACCEPTED and not found.signed_on:
        return Onward(_("The responsible person signs the list"), _holders(found, Role.RESPONSIBLE))
    if found.state == RosterState.ACCEPTED:
        composers = (Role.RIGHTS_OFFICER, Role.FINANCE_OFFICER)
        address = reverse("plan-new", args=[found.campaign_id]) if role in composers else ""
        return Onward(
            _("A use plan is drafted with this list"),
            _holders(found, *composers),
            address,
            _("Draft a use plan"),
        )
    if found.plan_id:
        return Onward(
            _("It goes on with its use plan"), "", reverse("plan", args=[found.plan_id]), _("Use plan")
        )
    return None


def after_plan(
    found: UsePlan, role: str, missing: Sequence[str], *, waiting: int, open_batches: int
) -> Onward | None:
    """What a plan waits for: `missing` roles to sign, `waiting` payments to be put into a batch, batches under way."""
    state = found.state
    if state == PlanState.DRAFT:
        roles = [Role(one) for one in missing or PROPOSING_ROLES[found.legal_person]]
        return Onward(_("Both departments sign the proposal"), _holders(found, *roles))
    if state == PlanState.PROPOSED:
        decider = Role(DECIDING_ROLE[found.legal_person])
        address = reverse("decide", args=[found.pk]) if role == decider else ""
        return Onward(
            _("The leaders decide in a meeting; one of them records it"),
            _holders(found, decider), address, _("To the decision"),
        )  # fmt: skip
    if state == PlanState.APPROVED and waiting:
        address = reverse("batch-new", args=[found.pk]) if role == Role.CASHIER else ""
        return Onward(
            _("The cashier builds payment batches"),
            str(Role.CASHIER.label), address, _("Build payment batches"),
        )  # fmt: skip
    if state == PlanState.APPROVED and open_batches:
        return Onward(
            _("Its payment batches are released and answered by the bank"), str(Role.RELEASER.label)
        )
    return None


def after_batch(
    found: PaymentBatch, totals: BatchTotals, *, has_receipt: bool, sees_returns: bool
) -> Onward | None:
    """What a batch waits for; the way to Annex 1 for those who may see it."""
    releaser = {
        BatchState.BUILT: _("Another person than the cashier releases the batch"),
        BatchState.RELEASED: _("Download the bank file, give it to the bank, then note that the bank has it"),
        BatchState.SENT: _("Take the bank's reply"),
        BatchState.RECONCILED: _("Close the batch") if has_receipt else _("Archive the bank's receipt, then close"),
    }  # fmt: skip
    if found.state in releaser:
        return Onward(releaser[BatchState(found.state)], _holders(found, Role.RELEASER))
    if found.state == BatchState.CLOSED and totals.failed:
        return Onward(_("What came back is put right and paid again"), _holders(found, Role.CASHIER),
                      reverse("failures"), _("Payments returned"))  # fmt: skip
    if found.state == BatchState.CLOSED:
        annex = reverse("annex", args=[found.plan.campaign_id, found.organization_id]) if sees_returns else ""
        return Onward(_("The money has arrived and stands in Annex 1"), "", annex, _("Annex 1"))
    return None


def _holders(found: Roster | UsePlan | PaymentBatch, *roles: Role) -> str:
    """Who sits at these posts in the record's union today, each with the role: 负责人金立."""
    meant = {SOME_DAY: timezone.localdate(), SOME_PATH: found.organization_path}
    names: dict[str, list[str]] = {role: [] for role in roles}
    for role, name in _held(roles).rows(meant):
        names[role].append(name)
    return " / ".join(f"{role.label} {'、'.join(names[role])}".strip() for role in roles)


@cache
def _held(roles: tuple[Role, ...]) -> Worded[Post]:
    held = Post.objects.filter(in_effect(SOME_DAY), organization_path=SOME_PATH, role__in=roles)
    return Worded.of(held.order_by("user__username").values_list("role", "user__display_name"))
