"""What a post sent on, and how far it has come."""

from collections.abc import Callable

from django.db.models import Case, F, Q, Value, When

from nuanliu.access.models import Post
from nuanliu.access.states import Role
from nuanliu.awards.models import Roster
from nuanliu.awards.states import RosterState
from nuanliu.base.actor import Actor
from nuanliu.desk.queries.columns import below
from nuanliu.desk.queries.waiting import LIST, RETURN, Found, _plans
from nuanliu.evidence.models import FileRequest
from nuanliu.evidence.states import RequestState
from nuanliu.ledger.models import UsePlan
from nuanliu.ledger.states import PlanState
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.states import BatchState
from nuanliu.returns.models import Return

SIGNED = "signed"


def my_lists(by: Actor) -> Found:
    """Lists that the actor handled or signed; an accepted one that is signed is told apart."""
    mine = Q(handler_id=by.user_id) | Q(responsible_id=by.user_id)
    sent = Roster.objects.filter(mine, **below(by)).exclude(
        state__in=[RosterState.WITHDRAWN, RosterState.RECEIVED]
    )
    state = Case(
        When(state=RosterState.ACCEPTED, signed_on__isnull=False, then=Value(SIGNED)), default=F("state")
    )
    return sent, {**LIST, "due": None, "count": "rows_accepted", "state": state, "sender": None}


def my_plans(by: Actor) -> Found:
    """Plans of the actor's union that are under way or decided."""
    own = UsePlan.objects.filter(organization_id=by.organization_id)
    found, columns = _plans(own.exclude(state__in=[PlanState.WITHDRAWN, PlanState.CLOSED]))
    return found, {**columns, "due": None}


def my_batches(by: Actor) -> Found:
    """Batches that the actor built or released and that are not closed."""
    mine = Q(built_by_id=by.user_id) | Q(released_by_id=by.user_id)
    columns = {
        "title": "number",
        "note": "plan__title",
        "count": "declared_count",
        "amount_fen": "declared_fen",
    }
    return PaymentBatch.objects.filter(mine, **below(by)).exclude(state=BatchState.CANCELLED), columns


def my_returns(by: Actor) -> Found:
    """Tables that the actor drafted or signed."""
    mine = Q(drafted_by_id=by.user_id) | Q(signed_by_id=by.user_id)
    return Return.objects.filter(mine, **below(by)), {**RETURN, "due": None, "sender": None}


def my_files(by: Actor) -> Found:
    """Files that the actor asked for and that still exist."""
    asked = FileRequest.objects.filter(requested_by_id=by.user_id).exclude(state=RequestState.DELETED)
    return asked, {"title": "kind", "note": "reason", "due": "expires_on"}


def my_grants(by: Actor) -> Found:
    """Posts that the actor granted and nobody has confirmed."""
    granted = Post.objects.filter(granted_by_id=by.user_id, confirmed_by=None, ended_by=None)
    columns = {"title": "user__display_name", "note": "organization__name", "state": Value("granted")}
    return granted, columns


KINDS: dict[str, Callable[[Actor], Found]] = {
    found.__name__: found for found in (my_lists, my_plans, my_batches, my_returns, my_files, my_grants)
}
SENT: dict[str, tuple[str, ...]] = {
    Role.HANDLER: ("my_lists", "my_files"),
    Role.CENTRE_OFFICER: ("my_lists", "my_files"),
    Role.RESPONSIBLE: ("my_lists", "my_returns"),
    Role.RIGHTS_OFFICER: ("my_plans", "my_returns"),
    Role.FINANCE_OFFICER: ("my_plans", "my_files"),
    Role.FOUNDATION_OFFICER: ("my_plans",),
    Role.FOUNDATION_FINANCE: ("my_plans",),
    Role.LEADER: ("my_plans",),
    Role.COUNCIL_MEMBER: ("my_plans",),
    Role.CASHIER: ("my_batches", "my_files"),
    Role.RELEASER: ("my_batches",),
    Role.AUDITOR: ("my_files",),
    Role.SECURITY_ADMINISTRATOR: ("my_grants",),
    Role.SYSTEM_ADMINISTRATOR: ("my_grants",),
}
