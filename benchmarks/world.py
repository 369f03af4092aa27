"""A throw-away installation: its own server, keys and files; 嘉定's campaign of 2022 with the cast."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

DAY = date(2022, 1, 10)
JIADING = "/0/31/114/"
WORLD = "bench_world"
RUNNING = "bench_running"
LISTS = Path(__file__).resolve().parents[1] / "tests" / "data" / "lists"


@contextmanager
def throwaway() -> Iterator[Path]:
    """A folder in which everything lives while the block runs; a server in it runs until then."""
    from nuanliu.base import postgres

    folder = Path(tempfile.mkdtemp(prefix="nuanliu-bench-"))
    _move_to(folder)
    try:
        yield folder
    finally:
        postgres.destroy()
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def kept(folder: Path) -> Iterator[Path]:
    """The same in a folder that stays; its server stops at the end if it did not run before."""
    from nuanliu.base import postgres

    folder.mkdir(parents=True, exist_ok=True)
    _move_to(folder)
    from django.db import connections

    with postgres.left_as_found():
        try:
            yield folder
        finally:
            connections.close_all()


def _move_to(folder: Path) -> None:
    os.environ.pop("DATABASE_URL", None)
    os.environ |= {
        "NUANLIU_VAR": str(folder),
        "NUANLIU_DEMONSTRATION": "yes",
        "DJANGO_SETTINGS_MODULE": "nuanliu.config.settings",
    }
    import django

    django.setup()


def prepare() -> None:
    """Make the database that each turn begins with a copy of."""
    from django.core.management import call_command

    _make(WORLD)
    use(WORLD)
    call_command("migrate", database="owner", verbosity=0, interactive=False)
    _people_it()
    use(RUNNING)


def fresh() -> None:
    """The running database as it was after `prepare`."""
    _make(RUNNING, template=WORLD)
    use(RUNNING)


def use(name: str) -> None:
    """Point this process and its children at a database."""
    from django.db import connections

    connections.close_all()
    os.environ["NUANLIU_DATABASE"] = name
    for alias in connections:
        connections.settings[alias]["NAME"] = name
        connections[alias].settings_dict["NAME"] = name


def superuser() -> psycopg.Connection:
    """A connection to the running database that sees and may do everything."""
    from nuanliu.base import postgres
    from nuanliu.base.postgres.provision import superuser

    return superuser(postgres.ensure_running(), os.environ["NUANLIU_DATABASE"])


@cache
def a_list(rows: int) -> Path:
    """A clean list of so many rows."""
    from benchmarks.make_list import make_list

    path = Path(os.environ["NUANLIU_VAR"]) / f"list-{rows}.xlsx"
    if not path.exists():
        make_list(path, rows)
    return path


def actor(username: str) -> Any:
    """One of the cast."""
    from nuanliu.access.queries import actor_of
    from nuanliu.base.scope import Scope, scoped

    with scoped(Scope.for_path("/")):
        return actor_of(username, on=DAY)


def jiading() -> Any:
    """The scope of 嘉定."""
    from nuanliu.base.scope import Scope, scoped

    return scoped(Scope.for_path(JIADING))


def _make(name: str, template: str = "template0") -> None:
    from django.db import connections

    from nuanliu.base import postgres
    from nuanliu.base.postgres.provision import create_database, drop_database, grant

    connections.close_all()
    server = postgres.ensure_running()
    drop_database(server, name)
    create_database(server, name, template=template)
    grant(server, name)


def _people_it() -> None:
    import yaml

    from nuanliu.demo.cast import create_cast
    from nuanliu.organizations.queries import by_path
    from nuanliu.programmes.actions import open_campaign, open_programme, standard_from_file

    cast = create_cast(date(2021, 1, 1))
    with jiading():
        organization = by_path(JIADING)
        programme = open_programme(organization, name="送温暖", year=2022, by=cast["rights"])
        open_campaign(
            programme,
            organization=organization,
            name="2022年元旦春节送温暖",
            starts_on=date(2021, 12, 15),
            ends_on=date(2022, 2, 1),
            by=cast["rights"],
        )
        described = yaml.safe_load((LISTS / "standard-2022.yaml").read_text())
        standard_from_file(described, organization=organization, by=cast["rights"])
