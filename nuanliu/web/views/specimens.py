"""What somebody who tries the demonstration has not got at hand; on a real server these addresses are not there."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.module_loading import import_string

from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.organizations.models import Organization
from nuanliu.payments.models import PaymentBatch
from nuanliu.payments.permissions import POLICY as PAYMENTS
from nuanliu.payments.states import BatchState
from nuanliu.web.downloads import attachment
from nuanliu.web.guards import DeskRequest, page
from nuanliu.web.queries import campaign_or_404, record_or_404

ANSWERABLE = (BatchState.SENT, BatchState.RECONCILED, BatchState.CLOSED)


@page(AWARDS, "import_roster")
def specimen_list(request: DeskRequest, key: UUID) -> HttpResponse:
    """A list of invented people of the reader's union, with some faults to put right."""
    campaign = campaign_or_404(request.actor, key)
    union = record_or_404(Organization, request.actor.organization_id)
    return _specimen("list", union, campaign)


@page(PAYMENTS, "reply")
def specimen_reply(request: DeskRequest, key: UUID) -> HttpResponse:
    """What the demonstration's bank answers to a batch that was sent to it."""
    return _specimen("reply", _sent(key))


@page(PAYMENTS, "archive_receipt")
def specimen_receipt(request: DeskRequest, key: UUID) -> HttpResponse:
    """The receipt of the demonstration's bank."""
    return _specimen("receipt", _sent(key))


def _sent(key: UUID) -> PaymentBatch:
    sent = PaymentBatch.objects.filter(state__in=ANSWERABLE)
    return get_object_or_404(sent.select_related("organization", "profile", "fund", "plan"), pk=key)


def _specimen(kind: str, *about: Any) -> HttpResponse:
    if not settings.NUANLIU_DEMONSTRATION:
        raise Http404
    name, content, media_type = import_string(settings.NUANLIU_SPECIMENS[kind])(*about)
    return attachment(content, name, media_type)
