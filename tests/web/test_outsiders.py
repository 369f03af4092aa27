"""Whoever belongs to another union finds nothing of 嘉定, whatever the role, whatever the address."""

from typing import Any

import pytest
import yaml
from django.urls import URLPattern

from nuanliu.access.models import User
from nuanliu.approvals.models import CollectiveDecision
from nuanliu.audit.models import AuditEntry
from nuanliu.awards.models import Award, Roster
from nuanliu.base.actor import Actor
from nuanliu.base.jobs import ask
from nuanliu.base.scope import Scope, scoped
from nuanliu.demo.cast import BAOSHAN
from nuanliu.demo.staff import staff_for
from nuanliu.ledger.models import Fund, Transfer
from nuanliu.operations import backups
from nuanliu.operations.jobs import count_sealed
from nuanliu.organizations.queries import by_path
from nuanliu.payments.models import AccountCorrection, PaymentBatch, PaymentOrder
from nuanliu.payments.reference import shipped
from nuanliu.people.models import Person
from nuanliu.web.models import SavedView
from tests.architecture.test_routes import PUBLIC, routes
from tests.web.job import Job, accept_and_sign, decide, pay, report, seal

pytestmark = pytest.mark.django_db

OVERVIEWS = {
    "appearance",
    "search",
    "search-suggest",
    "notices",
    "notices-bell",
    "notices-aside",
    "union-new",
    "union-import",
    "union-sheet",
    "categories",
    "system",
    "system-prove",
    "system-keys",
    "system-key-add",
    "system-reseal",
    "system-count",
    "system-backups",
    "system-backup-make",
    "desk",
    "password",
    "posts",
    "unions",
    "user-new",
    "users",
    "campaigns",
    "rosters",
    "hand-in",
    "plans",
    "funds",
    "fund-new",
    "campaign-new",
    "programmes",
    "programme-new",
    "standards",
    "standard-new",
    "standard-upload",
    "goods",
    "goods-add",
    "goods-end",
    "rules",
    "banks",
    "bank-new",
    "batches",
    "failures",
    "returns",
    "jobs",
    "jobs-repeat",
    "jobs-cancel",
    "files",
    "people",
    "people-household",
    "people-death",
    "people-find",
    "audit",
    "audit-entries",
    "audit-heads",
    "audit-sample",
    # A list of one's own, by its name.
    "list-export",
    "view-save",
}


# Everybody's own account: there is no record in the address but one's own.
OWN_ACCOUNT = {
    "account", "password-strength", "second-factor", "factor-remove", "recovery-codes", "recovery-codes-file",
    "recovery-codes-renew", "proof", "kept", "kept-drop", "session", "sessions-end",
}  # fmt: skip

AWARD = {"award", "award-account", "award-cancel"}
ENTRY = {"audit-entry", "audit-proof"}
NUMBER = "310114195907042014"


BACKUP = "nuanliu-20260301T040000"


def addresses(job: Job) -> dict[str, str]:
    """Every address of a record, filled with 嘉定's own."""
    roster = accept_and_sign(job)
    plan = decide(job, roster, minutes_file=b"%PDF-1.7 minutes")
    pay(job, plan, fail_every=5)
    table = report(job)
    order = job.of(lambda: PaymentOrder.objects.filter(live=False).earliest("pk"))
    job.post(
        "cashier",
        f"/failures/{order.pk}/",
        account_number="6222021001020000342",
        bank="工商银行",
        holder_name=order.payee_name,
        reason="更换",
    )
    asked = {"organization": job.world.jiading.pk, "identity_number": NUMBER, "reason": "无银行账户"}
    cash = job.post("clerk", f"/campaigns/{job.world.campaign.pk}/cash/request/", **asked)
    file = job.post("clerk", f"{roster}paper/", kind="xlsx", reason="存档").headers["Location"].split("/")[-2]
    said = yaml.safe_dump({**shipped()["profiles"][0], "key": "rural_bank"}, allow_unicode=True)
    bank = job.post("finance", "/banks/new/", description=said).headers["Location"].split("/")[-2]
    keys: dict[str, Any] = {
        "lists": roster.split("/")[-2],
        "campaigns": job.world.campaign.pk,
        "plans": plan.pk,
        "funds": job.of(Fund.objects.get).pk,
        "payments": job.of(lambda: PaymentBatch.objects.earliest("pk")).pk,
        "annex1": table.pk,
        "standards": job.world.standard.pk,
        "files": file,
        "banks": bank,
        "users": job.world.cast.clerk.user_id,
        "jobs": job.of(lambda: ask(count_sealed, by=job.world.cast.clerk)).pk,
        "cash": cash.headers["Location"].split("/")[-2],
        "history": plan.pk,
        "unions": job.world.jiading.pk,
        "corrections": job.of(AccountCorrection.objects.get).pk,
        "people": job.of(lambda: Person.objects.earliest("pk")).pk,
        "views": kept_view(job),
    }
    (backups.folder_of_backups() / BACKUP).mkdir(parents=True, exist_ok=True)
    seal(job)
    row = job.of(lambda: Roster.objects.get().rows.earliest("pk")).pk
    award = job.of(lambda: Award.objects.earliest("pk")).pk
    numbers = dict.fromkeys(AWARD, award) | dict.fromkeys(
        ENTRY, job.of(lambda: AuditEntry.objects.earliest("pk")).pk
    )
    return {
        str(route.name): filled(route, keys, row=row, number=numbers.get(str(route.name), order.pk), job=job)
        for route in routes()
        if route.name not in {*PUBLIC, *OVERVIEWS, *OWN_ACCOUNT, "reissue"}
    }


def kept_view(job: Job) -> Any:
    """A view of the lists that the clerk keeps: nobody else sees it, in the database either."""
    view = {"title": "待办", "address": "/lists/", "query": "state=checked"}
    job.at("clerk").post("/views/rosters/save/", view)
    clerk = job.world.cast.clerk
    with scoped(Scope.for_path(clerk.organization_path, clerk.user_id)):
        return SavedView.objects.get().pk


def filled(route: URLPattern, keys: dict[str, Any], *, row: int, number: int, job: Job) -> str:
    text = str(route.pattern).removeprefix("^").removesuffix("$")
    key = keys["corrections"] if "corrections" in text else keys.get(text.split("/")[0], "")
    for place, value in {
        "(?P<key>[0-9a-f-]{36})": key,
        r"paper\.(?P<kind>pdf|xlsx)": "paper.pdf",
        "<uuid:campaign>": job.world.campaign.pk,
        "<uuid:organization>": job.world.jiading.pk,
        "<uuid:round_key>": job.of(lambda: CollectiveDecision.objects.latest("pk")).round_id,
        "<uuid:key>": key,
        "<str:key>": key,
        "<int:row_key>": row,
        "<int:number>": job.of(lambda: Transfer.objects.filter(kind="receive").earliest("pk")).pk,
        "<int:key>": number,
        "<slug:code>": "C",
        "<slug:name>": BACKUP if text.startswith("system/") else "cash",
        "<str:kind>": "ledger.useplan",
    }.items():
        text = text.replace(place, str(value))
    return f"/{text}"


def strangers(job: Job) -> list[Actor]:
    """宝山's people of every role."""
    with scoped(Scope.for_path("/0/")):
        baoshan = by_path(BAOSHAN)
    return list(staff_for(baoshan).people)


def username_of(actor: Actor) -> str:
    return User.objects.get(pk=actor.user_id).username


@pytest.mark.requirement("R-044")
def test_nobody_of_another_district_finds_any_record_in_any_role(job: Job) -> None:
    known = addresses(job)
    assert all("<" not in address for address in known.values())
    found = []
    for name in ["outsider", *(username_of(actor) for actor in strangers(job))]:
        browser = job.desk(name)
        for route, address in known.items():
            for method in (browser.get, browser.post):
                status = method(address).status_code
                if status not in (404, 405):
                    found.append((name, route, method.__name__, status))
    assert found == []


def test_the_addresses_are_real_to_those_whom_they_concern(job: Job) -> None:
    known = addresses(job)
    # Who may see one's own union, one's own job, the installation's backups: not a record of the union's work.
    readers = (
        "security",
        "system",
        "clerk",
        "rights",
        "finance",
        "leader1",
        "cashier",
        "releaser",
        "head",
        "auditor",
        "city",
    )
    browsers = [job.at(name) for name in readers]
    dead = [
        route
        for route, address in known.items()
        if all(browser.get(address).status_code == 404 for browser in browsers)
    ]
    assert dead == []
