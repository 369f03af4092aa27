"""`nuanliu check`: is this installation fit to run?"""

import typer

commands = typer.Typer()


@commands.command()
def check() -> None:
    """Settings, tables, roles and policies. Exit status 1 names what is wrong."""
    from django.conf import settings
    from django.core.management import CommandError, call_command
    from django.utils import translation

    from nuanliu.operations.catalogue import catalogue_faults, missing_migrations

    try:
        deploy = not settings.NUANLIU_DEMONSTRATION
        call_command("check", databases=["default"], deploy=deploy, fail_level="ERROR")
    except CommandError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from error
    with translation.override("en"):
        wrong = [*missing_migrations(), *catalogue_faults()]
    for fault in wrong:
        typer.echo(fault, err=True)
    if wrong:
        raise typer.Exit(1)
