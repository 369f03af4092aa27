"""docs/reference/jobs.md: what runs in the worker."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from procrastinate.contrib.django import app

from tests.reference.house import modules
from tests.reference.markdown import code, first_line, table
from tests.reference.markdown import page as whole

INTRODUCTION = (
    "Long work is queued in the database, in the transaction that needs it, and runs in `nuanliu worker` as the post"
    " that asked. A job whose worker has died is given to another; each may run twice."
)


@dataclass(frozen=True, slots=True)
class Job:
    """A task by name: when it runs, and what it does."""

    name: str
    when: str
    purpose: str


def jobs() -> Iterator[Job]:
    """Every task of the house, by name."""
    for _ in (*modules("jobs"), *modules("rescue")):
        pass  # importing registers the tasks
    periodic = {entry.task.name: entry.cron for entry in app.periodic_registry.periodic_tasks.values()}
    ours: dict[str, Any] = {
        task.name: task for task in app.tasks.values() if task.func.__module__.startswith("nuanliu.")
    }
    for name, task in sorted(ours.items()):
        yield Job(name, _when(periodic.get(name)), first_line(task.func.__doc__))


def page() -> str:
    rows = [(code(job.name), job.when, job.purpose) for job in jobs()]
    return whole("Jobs", INTRODUCTION, table(["job", "runs", "does"], rows))


def _when(cron: str | None) -> str:
    if cron is None:
        return "when asked"
    return "every minute" if cron == "* * * * *" else f"`{cron}`"
