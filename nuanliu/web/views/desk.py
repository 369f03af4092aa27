"""The workbench: what waits for this post, what it sent, where the money is, how far the campaign has come."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from nuanliu.access.permissions import ADMINISTRATORS
from nuanliu.access.states import Role
from nuanliu.awards.permissions import POLICY as AWARDS
from nuanliu.base.actor import Actor
from nuanliu.desk.queries import Branch, branches_of, facts_of, lines_of, money_by_fund
from nuanliu.ledger.permissions import POLICY as LEDGER
from nuanliu.programmes.models import Campaign
from nuanliu.returns.permissions import POLICY as RETURNS
from nuanliu.web.guards import DeskRequest, signed_in
from nuanliu.web.map import SHADES, tile_map
from nuanliu.web.queries import campaigns_known
from nuanliu.web.workbench import (
    ORDERS,
    count_of,
    greeting,
    in_order,
    reports_missing,
    sent_of,
    tasks_of,
)

FUNDS = 5
SENT = 6
TASKS = 12
BARS = 16
SUMMED = ("lists", "awards", "delivered", "in_payment", "failed", "awards_fen", "delivered_fen")
SUPERVISORS = {*ADMINISTRATORS, Role.AUDITOR}
# Who answers for the reports of the unions below.
JUDGES = {Role.RIGHTS_OFFICER, Role.CENTRE_OFFICER}


@signed_in()
def desk(request: DeskRequest) -> HttpResponse:
    """The start page of every post: four reads beside the frame's, five where money is seen."""
    by = request.actor
    campaign = next(iter(campaigns_known(by, 1)), None) if AWARDS.may(by, "read") else None
    branches = branches_of(by.organization_id, by.organization_path, campaign) if campaign else []
    waiting, sent = lines_of(by)
    if by.role in JUDGES:
        waiting += reports_missing(branches, campaign)
    context = {
        "greeting": greeting(),
        "tasks": tasks_of(waiting, by)[:TASKS],
        "count": count_of(waiting),
        "sent": sent_of(sent)[:SENT],
        "funds": money_by_fund(by, FUNDS) if LEDGER.may(by, "view") else [],
        "may_drop": AWARDS.may(by, "import_roster"),
        "facts": facts_of(by) if by.role in SUPERVISORS else None,
        **_campaign(campaign, branches, by, request.GET.get("by", "")),
    }
    context["side"] = bool(context.get("map") or context["facts"] or context["funds"])
    part = request.headers.get("HX-Target", "").endswith("branches")
    return render(request, "web/parts/branches.html" if part else "web/desk.html", context)


def _campaign(campaign: Campaign | None, branches: list[Branch], by: Actor, order: str) -> dict[str, Any]:
    """The campaign's day, its sums, its map and its bars."""
    if campaign is None:
        return {"campaign": None}
    today = timezone.localdate()
    bars = in_order(branches, order)
    children = [one for one in branches if not one.own]
    return {
        "campaign": campaign,
        "today": today,
        "day": (today - campaign.starts_on).days + 1,
        "days": (campaign.ends_on - campaign.starts_on).days + 1,
        "running": campaign.starts_on <= today <= campaign.ends_on,
        "may_oversee": AWARDS.may(by, "oversee"),
        "may_report": RETURNS.may(by, "view"),
        "sums": _sums(branches),
        "map": tile_map(branches),
        "shades": SHADES,
        "bars": bars[:BARS],
        "bars_hidden": max(0, len(bars) - BARS),
        "untouched": len(children) - len(bars),
        "late": sum(1 for one in bars if one.is_late(campaign.reports_due_on, today)),
        "orders": [(name, label, name == (order or "need")) for name, (label, _key) in ORDERS.items()],
    }


def _sums(branches: list[Branch]) -> dict[str, int]:
    """The whole, of its parts: what the map and the bars show adds up to what stands above them."""
    sums = {name: sum(getattr(one, name) for one in branches) for name in SUMMED}
    return {**sums, "percent": 100 * sums["delivered"] // sums["awards"] if sums["awards"] else 0}
