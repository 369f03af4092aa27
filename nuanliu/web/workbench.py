"""The lines of a desk in words: what each kind is called, where it is done, how urgent it is, at whose desk it lies."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _

from nuanliu.access.states import Role
from nuanliu.base.actor import Actor
from nuanliu.desk.queries import Branch, Line
from nuanliu.programmes.models import Campaign
from nuanliu.web.addresses import reverse

SOON_DAYS = 3
LONG_DAYS = 60


@dataclass(frozen=True, slots=True)
class Kind:
    """What a line of a kind asks for: the matter, the act on its button, where it is done, the room it belongs to."""

    what: Promise
    act: Promise
    route: str
    room: str
    keyed: bool = True


KINDS: dict[str, Kind] = {
    "list_to_put_right": Kind(_("List to put right and accept"), _("Put right"), "roster", "rosters"),
    "list_to_sign": Kind(_("List to sign"), _("Sign"), "roster", "rosters"),
    "list_to_attach": Kind(_("Signed list without a plan"), _("Put into a plan"), "roster", "rosters"),
    "plan_to_propose": Kind(_("Use plan to propose"), _("Confirm"), "plan", "plans"),
    "plan_rejected": Kind(_("Use plan that was rejected"), _("Revise"), "plan", "plans"),
    "plan_to_decide": Kind(_("Use plan for the meeting"), _("Decide"), "decide", "plans"),
    "plan_to_pay": Kind(_("Decided, not in payment yet"), _("Pay out"), "batch-new", "batches"),
    "payments_came_back": Kind(
        _("Payments that came back"), _("Deal with"), "failures", "failures", keyed=False
    ),
    "batch_to_release": Kind(_("Batch to release"), _("Release"), "batch", "batches"),
    "batch_to_send": Kind(_("Bank file to send"), _("Send"), "batch", "batches"),
    "batch_to_reconcile": Kind(_("Waits for the bank's reply"), _("Take the reply"), "batch", "batches"),
    "batch_to_close": Kind(_("Receipt to archive, then close"), _("Archive"), "batch", "batches"),
    "account_to_verify": Kind(_("Corrected account to verify"), _("Verify"), "verify", "failures"),
    "bank_to_confirm": Kind(_("Bank format to confirm"), _("Confirm"), "bank", "banks"),
    "cash_to_approve": Kind(_("Request to pay in cash"), _("Judge"), "cash-exception", "campaigns"),
    "cash_to_sign": Kind(_("Cash to be signed for"), _("Record receipt"), "cash-exception", "campaigns"),
    "return_to_sign": Kind(_("Annex 1 to sign"), _("Sign"), "return", "returns"),
    "return_to_send": Kind(_("Annex 1 to send up"), _("Send up"), "return", "returns"),
    "return_sent_back": Kind(_("Annex 1 that came back"), _("Put right"), "return", "returns"),
    "return_to_judge": Kind(_("Annex 1 to accept or send back"), _("Judge"), "return", "returns"),
    "return_to_draft": Kind(_("Annex 1 to draw up"), _("Draw up"), "annex", "returns"),
    "reports_missing": Kind(
        _("Unions below that have not sent Annex 1"), _("Look"), "annex-children", "returns"
    ),
    "post_to_confirm": Kind(_("Post to confirm"), _("Confirm"), "users", "users", keyed=False),
    "job_failed": Kind(_("Work that failed"), _("Look"), "job", "jobs"),
}

# What was sent: the route of its record, and by its state at whose desk it lies now.
SENT: dict[str, tuple[Promise, str]] = {
    "my_lists": (_("List"), "roster"),
    "my_plans": (_("Use plan"), "plan"),
    "my_batches": (_("Batch"), "batch"),
    "my_returns": (_("Annex 1"), "return"),
    "my_files": (_("File"), "file"),
    "my_grants": (_("Post"), "users"),
}
WHERE: dict[tuple[str, str], Promise] = {
    ("my_lists", "checked"): _("with the handler: findings to settle"),
    ("my_lists", "accepted"): _("with the responsible person: to be signed"),
    ("my_lists", "signed"): _("with the departments: to be put into a plan"),
    ("my_lists", "attached"): _("with its use plan: to be proposed and decided"),
    ("my_lists", "decided"): _("decided: being paid or handed out"),
    ("my_lists", "refused"): _("refused as a whole"),
    ("my_plans", "draft"): _("with both departments: signatures missing"),
    ("my_plans", "proposed"): _("with the leaders: to be decided in a meeting"),
    ("my_plans", "approved"): _("with the cashier: to be paid out"),
    ("my_plans", "rejected"): _("back with the departments: rejected"),
    ("my_batches", "built"): _("with the releaser: to be released"),
    ("my_batches", "released"): _("with the releaser: to go to the bank"),
    ("my_batches", "sent"): _("with the bank: reply awaited"),
    ("my_batches", "reconciled"): _("with the releaser: receipt to be archived"),
    ("my_batches", "closed"): _("closed with proof"),
    ("my_returns", "draft"): _("with the responsible person: to be signed"),
    ("my_returns", "signed"): _("with the responsible person: to be sent up"),
    ("my_returns", "submitted"): _("with the superior union: to be accepted"),
    ("my_returns", "returned"): _("back with you: sent back by the superior"),
    ("my_returns", "accepted"): _("accepted by the superior"),
    ("my_files", "asked"): _("waiting its turn"),
    ("my_files", "running"): _("being made"),
    ("my_files", "ready"): _("ready to be fetched"),
    ("my_files", "failed"): _("could not be made"),
    ("my_grants", "granted"): _("with another administrator: to be confirmed"),
}


@dataclass(frozen=True, slots=True)
class Task:
    """A line as the page shows it; `colour` belongs to the words of `urgency`."""

    line: Line
    kind: Kind
    urgency: str
    colour: str
    address: str
    size: str
    role: str = ""


@dataclass(frozen=True, slots=True)
class Sent:
    """Something sent: what it is, at whose desk it lies, where its record is."""

    line: Line
    what: Promise
    where: Promise | str
    address: str


def tasks_of(lines: Iterable[Line], by: Actor) -> list[Task]:
    """What waits, the most urgent first: late or nearly due by their day, then by age."""
    today = timezone.localdate()
    return [_task(line, by, today) for line in sorted(lines, key=lambda line: _rank(line, today))]


def sent_of(lines: Iterable[Line]) -> list[Sent]:
    """What was sent, the newest first."""
    newest = sorted(lines, key=lambda line: line.since.timestamp() if line.since else 0, reverse=True)
    return [_sent(line) for line in newest]


def reports_missing(branches: Iterable[Branch], campaign: Campaign | None) -> list[Line]:
    """One line for all unions below whose report is due and not here; the campaign is its key."""
    if campaign is None or campaign.reports_due_on is None:
        return []
    missing = [
        one for one in branches if not one.own and one.begun and one.report not in ("submitted", "accepted")
    ]
    if not missing:
        return []
    names = "、".join(one.name.removesuffix("总工会") for one in missing[:3])
    return [
        Line("reports_missing", str(campaign.pk), campaign.name, names, "", "", None, campaign.reports_due_on,
             len(missing), None, 1)
    ]  # fmt: skip


def count_of(lines: Iterable[Line]) -> int:
    """How many things wait, also those that are not shown."""
    return sum({line.kind: line.total for line in lines}.values())


def waits_by_room(totals: dict[str, int]) -> dict[str, int]:
    """How many things wait in which room."""
    rooms: dict[str, int] = {}
    for kind, total in totals.items():
        rooms[KINDS[kind].room] = rooms.get(KINDS[kind].room, 0) + total
    return rooms


def greeting() -> str:
    """A good morning, as long as it is one."""
    hour = timezone.localtime().hour
    if hour < 5 or hour >= 18:
        return gettext("Good evening")
    return gettext("Good morning") if hour < 12 else gettext("Good afternoon")


def _rank(line: Line, today: date) -> tuple[int, Any]:
    if line.due and (line.due - today).days <= SOON_DAYS:
        return 0, line.due.toordinal()
    return 1, line.since.timestamp() if line.since else 0


def _task(line: Line, by: Actor, today: date) -> Task:
    kind = KINDS[line.kind]
    urgency, colour = _urgency(line, today)
    role = str(Role(line.state).label) if line.kind == "post_to_confirm" else ""
    return Task(line, kind, urgency, colour, _address(line, kind, by), _size(line), role)


def _address(line: Line, kind: Kind, by: Actor) -> str:
    if kind.route in ("annex", "annex-children"):
        return reverse(kind.route, args=[line.key, by.organization_id])
    return reverse(kind.route, args=[line.key] if kind.keyed else [])


def _size(line: Line) -> str:
    """How many of what a line holds."""
    count = line.count or 0
    if not count:
        return ""
    if line.kind == "list_to_put_right":
        words = ngettext("%(count)s row", "%(count)s rows", count)
    elif line.kind == "reports_missing":
        words = ngettext("%(count)s union", "%(count)s unions", count)
    elif line.kind.startswith(("batch", "payments")):
        words = ngettext("%(count)s payment", "%(count)s payments", count)
    else:
        words = ngettext("%(count)s person-time", "%(count)s person-times", count)
    return words % {"count": f"{count:,}"}


def _sent(line: Line) -> Sent:
    what, route = SENT[line.kind]
    where = WHERE.get((line.kind, line.state), line.state)
    return Sent(line, what, where, reverse(route, args=[] if route == "users" else [line.key]))


def _urgency(line: Line, today: date) -> tuple[str, str]:
    """In words how urgent a line is, and its colour: the deadline where it is near or past, else the age."""
    left = (line.due - today).days if line.due else None
    if left is not None and left < -LONG_DAYS:
        return gettext("Late since %(day)s") % {"day": line.due}, "red"
    if left is not None and left < 0:
        return ngettext("%(count)s day late", "%(count)s days late", -left) % {"count": -left}, "red"
    if left == 0:
        return gettext("Today"), "red"
    if left is not None and left <= 2 * SOON_DAYS:
        return ngettext("%(count)s day left", "%(count)s days left", left) % {"count": left}, "amber"
    return _age(line.since, today)


def _age(since: datetime | None, today: date) -> tuple[str, str]:
    if since is None:
        return gettext("Waits"), "blue"
    days = (today - timezone.localtime(since).date()).days
    if days > LONG_DAYS:
        return gettext("Since %(day)s") % {"day": timezone.localtime(since).date()}, "blue"
    if days <= 0:
        return gettext("New today"), "blue"
    return ngettext("Waits %(count)s day", "Waits %(count)s days", days) % {"count": days}, "blue"


# How the bars can be sorted: by what needs care first, or by a figure.
ORDERS: dict[str, tuple[Promise, Callable[[Branch], Any]]] = {
    "need": (_("What needs care first"), lambda one: (one.percent is None, one.percent or 0, -one.awards)),
    "name": (_("By place"), lambda one: one.path),
    "awards": (_("Person-times"), lambda one: -one.awards),
    "money": (_("Money"), lambda one: -one.delivered_fen),
}


def in_order(branches: Iterable[Branch], order: str) -> list[Branch]:
    """The children that the campaign has reached, by an order of `ORDERS`; by need where it names none."""
    _label, key = ORDERS.get(order, ORDERS["need"])
    return sorted((one for one in branches if not one.own and one.begun), key=key)
