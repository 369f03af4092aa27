"""Bank formats that concern a union, and whether each may be used."""

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from nuanliu.base.actor import Actor
from nuanliu.payments.models import BankProfile
from nuanliu.payments.permissions import POLICY
from nuanliu.payments.queries import profiles_around
from nuanliu.web.listings.listing import Column, Kind, Listing

# What a format's state is called.
STATES = {
    "shipped": _("shipped"),
    "confirmed": _("confirmed"),
    "waiting": _("waits for another person"),
}


def _rows(by: Actor) -> QuerySet[BankProfile]:
    known = [profile.pk for profile in profiles_around(by.organization_path)]
    return BankProfile.objects.filter(pk__in=known).select_related("described_by", "confirmed_by")


def state_of(profile: BankProfile) -> str:
    """Where a profile stands: shipped, confirmed, or waiting for another person."""
    if not profile.organization_path:
        return "shipped"
    return "confirmed" if profile.active else "waiting"


BANKS: Listing[BankProfile] = Listing(
    name="banks",
    title=_("Bank formats"),
    policy=POLICY,
    act="view",
    rows=_rows,
    address=lambda row: reverse("bank", args=[row.pk]),
    columns=(
        Column("bank", _("Bank"), "bank", sort="bank"),
        Column("state", _("State"), state_of, Kind.STATE, word=lambda row: STATES[state_of(row)]),
        Column(
            "described_by", _("Described by"), lambda row: row.described_by and row.described_by.display_name
        ),
        Column(
            "confirmed_by", _("Confirmed by"), lambda row: row.confirmed_by and row.confirmed_by.display_name
        ),
        Column("key", _("Key"), "key", shown=False),
    ),
    order="bank",
    empty=_("No bank format yet. A cashier or finance officer describes one."),
)
