"""Where one award's money is: drawn as a path from the list to the last answer, with what can be done about it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanliu.awards.models import Award
from nuanliu.awards.permissions import POLICY
from nuanliu.awards.states import AWARD_TRANSITIONS, AwardState
from nuanliu.ledger.states import PlanState, TransferKind
from nuanliu.payments.queries import UnpayableAward, unpayable_of
from nuanliu.payments.states import BatchState, OrderState, Outcome
from nuanliu.people.models import BankAccount
from nuanliu.web.acts import Act, act
from nuanliu.web.dossiers import Step, money_path
from nuanliu.web.forms import ReasonForm
from nuanliu.web.guards import DeskRequest

TITLES = {
    "list": gettext_lazy("List of"),
    "decision": gettext_lazy("Decided in"),
    "reservation": gettext_lazy("Set aside from"),
    "batch": gettext_lazy("In batch"),
    "answer": gettext_lazy("The bank answered for"),
    "released": gettext_lazy("Money back to"),
    "correction": gettext_lazy("Account corrected to ****"),
}
ROUTES = {
    "list": "roster",
    "decision": "plan",
    "reservation": "fund",
    "released": "fund",
    "batch": "batch",
    "answer": "batch",
}
WHERE = {
    AwardState.PROPOSED: gettext_lazy("Asked for; the plan is not decided yet."),
    AwardState.APPROVED: gettext_lazy("Decided and set aside; it waits for a batch."),
    AwardState.IN_PAYMENT: gettext_lazy("On its way through the bank."),
    AwardState.IN_HANDOUT: gettext_lazy("Being handed out."),
    AwardState.DELIVERED: gettext_lazy("With the person."),
    AwardState.FAILED: gettext_lazy("Back with the fund: the bank could not pay. It waits to be paid anew."),
    AwardState.CANCELLED: gettext_lazy("Cancelled; the money is free again."),
}
PAYEE_CHANGED = "payee.account_changed"


def shown(request: DeskRequest, found: Award, cancelling: ReasonForm, confirming: ReasonForm) -> HttpResponse:
    """The page of one award."""
    hindrance = _hindrance(found)
    path = money_path(found.pk)
    bound = cancelling.is_bound or confirming.is_bound
    context = {
        "award": found,
        "path": [_drawn(step) for step in path],
        "where": _("It cannot be paid as it stands") if hindrance else WHERE[AwardState(found.state)],
        "hindrance": hindrance,
        "acts": _acts(request, found, hindrance, cancelling, confirming),
        "person_address": _person(found),
    }
    return render(request, "web/award.html", context, status=422 if bound else 200)


def _hindrance(found: Award) -> UnpayableAward | None:
    """What a batch built now would have against an approved award."""
    if found.state != AwardState.APPROVED or found.plan is None or not found.cash_fen:
        return None
    return next(iter(unpayable_of(found.plan, award=found.pk, limit=1)), None)


def _drawn(step: Step) -> dict[str, Any]:
    kind, words = step.kind, step.words
    route = ROUTES.get(kind)
    return {
        "title": TITLES[kind],
        "number": step.number,
        "address": reverse(route, args=[step.key]) if route else "",
        "on": step.on,
        "who": step.who,
        "words": " · ".join(part for part in (_state(step), _words(kind, words)) if part),
        "amount_fen": step.amount_fen,
        "colour": _colour(step),
    }


def _words(kind: str, words: str) -> str:
    if kind == "batch":
        return f"****{words}"
    return words if kind in ("answer", "correction") else ""


def _state(step: Step) -> str:
    """The step's own state in words."""
    labels: dict[str, dict[Any, Any]] = {
        "decision": dict(PlanState.choices),
        "batch": dict(BatchState.choices),
        "answer": dict(OrderState.choices) | dict(Outcome.choices),
        "released": dict(TransferKind.choices),
        "correction": {
            "asked": _("waits for another person to verify"),
            "done": _("verified by another person"),
        },
    }
    return str(labels.get(step.kind, {}).get(step.state, ""))


def _colour(step: Step) -> str:
    if step.kind == "answer":
        return "green" if step.state == OrderState.PAID else "red"
    if step.kind == "released" or step.state in ("asked", "proposed", "draft", "built", "released", "sent"):
        return "amber"
    return "red" if step.state in ("rejected", "cancelled") else "green"


def _acts(
    request: DeskRequest,
    found: Award,
    hindrance: UnpayableAward | None,
    cancelling: ReasonForm,
    confirming: ReasonForm,
) -> list[Act]:
    by, state = request.actor, AwardState(found.state)
    acts = [
        act(
            by, POLICY, "cancel_award", found,
            label=_("Cancel the award"), address=reverse("award-cancel", args=[found.pk]), form=cancelling, danger=True,
            needs=[(AwardState.CANCELLED in AWARD_TRANSITIONS[state],
                    _("Only what is not on its way and not given is cancelled."))],
            help=_("Money reserved for it is free again. A list that is attached to a plan is taken out first."),
        )
    ]  # fmt: skip
    if hindrance and hindrance.fault == PAYEE_CHANGED:
        present = BankAccount.objects.filter(person=found.person_id, active=True).first()
        acts.insert(0, act(
            by, POLICY, "confirm_account", found,
            label=_("Confirm the changed account"), address=reverse("award-account", args=[found.pk]), form=confirming,
            is_main=True, needs=[(present is not None, _("The person has no active account on record."))],
            help=_("The account is now ****%(tail)s. Ask the person; who changed it does not confirm it.")
            % {"tail": present.number_tail if present else ""},
        ))  # fmt: skip
    return acts


def _person(found: Award) -> str:
    try:
        return reverse("person", args=[found.person_id])
    except NoReverseMatch:
        return ""
