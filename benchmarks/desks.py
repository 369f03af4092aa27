"""Who sits in 嘉定 and what each does how often; the addresses come from the database."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from time import time
from typing import Any
from uuid import uuid4

from benchmarks.browsers import Act, looking_up, mending, reading, writing
from benchmarks.world import DAY, JIADING

EVERY_DESK = ("base", "clerk", "rights", "finance", "leader1", "cashier", "releaser", "head")


@dataclass(frozen=True, slots=True)
class Desk:
    """A session and its acts, each with how often it is done."""

    session: str
    acts: list[tuple[Act, int]]


def desks() -> Iterator[Desk]:
    """The desks in turns; of a hundred requests some twenty write."""
    from nuanliu.base.scope import Scope, scoped

    with scoped(Scope.for_path(JIADING)):
        acts = _acts()
    for username in EVERY_DESK:
        yield Desk(_session(username), acts[username])


def _session(username: str) -> str:
    """Somebody has signed in, second factor and all."""
    from importlib import import_module

    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

    from nuanliu.access.models import User

    user = User.objects.get(username=username)
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    # Whoever has come in lately, with everything that a new account has to bring.
    proved = {
        "account_authentication_methods": [{"method": "mfa", "at": time()}],
        "account_authentication_methods_user": str(user.pk),
    }
    store.update({"enrolled": True, "began": int(time()), "seen": int(time()), **proved})
    store.save()
    return str(store.session_key)


def _acts() -> dict[str, list[tuple[Act, int]]]:
    from nuanliu.awards.models import Award, Roster
    from nuanliu.ledger.models import Fund, UsePlan
    from nuanliu.organizations.models import Organization
    from nuanliu.payments.models import PaymentBatch
    from nuanliu.programmes.models import Campaign

    campaign = Campaign.objects.get()
    jiading = Organization.objects.get(path=JIADING)
    fund = Fund.objects.filter(organization=jiading).earliest("pk").pk
    rosters = list(Roster.objects.filter(organization_path=JIADING).order_by("pk"))
    sheets = [
        f"/lists/{roster.pk}/?show=all&after={ordinal}-{number}"
        for roster in rosters
        for ordinal, number in list(roster.rows.order_by("pk").values_list("sheet_ordinal", "row_number"))[
            :400:50
        ]
    ]
    open_list = Roster.objects.filter(organization_path__gt=JIADING, state="checked").latest("pk")
    rows = [f"/lists/{open_list.pk}/rows/{row}/" for row in open_list.rows.values_list("pk", flat=True)[:40]]
    cells = [f"{row}cells/employer/" for row in rows]
    awards = list(
        Award.objects.filter(roster__isnull=False).order_by("-pk").values_list("pk", flat=True)[:2000:50]
    )
    annex = f"/annex1/{campaign.pk}/{jiading.pk}/"
    plans = [f"/plans/{key}/" for key in UsePlan.objects.values_list("pk", flat=True)]
    batches = [f"/payments/{key}/" for key in PaymentBatch.objects.values_list("pk", flat=True)]

    desk = reading("workbench", "/")
    lists = reading("lists", "/lists/")
    sheet = reading("a list", *sheets)
    pages = reading("awards", *(f"/campaigns/{campaign.pk}/awards/?after={key}" for key in awards))
    award = reading("an award", *(f"/awards/{key}/" for key in awards))
    plan_pages, plan = reading("plans", "/plans/"), reading("a plan", *plans)
    money, fund_page = reading("funds", "/funds/"), reading("a fund", f"/funds/{fund}/")
    payments, batch = reading("payments", "/payments/"), reading("a batch", *batches)
    failures = reading("failures", "/failures/")
    table = reading("annex 1", f"{annex}?as_of={DAY}")
    cells_of_annex = [f"{annex}cells/C{number}/?as_of={DAY}" for number in range(1, 12)]
    cell = reading("a cell's records", *cells_of_annex, in_page=True)
    campaigns, campaign_page = (
        reading("campaigns", "/campaigns/"),
        reading("a campaign", f"/campaigns/{campaign.pk}/"),
    )
    row = reading("a row", *rows)
    people = reading("people", "/people/")
    bell = reading("the bell", "/notices/bell/", in_page=True)
    correct = mending("correct a cell", _correction, *cells)
    search = looking_up("search", "王", "秀英", "嘉源", "zhang")
    enter = writing("type a value", _value, f"{annex}enter/?as_of={DAY}")
    receive = writing("receive money", _money, f"/funds/{fund}/receive/")
    views = {
        name: writing(
            f"keep a view of {name}", lambda address=address: _view(address), f"/views/{name}/save/"
        )
        for name, address in (("rosters", "/lists/"), ("plans", "/plans/"), ("batches", "/payments/"))
    }
    aside = writing("put notices aside", dict, "/notices/aside/")
    return {
        "base": [(desk, 3), (bell, 3), (row, 4), (correct, 8)],
        "clerk": [(desk, 3), (bell, 3), (lists, 3), (sheet, 6), (pages, 5), (award, 3), (people, 2), (campaigns, 1),
                  (search, 2), (views["rosters"], 8)],
        "rights": [(desk, 2), (bell, 2), (table, 3), (cell, 4), (plan, 2), (campaign_page, 1), (enter, 10)],
        "finance": [(desk, 2), (bell, 2), (money, 3), (fund_page, 3), (plan_pages, 2), (batch, 2), (receive, 10)],
        "leader1": [(desk, 4), (bell, 4), (plan_pages, 2), (plan, 4), (money, 1), (aside, 4), (views["plans"], 3)],
        "cashier": [(desk, 3), (bell, 3), (payments, 4), (batch, 4), (failures, 3), (views["batches"], 5)],
        "releaser": [(desk, 3), (bell, 3), (payments, 3), (batch, 5), (aside, 4)],
        "head": [(desk, 3), (bell, 3), (lists, 3), (sheet, 3), (table, 1), (cell, 2)],
    }  # fmt: skip


def _correction() -> dict[str, str]:
    return {"value": f"嘉源医疗第{random.randrange(90)}分会", "reason": "核对后更正"}


def _view(address: str) -> dict[str, str]:
    """The same name again replaces what was kept under it."""
    return {"title": "每天看的", "address": address, "query": f"size={random.choice((20, 50, 100))}"}


def _value() -> dict[str, str]:
    return {
        "code": random.choice(("A", "E2", "E3", "F1", "F2", "G")),
        "value": str(random.randrange(400, 500)),
        "reason": "活动签到表",
    }


def _money() -> dict[str, Any]:
    return {"token": str(uuid4()), "amount_fen": "100", "on": str(date.today()), "evidence": "回单"}  # noqa: DTZ011
