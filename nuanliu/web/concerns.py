"""What the records of a campaign say against themselves, by kind: the rule, what to do, and how the rows are found.

Three kinds read every award or booking. Their rows are kept for the state of what they read, as official tables are
(docs/decisions/0016-tables-kept.md): whatever moves names another state, so nobody is shown old ones.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import astuple, dataclass
from typing import Any

from django.core.cache import cache
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.awards.queries import NotEntered, late_entry_findings, paid_but_not_entered, same_amount_findings
from nuanliu.base.actor import Actor
from nuanliu.base.bulk import rows_of
from nuanliu.base.scope import current_scope
from nuanliu.kernel.findings import PAYMENT_DISCIPLINE, PROHIBITIONS, REAL_NAME, TIMELY_ENTRY, Finding
from nuanliu.payments.queries import cash_payments, late_payments
from nuanliu.programmes.models import Campaign

SECONDS = 3600
# So many rows are a matter of their own, and too many to be kept.
MOST_KEPT = 5_000


@dataclass(frozen=True, slots=True)
class Concern:
    """One kind: its rule, what it is called, what to do, how its rows are found, and by which key they are paged.

    `kept_as` is the kind of its rows where they are kept. Rows with names, or that today's date makes, are not.
    """

    rule: str
    title: Promise
    remedy: Promise
    find: Callable[[Campaign, Actor], Sequence[Any]]
    key: str
    kept_as: type[Any] | None = None


CONCERNS = {
    "same-amount": Concern(
        PROHIBITIONS,
        _("The same sum to all of an employer"),
        _("Have the sender give each person's reason, or withdraw the list."),
        lambda campaign, by: same_amount_findings(campaign),
        "subject",
        Finding,
    ),
    "late-entry": Concern(
        TIMELY_ENTRY,
        _("Entered late after the money was given"),
        _("Have the sender explain the delay, and enter lists before money is given."),
        lambda campaign, by: late_entry_findings(campaign),
        "subject",
        Finding,
    ),
    "not-entered": Concern(
        REAL_NAME,
        _("Paid, but no award stands for it"),
        _(
            "Find the list that belongs to the payment and enter it, or reverse the booking. Of all campaigns."
        ),
        lambda campaign, by: paid_but_not_entered(),
        "transfer_id",
        NotEntered,
    ),
    "late-payment": Concern(
        PAYMENT_DISCIPLINE,
        _("Paid late, or still unpaid after the due day"),
        _("Ask the bank about open payments; put failed ones right and pay them anew."),
        lambda campaign, by: late_payments(
            by.organization_path, timezone.localdate(), campaign_id=campaign.pk, limit=None
        ),
        "order_id",
    ),
    "cash": Concern(
        REAL_NAME,
        _("Cash instead of an account"),
        _("See that each has a reason, another person's approval and a signed receipt."),
        lambda campaign, by: cash_payments(campaign.pk, by.organization_path),
        "award_id",
    ),
}


def found_in(names: Collection[str], campaign: Campaign, by: Actor) -> dict[str, Sequence[Any]]:
    """The rows of some kinds; of those that are kept only what has moved since is computed anew."""
    keys = {name: _key(name, campaign) for name in names if CONCERNS[name].kept_as}
    if keys:
        state = _state()
        keys = {name: f"{key}:{state}" for name, key in keys.items()}
    kept = cache.get_many(keys.values()) if keys else {}
    found: dict[str, Sequence[Any]] = {}
    computed: dict[str, list[tuple[Any, ...]]] = {}
    for name in names:
        concern, key = CONCERNS[name], keys.get(name, "")
        if concern.kept_as and key in kept:
            found[name] = [concern.kept_as(*told) for told in kept[key]]
            continue
        found[name] = concern.find(campaign, by)
        if concern.kept_as and len(found[name]) <= MOST_KEPT:
            computed[key] = [astuple(one) for one in found[name]]
    if computed:
        cache.set_many(computed, SECONDS)
    return found


def _key(name: str, campaign: Campaign) -> str:
    scope = current_scope()
    parts = ("concern", name, campaign.pk, campaign.entry_lag_days, scope.path_low, scope.path_high)
    return ":".join(map(str, parts))


# Everything that can move a kept kind leaves a row: awards in the tally, bookings in the stream, names of unions in
# their history, late lists as themselves. Rows are only added, and a list that is withdrawn stays so; how many a reader
# sees, with the greatest number, names the state.
_STATE = """
SELECT (SELECT count(*) || '.' || coalesce(max(id), 0) FROM desk_tally),
       (SELECT count(*) || '.' || coalesce(max(id), 0) FROM returns_streamchange),
       (SELECT count(*)::text FROM organizations_formername),
       (SELECT count(*) || '.' || coalesce(max(id::text), '') FROM awards_roster
        WHERE days_late > 0 AND state <> 'withdrawn')
"""


def _state() -> str:
    (marks,) = rows_of(_STATE)
    return ":".join(marks)
