"""The command `nuanliu`.

Every other module of this folder may hold a `commands` typer application; its commands join these. Modules import
models inside their functions, so that `--help` stays quick.
"""

import importlib
import os
import pkgutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import typer

from nuanliu import cli

app = typer.Typer(no_args_is_help=True, pretty_exceptions_enable=False, add_completion=False)


@app.callback()
def nuanliu(context: typer.Context) -> None:
    """暖流: help from a source of money to a named person, with every control on the way."""
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nuanliu.config.settings")
    django.setup()
    context.with_resource(tidy())


@contextmanager
def tidy() -> Iterator[None]:
    """No command leaves a database server behind that was not there before."""
    from django.db import connections

    from nuanliu.base import postgres

    with postgres.left_as_found():
        try:
            yield
        finally:
            connections.close_all()


@app.command(
    "django",
    add_help_option=False,
    context_settings={"allow_extra_args": True, "ignore_unknown_options": True, "help_option_names": []},
)
def django_command(context: typer.Context) -> None:
    """Any of Django's own commands, such as `nuanliu django makemigrations --check`."""
    from django.core.management import execute_from_command_line

    execute_from_command_line(["nuanliu django", *context.args])


@app.command()
def migrate(plan: Annotated[bool, typer.Option(help="only show what would be done")] = False) -> None:
    """Bring the database's tables up to this version, as the owner role."""
    from django.core.management import call_command

    call_command("migrate", database="owner", plan=plan, interactive=False)


def assemble() -> typer.Typer:
    """The whole command: this module's and those of its neighbours."""
    for module in pkgutil.iter_modules(cli.__path__):
        if module.name != "main":
            neighbour = importlib.import_module(f"{cli.__name__}.{module.name}")
            if isinstance(commands := getattr(neighbour, "commands", None), typer.Typer):
                app.add_typer(commands)
    return app


def run() -> None:
    """Entry point of the installed command."""
    assemble()()


if __name__ == "__main__":
    run()
