"""Reasons for which a command does nothing at all: said in words, exit status 2."""

import socket

import typer


def refuse_real_server() -> None:
    """A server named by DATABASE_URL belongs to its administrator: backups and deletion are done there."""
    from django.conf import settings

    from nuanliu.base import postgres

    if settings.DATABASES["default"]["ENGINE"] != postgres.ENGINE:
        typer.echo(
            "DATABASE_URL names a server of its own; this command serves the embedded one only.", err=True
        )
        raise typer.Exit(2)


def refuse_demonstration_accounts() -> None:
    """A production server does not start while accounts with a published password exist."""
    from django.conf import settings

    from nuanliu.access.models import User

    if not settings.NUANLIU_DEMONSTRATION and User.objects.filter(is_demonstration=True).exists():
        typer.echo(
            "This database holds demonstration accounts, whose password is public. Not started.", err=True
        )
        raise typer.Exit(2)


def refuse_taken(host: str, port: int) -> None:
    """Say so before anything starts when somebody else listens already."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            typer.echo(
                f"{host}:{port} cannot be used: {error.strerror}. Choose another: PORT=8001 make run",
                err=True,
            )
            raise typer.Exit(2) from error
