"""What the attacks let a process of its own do: `python -m tests.attacks.child ACTION …`.

`NUANLIU_DIE_AT="n:seconds:victim"` kills `self` or the `server` so many seconds after the n-th statement begins.
"""

import json
import os
import signal
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from threading import Thread, Timer
from time import perf_counter
from typing import Any

import django

STATEMENTS = [0]
SINCE = date(2020, 1, 1)


def main(action: str, *arguments: str) -> None:
    """Do it, and print what came of it as JSON."""
    django.setup()
    watch_statements(os.environ.get("NUANLIU_DIE_AT", "0:0:self"))
    told = ACTIONS[action](*arguments)
    sys.stdout.write(json.dumps({"statements": STATEMENTS[0], **(told or {})}, ensure_ascii=False))


def watch_statements(die_at: str) -> None:
    """Count statements; the fated one starts the clock of a death."""
    from django.db.backends.utils import CursorWrapper

    number, seconds, victim = die_at.split(":")
    execute = CursorWrapper.execute

    def counted(self: Any, *given: Any) -> Any:
        STATEMENTS[0] += 1
        if STATEMENTS[0] == int(number):
            doom(float(seconds), victim)
        return execute(self, *given)

    CursorWrapper.execute = counted  # type: ignore[method-assign,assignment]


def doom(seconds: float, victim: str) -> None:
    """Kill now, or while the statement runs."""
    kill = kill_self if victim == "self" else kill_server
    if seconds:
        Timer(seconds, kill).start()
    else:
        kill()


def kill_self() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def kill_server() -> None:
    from tests.attacks.installation import Installation

    Installation(Path(os.environ["NUANLIU_VAR"])).kill_server()


def prepare() -> None:
    """Tables, cast, campaign and standard."""
    from django.core.management import call_command

    from nuanliu.base.scope import Scope, scoped
    from nuanliu.demo.cast import create_cast
    from tests.awards.conftest import JIADING, build_world
    from tests.cast import Cast

    call_command("migrate", database="owner", verbosity=0, interactive=False)
    cast = Cast(create_cast(SINCE))
    with scoped(Scope.for_path(JIADING)):
        build_world(cast)


def receive(file: str) -> dict[str, Any]:
    """Import a list and accept its good rows, as the clerk."""
    from nuanliu.awards.actions import SubmittedFile, accept_rows, import_roster
    from nuanliu.awards.states import RosterState
    from nuanliu.organizations.queries import by_path
    from nuanliu.programmes.models import Campaign
    from tests.awards.conftest import DAY, JIADING

    content = Path(file).read_bytes()
    before, start = peak_mb(), perf_counter()
    with as_member("clerk") as clerk:
        campaign = Campaign.objects.get(organization_path=JIADING)
        imported = import_roster(
            [SubmittedFile(Path(file).name, content)],
            organization=by_path(JIADING), campaign=campaign, business_date=DAY, by=clerk,
        )  # fmt: skip
        messages = list(imported.roster.findings.values_list("message", flat=True)[:3])
    told = {"seconds": perf_counter() - start, "grown_mb": peak_mb() - before, "messages": messages}
    told |= {
        "counts": dict(imported.counts),
        "state": str(imported.roster.state),
        "repeated": imported.repeated,
    }
    if imported.roster.state == RosterState.CHECKED:
        with as_member("clerk") as clerk:
            told["accepted"] = accept_rows(imported.roster, by=clerk).rows
    return told


def warmth(file: str, out: str) -> dict[str, Any]:
    """The main job, as the command does it."""
    from nuanliu.demo.warmth import WarmthRequest, run
    from tests.awards.conftest import LISTS

    request = WarmthRequest((Path(file),), Path(out), standard=LISTS / "standard-2022.yaml", fail_every=9)
    return {"summary": run(request).summary}


def send(file: str, reply: str) -> None:
    """The main job up to the bank; the bank's answer is left in a file."""
    from nuanliu.awards.actions import SubmittedFile
    from nuanliu.base.scope import Scope, scoped
    from nuanliu.demo.staff import staff_for
    from nuanliu.demo.warmth import flow
    from nuanliu.demo.warmth.bank import Bank
    from nuanliu.demo.warmth.stopwatch import Stopwatch
    from nuanliu.organizations.queries import by_path
    from nuanliu.programmes.models import Campaign, Standard
    from tests.awards.conftest import DAY, JIADING

    with scoped(Scope.for_path("/")):
        sender = by_path(JIADING)
        campaign, standard = Campaign.objects.get(organization_path=JIADING), Standard.objects.get()
    job = flow.Job(sender, campaign, standard, DAY, staff_for(sender))
    files = [SubmittedFile(Path(file).name, Path(file).read_bytes())]
    plan = flow.decide(job, flow.propose(job, flow.receive(job, files, Stopwatch())))
    (batch,) = flow.pay(job, plan)
    with scoped(Scope.for_path(JIADING)):
        batch.refresh_from_db()
        Path(reply).write_bytes(Bank(DAY, 9).answer(batch)[1])


def answer(reply: str) -> dict[str, Any]:
    """The bank's answer taken once, as the releaser."""
    from nuanliu.payments.actions import record_replies
    from nuanliu.payments.models import PaymentBatch
    from tests.awards.conftest import DAY

    with as_member("releaser") as releaser:
        batch = PaymentBatch.objects.get()
        result = record_replies(
            batch, name="reply.xlsx", content=Path(reply).read_bytes(), by=releaser, on=DAY
        )
    return {"paid": result.paid, "failed": result.failed}


def spend(limit: str, clients: str) -> dict[str, Any]:
    """So many clients reserve one fen each from one fund until they are refused."""
    from django.db import connection

    from nuanliu.base.scope import Scope, scoped
    from nuanliu.kernel.errors import Refused
    from nuanliu.ledger import actions
    from tests.ledger.conftest import DECIDED, make_world, put_requests

    with scoped(Scope.for_path("/0/")):
        world = make_world()
        fund = world.fund(holds_fen=int(limit))
        plan = world.approved([(fund, ["C1"], int(limit))])
        line, leader = plan.lines.get().pk, world.leader

    refusals: list[str] = []

    def client(number: int) -> None:
        tries = range(int(limit) + 1)
        for award in (number * 1_000_000 + attempt + 1 for attempt in tries):
            try:
                with scoped(Scope.for_path("/0/")):
                    put_requests([(award, line, 1)])
                    actions.reserve_many(by=leader, on=DECIDED)
            except Refused as refusal:
                refusals.append(refusal.code)
                break
        connection.close()

    threads = [Thread(target=client, args=(number,)) for number in range(int(clients))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return {"refusals": refusals}


def command(*arguments: str) -> None:
    """The command `nuanliu` itself; it ends the process with its own status."""
    from nuanliu.cli.main import assemble

    assemble()(list(arguments))


def as_member(username: str) -> Any:
    """The scope of one of the cast, and the cast's actor."""
    from contextlib import contextmanager

    from nuanliu.access.queries import actor_of
    from nuanliu.base.scope import Scope, scoped
    from tests.awards.conftest import DAY

    @contextmanager
    def acting() -> Any:
        with scoped(Scope.for_path("/")):
            actor = actor_of(username, on=DAY)
        with scoped(Scope.for_path(actor.organization_path, actor.user_id)):
            yield actor

    return acting()


def peak_mb() -> float:
    """The largest memory that this process held."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


ACTIONS: dict[str, Callable[..., Any]] = {
    "prepare": prepare, "receive": receive, "warmth": warmth, "send": send, "answer": answer, "spend": spend,
    "nuanliu": command,
}  # fmt: skip

if __name__ == "__main__":
    main(*sys.argv[1:])
