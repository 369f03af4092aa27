"""Who below has sent its table, who is late and by how many days, whose came back and why."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from nuanliu.organizations.models import Organization
from nuanliu.programmes.models import Campaign
from nuanliu.returns.definitions import ANNEX1
from nuanliu.returns.models import Return
from nuanliu.returns.states import ReturnState


class ReportState(TextChoices):
    """Where a union's report stands, as its superior sees it."""

    ACCEPTED = "accepted", _("accepted")
    SENT = "submitted", _("sent, to be judged")
    RETURNED = "returned", _("returned for correction")
    UNDER_WAY = "drafted", _("under way, not sent")
    NOT_BEGUN = "not_begun", _("not begun")


_STATES = {
    ReturnState.ACCEPTED: ReportState.ACCEPTED,
    ReturnState.SUBMITTED: ReportState.SENT,
    ReturnState.RETURNED: ReportState.RETURNED,
    ReturnState.DRAFT: ReportState.UNDER_WAY,
    ReturnState.SIGNED: ReportState.UNDER_WAY,
}
# What the superior has in hand.
ARRIVED = {ReportState.ACCEPTED, ReportState.SENT}


@dataclass(frozen=True, slots=True)
class ChildReport:
    """One child's report. `days_late` counts to the day it was sent, or to the day asked about while it is not here.

    After a return the newest version speaks: a draft that answers it is under way.
    """

    state: ReportState
    days_late: int = 0
    version: Return | None = None
    return_reason: str = ""


def reports_of_children(
    children: Iterable[Organization], campaign: Campaign, on: date
) -> dict[UUID, ChildReport]:
    """Where the report of each child stands on a day, by its key; in one query."""
    children = list(children)
    sent = Return.objects.filter(campaign=campaign, form=ANNEX1, organization__in=children)
    versions: dict[UUID, list[Return]] = {child.pk: [] for child in children}
    for version in sent.order_by("version"):
        versions[version.organization_id].append(version)
    return {key: _report(of_child, campaign.reports_due_on, on) for key, of_child in versions.items()}


def state_counts(reports: Mapping[UUID, ChildReport]) -> dict[str, int]:
    """How many stand where, in the order of `ReportState`, and how many are late under `late`."""
    counted = Counter(report.state for report in reports.values())
    late = sum(1 for report in reports.values() if report.days_late)
    return {state.value: counted[state] for state in ReportState} | {"late": late}


def _report(versions: list[Return], due: date | None, on: date) -> ChildReport:
    if not versions:
        return ChildReport(ReportState.NOT_BEGUN, _late(None, due, on))
    newest = versions[-1]
    state = _STATES[ReturnState(newest.state)]
    arrived = newest.submitted_on if state in ARRIVED else None
    said = next((one.return_reason for one in reversed(versions) if one.return_reason), "")
    return ChildReport(state, _late(arrived, due, on), newest, "" if state == ReportState.ACCEPTED else said)


def _late(arrived: date | None, due: date | None, on: date) -> int:
    return max(0, ((arrived or on) - due).days) if due else 0
