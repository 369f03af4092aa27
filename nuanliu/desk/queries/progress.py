"""How far a campaign has come below a union: of the counts kept beside the awards."""

from dataclasses import dataclass

from django.db.models import Sum

from nuanliu.awards.states import AwardState
from nuanliu.base.scope import Scope
from nuanliu.desk.models import Tally
from nuanliu.programmes.models import Campaign


@dataclass(frozen=True, slots=True)
class Progress:
    """Persons-times, all but the cancelled ones, and how many of them arrived (with fen), are under way, came back."""

    all: int
    delivered: int
    delivered_fen: int
    in_payment: int
    failed: int


def progress_of(campaign: Campaign, organization_path: str) -> Progress:
    """The progress of a campaign at a union and all below it, as far as the scope sees it."""
    below = Scope.for_path(organization_path)
    changes = Tally.objects.filter(
        campaign=campaign, organization_path__gte=below.path_low, organization_path__lt=below.path_high
    )
    summed = changes.exclude(state=AwardState.CANCELLED).values_list("state")
    by_state = {
        state: (awards, fen) for state, awards, fen in summed.annotate(Sum("awards"), Sum("amount_fen"))
    }

    def awards(state: AwardState) -> int:
        return by_state.get(state, (0, 0))[0]

    return Progress(
        all=sum(count for count, _ in by_state.values()),
        delivered=awards(AwardState.DELIVERED),
        delivered_fen=by_state.get(AwardState.DELIVERED, (0, 0))[1],
        in_payment=awards(AwardState.IN_PAYMENT),
        failed=awards(AwardState.FAILED),
    )
