"""How far a campaign has come below a union: of the counts kept beside the awards."""

from collections import defaultdict
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
    by_state = defaultdict[str, tuple[int, int]](lambda: (0, 0))
    for state, awards, fen in summed.annotate(Sum("awards"), Sum("amount_fen")):
        by_state[state] = awards, fen
    delivered, delivered_fen = by_state[AwardState.DELIVERED]
    return Progress(
        all=sum(awards for awards, _ in by_state.values()),
        delivered=delivered,
        delivered_fen=delivered_fen,
        in_payment=by_state[AwardState.IN_PAYMENT][0],
        failed=by_state[AwardState.FAILED][0],
    )
