"""`nuanliu demo`: data for looking around, made through the actions."""

from enum import StrEnum
from typing import Annotated

import typer

commands = typer.Typer()


class Scale(StrEnum):
    """How much data."""

    TINY = "tiny"
    DISTRICT = "district"
    CITY = "city"


@commands.command()
def demo(
    scale: Annotated[Scale, typer.Option(help="how much data")] = Scale.DISTRICT,
    seed: Annotated[int, typer.Option(help="the same number gives the same data")] = 1,
) -> None:
    """Seed a demonstration database through the actions; safe to run again."""
    from django.conf import settings
    from django.core.management import call_command

    if not settings.NUANLIU_DEMONSTRATION:
        typer.echo("只能在演示数据库上生成演示数据。", err=True)
        raise typer.Exit(2)
    from nuanliu.demo import seed as seeding

    call_command("migrate", database="owner", interactive=False, verbosity=0)
    seeding.seed(scale.value, seed)
