"""Is the installation well? Each line has a light, what was found, what it means and what to do."""

import platform
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from nuanliu.base.crypto import CryptoError
from nuanliu.operations import backups
from nuanliu.operations.catalogue import catalogue_faults, missing_migrations
from nuanliu.operations.queries import Facts, Queue, Remembered, facts, remembered, ring_of_keys
from nuanliu.operations.states import Light

GIB = 1024**3
LEAST_MAJOR = 18
LIBRARIES = ("Django", "psycopg", "procrastinate", "django-allauth", "cryptography", "granian", "polars")
DAY = timedelta(days=1)

# What each line is called, what it means, and what to do when it is not green.
WORDS: dict[str, tuple[Promise, Promise, Promise]] = {
    "database": (
        gettext_lazy("Database"),
        gettext_lazy("All records lie in it; older versions than PostgreSQL 18 lack what row keys need."),
        gettext_lazy("Upgrade the server, then migrate."),
    ),
    "guards": (
        gettext_lazy("Roles and row-level security"),
        gettext_lazy("The database itself refuses rows of another union, whatever the program does."),
        gettext_lazy(
            "Stop the web server, run “nuanliu check”, and let the owner role put right what it names."
        ),
    ),
    "migrations": (
        gettext_lazy("Tables of this version"),
        gettext_lazy("The program and its tables must be of one version."),
        gettext_lazy("Back up, then run “nuanliu migrate”."),
    ),
    "worker": (
        gettext_lazy("Worker"),
        gettext_lazy("Lists, papers and backups are worked off by it; without it they wait."),
        gettext_lazy("Start “nuanliu worker”, and see in its output why it ended."),
    ),
    "queue": (
        gettext_lazy("Queue"),
        gettext_lazy("Work that was asked for and has not begun."),
        gettext_lazy("If it keeps growing, start a second worker."),
    ),
    "failures": (
        gettext_lazy("Failed jobs in 24 hours"),
        gettext_lazy("Work that ended by an error of the system, not by a refusal."),
        gettext_lazy("Open the jobs, repeat what failed; if it fails again, read the worker's output."),
    ),
    "backup": (
        gettext_lazy("Last backup"),
        gettext_lazy("What was done since then is lost when the disk is."),
        gettext_lazy("Make a backup now, and copy it to another machine each day."),
    ),
    "rehearsal": (
        gettext_lazy("Rehearsed restore"),
        gettext_lazy("Only a backup that was once restored is known to be one."),
        gettext_lazy("Open the latest backup and rehearse its restore."),
    ),
    "seal": (
        gettext_lazy("Audit log sealed"),
        gettext_lazy("Each minute the log is signed; what is not signed yet could be rewritten unseen."),
        gettext_lazy("See whether the worker runs; run “nuanliu audit seal”."),
    ),
    "proof": (
        gettext_lazy("Audit log proved"),
        gettext_lazy("Every row is digested anew and compared with what was signed."),
        gettext_lazy("Prove the log now. If a row is named, call the auditor and change nothing."),
    ),
    "disk": (
        gettext_lazy("Disk"),
        gettext_lazy("A full disk stops the database in the middle of the day."),
        gettext_lazy("Move old backups to another machine, or enlarge the disk."),
    ),
    "keys": (
        gettext_lazy("Keys"),
        gettext_lazy("Numbers of people are sealed by them; they lie outside of database and backups."),
        gettext_lazy("Count what lies under which key; reseal what lies under an older one."),
    ),
    "clock": (
        gettext_lazy("Clocks"),
        gettext_lazy(
            "Program and database must agree on the time, or second factors and deadlines go wrong."
        ),
        gettext_lazy("Set both machines by the same time server."),
    ),
    "versions": (
        gettext_lazy("Versions"),
        gettext_lazy("For whoever asks for help."),
        gettext_lazy("Nothing to do."),
    ),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One part of the installation: its light, and what was found in words."""

    code: str
    light: Light
    found: str

    @property
    def title(self) -> Promise:
        return WORDS[self.code][0]

    @property
    def meaning(self) -> Promise:
        return WORDS[self.code][1]

    @property
    def remedy(self) -> Promise:
        return WORDS[self.code][2]


def lines() -> list[Line]:
    """All parts in the order in which one looks after them: four queries, the disk, the key ring."""
    waiting, log = facts(), remembered()
    return [
        database(waiting),
        guards(),
        migrations(),
        worker(waiting),
        queued(waiting),
        failures(waiting),
        *backed_up(backups.known()),
        sealed(waiting),
        proved(log),
        disk(),
        keys(log),
        clock(waiting.now, timezone.now()),
        Line("versions", Light.GREEN, ", ".join(versions())),
    ]


def worst(found: list[Line]) -> Light:
    """The light of the whole."""
    order = (Light.RED, Light.AMBER, Light.GREY, Light.GREEN)
    return next(light for light in order if any(line.light == light for line in found))


def database(now: Facts) -> Line:
    """Version and size."""
    number = now.server_version.split()[0]
    old = int(number.split(".")[0]) < LEAST_MAJOR
    return Line("database", _by(red=old), f"PostgreSQL {number}, {bytes_text(now.database_bytes)}")


def guards() -> Line:
    """What the catalogue has against its roles and policies."""
    faults = list(catalogue_faults())
    return Line("guards", _by(red=faults), "; ".join(faults) or _("nothing amiss"))


def migrations() -> Line:
    """Migrations that have not run."""
    missing = list(missing_migrations())
    return Line("migrations", _by(red=missing), "; ".join(missing) or _("nothing amiss"))


def worker(now: Queue) -> Line:
    """When a worker was last heard of."""
    if now.heartbeat_at is None:
        return Line("worker", Light.RED, _("none runs"))
    silent = now.now - now.heartbeat_at
    light = _by(red=silent > timedelta(minutes=5), amber=silent > timedelta(minutes=1))
    told = _("%(count)s at work, last heard of %(seconds)s seconds ago")
    return Line("worker", light, told % {"count": now.workers, "seconds": round(silent.total_seconds())})


def queued(now: Queue) -> Line:
    """How many wait, and the oldest how long."""
    minutes = int((now.now - now.oldest_at).total_seconds() // 60) if now.oldest_at else 0
    told = _("%(waiting)s wait, %(running)s under way; the oldest waits %(minutes)s minutes")
    said = told % {"waiting": now.waiting, "running": now.running, "minutes": minutes}
    return Line("queue", _by(red=minutes > 60, amber=minutes > 10), said)


def failures(now: Queue) -> Line:
    """What failed since yesterday."""
    return Line("failures", _by(amber=now.failed_in_a_day), str(now.failed_in_a_day))


def backed_up(known: list[backups.Backup]) -> Iterator[Line]:
    """The last backup and the last rehearsal."""
    if not backups.is_embedded():
        yield Line("backup", Light.GREY, _("kept by the administrator of the database server"))
        return
    if not known:
        yield Line("backup", Light.RED, _("none yet"))
    else:
        last, age = known[0], timezone.now() - known[0].made_at
        unsound = not last.facts.sound
        light = _by(red=unsound or age > 7 * DAY, amber=age > DAY + timedelta(hours=2))
        yield Line(
            "backup",
            light,
            _("damaged") if unsound else f"{day(last.made_at)}, {bytes_text(last.size_bytes)}",
        )
    rehearsed = max((backup.rehearsed_at for backup in known if backup.rehearsed_at), default=None)
    recent = rehearsed and timezone.now() - rehearsed < 90 * DAY
    yield Line("rehearsal", _by(amber=not recent), day(rehearsed) if rehearsed else _("never"))


def sealed(now: Facts) -> Line:
    """Whether the last signed head is young enough; the log of an idle night needs none."""
    if now.head_at is None or now.head_entry is None:
        return Line("seal", _by(amber=now.newest_entry), _("never"))
    behind, age = now.newest_entry > now.head_entry, now.now - now.head_at
    light = _by(red=behind and age > timedelta(minutes=30), amber=behind and age > timedelta(minutes=5))
    told = _("%(count)s rows up to %(time)s") % {"count": now.head_size, "time": day(now.head_at)}
    return Line("seal", light, told)


def proved(log: Remembered) -> Line:
    """When the log was last proved, and what came of it."""
    last = log.proof
    if last is None:
        return Line("proof", Light.AMBER, _("never"))
    found: dict[str, Any] = last.after or {}
    if not found.get("ok"):
        return Line("proof", Light.RED, str(found.get("first_broken", "")))
    told = _("%(count)s rows as they were written, %(time)s")
    said = told % {"count": found.get("entries"), "time": day(last.recorded_at)}
    return Line("proof", _by(amber=timezone.now() - last.recorded_at > 7 * DAY), said)


def disk() -> Line:
    """Room where the data lie."""
    usage = shutil.disk_usage(Path(settings.NUANLIU_VAR))
    share = usage.free / usage.total
    light = _by(red=share < 0.05 or usage.free < 2 * GIB, amber=share < 0.15)
    told = _("%(free)s of %(total)s free")
    return Line("disk", light, told % {"free": bytes_text(usage.free), "total": bytes_text(usage.total)})


def keys(log: Remembered) -> Line:
    """Whether the ring can be read, and how much lay under older keys when last counted."""
    try:
        ring = ring_of_keys(log.counting)
    except CryptoError as fault:
        return Line("keys", Light.RED, str(fault))
    present = next(key.number for key in ring.data if key.in_use)
    if ring.counted_at is None:
        return Line("keys", Light.GREY, _("key %(number)s seals; never counted") % {"number": present})
    told = _("key %(number)s seals; %(older)s values under older keys on %(time)s")
    said = told % {"number": present, "older": ring.older, "time": day(ring.counted_at)}
    return Line("keys", _by(amber=ring.older), said)


def clock(theirs: datetime, ours: datetime) -> Line:
    """How far the two clocks are apart."""
    apart = abs((theirs - ours).total_seconds())
    return Line(
        "clock", _by(red=apart > 30, amber=apart > 3), _("%(seconds).1f seconds apart") % {"seconds": apart}
    )


def versions() -> Iterator[str]:
    """This program, Python and the main libraries."""
    yield f"nuanliu {version('nuanliu')}"
    yield f"Python {platform.python_version()}"
    yield from (f"{name} {version(name)}" for name in LIBRARIES)


def bytes_text(size: float) -> str:
    """A size as people read it: 1.4 GB."""
    for unit in ("B", "kB", "MB", "GB"):
        if size < 1000:
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"


def day(moment: datetime) -> str:
    """A moment as people here write it."""
    return timezone.localtime(moment).strftime("%Y-%m-%d %H:%M")


def _by(*, red: object = False, amber: object = False) -> Light:
    if red:
        return Light.RED
    return Light.AMBER if amber else Light.GREEN
