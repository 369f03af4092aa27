"""Records that carry a number or a title: plans, meetings, batches, standards, campaigns, rules; in one statement."""

from typing import Any

from django.db.models import F, Q, QuerySet

from nuanliu.approvals.models import CollectiveDecision
from nuanliu.base.actor import Actor
from nuanliu.base.scope import path_and_above
from nuanliu.desk.queries.columns import Line, below, lines
from nuanliu.ledger.models import Fund, UsePlan
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.programmes.models import Campaign, RuleDocument, Standard

PLAN = "use_plan"


def documents_named(text: str, by: Actor, limit: int) -> list[Line]:
    """The records in scope whose number or title holds the text, the newest of each kind first, a few of each.

    By kind: `campaign`, `standard` and `rule` for everybody; `plan` (also by its meeting), `fund` and `batch` for whose
    role may see them.
    """
    kinds = [_campaigns(text, by), _standards(text, by), _rules(text)]
    if LEDGER.may(by, "view"):
        kinds += [_plans(text, by), _meetings(text, by), _funds(text, by)]
    if PAYMENTS.may(by, "view"):
        kinds.append(_batches(text, by))
    parts = [
        lines(kind, rows, shown=limit, newest=True, **{"state": None, **columns})
        for kind, rows, columns in kinds
    ]
    return [Line(*row) for row in parts[0].union(*parts[1:], all=True)]


type Documents = tuple[str, QuerySet[Any], dict[str, Any]]


def _concerned(by: Actor) -> Q:
    return Q(organization_path__in=path_and_above(by.organization_path)) | Q(**below(by))


def _campaigns(text: str, by: Actor) -> Documents:
    named = Q(name__icontains=text) | Q(notice_number__icontains=text) | Q(notice_title__icontains=text)
    columns = {"title": "name", "note": "notice_number"}
    return "campaign", Campaign.objects.filter(_concerned(by), named), columns


def _standards(text: str, by: Actor) -> Documents:
    named = Standard.objects.filter(_concerned(by), document__icontains=text)
    return "standard", named, {"title": "document", "note": "organization__short_name"}


def _rules(text: str) -> Documents:
    named = RuleDocument.objects.filter(Q(number__icontains=text) | Q(title__icontains=text))
    return "rule", named, {"title": "title", "note": "number"}


def _plans(text: str, by: Actor) -> Documents:
    named = UsePlan.objects.filter(title__icontains=text, **below(by))
    return "plan", named, {"title": "title", "note": "organization__short_name"}


def _meetings(text: str, by: Actor) -> Documents:
    held = CollectiveDecision.objects.filter(
        meeting_number__icontains=text, round__subject_kind=PLAN, **below(by)
    )
    return "plan", held, {"key": F("round__subject_id"), "title": "meeting_number", "note": "outcome"}


def _funds(text: str, by: Actor) -> Documents:
    named = Fund.objects.filter(name__icontains=text, **below(by))
    return "fund", named, {"title": "name", "note": "organization__short_name"}


def _batches(text: str, by: Actor) -> Documents:
    named = PaymentBatch.objects.filter(number__icontains=text, **below(by))
    return "batch", named, {"title": "number", "note": "plan__title"}
