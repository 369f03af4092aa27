"""What each page costs on the demonstration: statements and milliseconds of the server, for every address and role.

`python -m benchmarks.pages --keep FOLDER [--scale city]` makes the demonstration once and opens every address that can
be read with keys found in it. It lists the dear ones; the target is eight
statements (session, account and posts among them) and 100 ms.
"""

import argparse
import json
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import Any

from benchmarks import world

STATEMENTS, MILLISECONDS = 8, 100.0
TURNS = 3
FRAMING = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT", "SELECT set_config")
# Where keys of each kind are found: the first part of an address, and the model.
KEYS = {
    "lists": "awards.Roster", "campaigns": "programmes.Campaign", "plans": "ledger.UsePlan", "funds": "ledger.Fund",
    "payments": "payments.PaymentBatch", "standards": "programmes.Standard", "goods": "programmes.ProhibitedGoods",
    "banks": "payments.BankProfile", "users": "access.User", "jobs": "base.JobRun", "cash": "awards.CashException",
    "awards": "awards.Award", "failures": "payments.PaymentOrder", "history": "ledger.UsePlan",
    "people": "people.Person",
    "unions": "organizations.Organization", "files": "evidence.FileRequest", "annex1": "returns.Return",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cost:
    """One page as one role."""

    address: str
    route: str
    role: str
    status: int
    statements: int
    milliseconds: float
    bytes: int

    @property
    def dear(self) -> bool:
        return self.statements > STATEMENTS or self.milliseconds > MILLISECONDS


def costs(*, every_role: bool) -> Iterator[Cost]:
    """Every address that can be read, as one role of 嘉定 or above that its guard lets in, or as each."""
    from django.test import Client

    from nuanliu.access.models import Post
    from nuanliu.base.scope import Scope, scoped

    with scoped(Scope.for_path("/")):
        held = Post.objects.filter(
            organization_path__in=["/0/31/114/", "/0/31/"], user__is_demonstration=True
        )
        users = {
            post.role: post.user for post in held.select_related("user").order_by("organization_path", "-pk")
        }
    browsers = {role: Client(headers={"host": "127.0.0.1"}, raise_request_exception=False) for role in users}
    for role, browser in browsers.items():
        browser.force_login(users[role])
    for (route, guard), address in addresses():
        may = [role for role in browsers if guard.policy is None or role in guard.policy.roles[guard.act]]
        for role in may if every_role or route == "desk" else may[:1]:
            yield cost(browsers[role], address, route, role)


def cost(browser: Any, address: str, route: str, role: str) -> Cost:
    """The middle of several turns; the first, which reads templates, does not count."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser.get(address)
    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(address)
    made = [one["sql"] for one in asked.captured_queries]
    counted = [sql for sql in made if not sql.startswith(FRAMING) or '"access_post"' in sql]
    seconds = []
    for _ in range(TURNS if answer.status_code == 200 else 1):
        start = perf_counter()
        browser.get(address)
        seconds.append(perf_counter() - start)
    length = len(answer.content) if not answer.streaming else 0
    return Cost(
        address, route, role, answer.status_code, len(counted), round(median(seconds) * 1000, 1), length
    )


def addresses() -> Iterator[tuple[tuple[str, Any], str]]:
    """Routes that can be read and whose keys are found, filled in."""
    from nuanliu.base.scope import Scope, scoped
    from tests.reference.routes import guard_of, routes

    with scoped(Scope.for_path("/")):
        keys = _keys()
    for route in routes():
        guard = guard_of(route)
        if guard and "GET" in guard.methods:
            address = _filled(str(route.pattern), keys)
            if "<" not in address:
                yield (str(route.name), guard), f"/{address}"


def _keys() -> dict[str, Any]:
    from django.apps import apps

    found: dict[str, Any] = {}
    for part, name in KEYS.items():
        rows = apps.get_model(name).objects.all()
        path = next((f.name for f in rows.model._meta.fields if f.name == "organization_path"), None)
        own = rows.filter(organization_path="/0/31/114/") if path else rows
        row = own.order_by("pk").first() or rows.order_by("pk").first()
        if row:
            found[part] = row.pk
    roster = (
        apps.get_model("awards.Roster").objects.filter(organization_path="/0/31/114/").order_by("pk").first()
    )
    found["row"] = roster.rows.order_by("pk").first().pk if roster else None
    found["organization"] = apps.get_model(KEYS["unions"]).objects.get(path="/0/31/114/").pk
    return found


def _filled(pattern: str, keys: dict[str, Any]) -> str:
    text = pattern.removeprefix("^").removesuffix("$")
    key = keys.get(text.split("/")[0], "<none>")
    for place, value in {
        "<uuid:campaign>": keys["campaigns"],
        "<uuid:organization>": keys["organization"],
        "(?P<key>[0-9a-f-]{36})": key,
        r"paper\.(?P<kind>pdf|xlsx)": "paper.xlsx",
        "<uuid:key>": key,
        "<int:key>": key,
        "<int:row_key>": keys["row"],
        "<slug:code>": "C",
        "<str:kind>": "ledger.useplan",
    }.items():
        text = text.replace(place, str(value))
    return text


def main() -> int:
    """Tell every page that is dear, and how many are not; 1 when one is."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.pages")
    parser.add_argument(
        "--keep", type=Path, required=True, help="folder of the database; made where it is not"
    )
    parser.add_argument("--scale", default="city")
    parser.add_argument("--every-role", action="store_true", help="each page as everybody who may open it")
    options = parser.parse_args()
    measured = []
    with world.kept(options.keep):
        from django.core.management import call_command
        from django.db import connections

        from nuanliu.base import postgres
        from nuanliu.base.plans import keep_plans
        from nuanliu.base.postgres.provision import DATABASE
        from nuanliu.demo.seed import seed
        from nuanliu.web.assets import collect

        world.use(DATABASE)
        postgres.ensure_running()
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        seed(options.scale, 1)
        collect()
        # Connections like those of the web server, which keep the plans of what they send often.
        keep_plans()
        connections.close_all()
        for one in costs(every_role=options.every_role):
            measured.append(one)
            if one.dear or one.status >= 500:
                print(json.dumps(asdict(one), ensure_ascii=False), flush=True)
    dear = sum(one.dear for one in measured)
    print(
        json.dumps({"name": "pages", "n": len(measured), "dear": dear, "machine": _machine()}),
        file=sys.stderr,
    )
    return int(dear > 0)


def _machine() -> str:
    from benchmarks.measuring import machine

    return machine()


if __name__ == "__main__":
    sys.exit(main())
