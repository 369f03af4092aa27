"""Notices in words: what happened, who did it, and the record that it leads to."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from nuanliu.desk.models import Notice
from nuanliu.desk.states import ENDED, OWN, TOLD
from nuanliu.web.queries import user_names

WORDS: dict[str, Promise] = {**TOLD, **OWN, **ENDED}
# The page of a record by the name under which the log knows it; those without a key are rooms.
PAGES = {
    "awards.roster": "roster",
    "ledger.useplan": "plan",
    "awards.cashexception": "cash-exception",
    "payments.paymentbatch": "batch",
    "returns.return": "return",
    "evidence.filerequest": "file",
    "base.jobrun": "job",
}
ROOMS = {"payments.accountcorrection": "failures", "access.post": "posts", "access.user": "password"}
OUTCOMES: dict[tuple[str, str], Promise] = {
    ("awards.decide_plan", "approved"): _("approved"),
    ("awards.decide_plan", "rejected"): _("rejected"),
}
BAD = {"returns.return_return", "evidence.fail_file", "job.failed", "job.refused", "payments.cancel_batch"}


@dataclass(frozen=True, slots=True)
class Told:
    """A notice as the page shows it."""

    notice: Notice
    words: Promise | str
    who: str
    outcome: Promise | str
    colour: str


def told(notices: Iterable[Notice]) -> list[Told]:
    """Notices in words, with the names of who acted; one query."""
    notices = list(notices)
    names = user_names(one.actor_id for one in notices)
    return [_told(one, names.get(one.actor_id, "")) for one in notices]


def address_of(notice: Notice) -> str:
    """Where a notice leads to."""
    if notice.subject_kind in PAGES:
        return reverse(PAGES[notice.subject_kind], args=[notice.subject_id])
    return reverse(ROOMS.get(notice.subject_kind, "notices"))


def _told(notice: Notice, who: str) -> Told:
    outcome = OUTCOMES.get((notice.action, notice.outcome), "")
    colour = "red" if notice.action in BAD or notice.outcome == "rejected" else "green" if outcome else ""
    return Told(notice, WORDS.get(notice.action, notice.action), who, outcome, colour)
