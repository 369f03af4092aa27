"""`nuanliu audit`: prove that nobody rewrote the log."""

import typer

commands = typer.Typer()
audit = typer.Typer(no_args_is_help=True, help="The log of who did what: seal it, prove it.")
commands.add_typer(audit, name="audit")


@audit.command("verify")
def verify_log() -> None:
    """Prove every row and every head, or name the first broken one and end with status 1."""
    from nuanliu.audit.queries import verify

    found = verify()
    if found.first_broken:
        typer.echo(
            f"BROKEN: {found.first_broken} ({found.first_broken.kind} {found.first_broken.number})", err=True
        )
        raise typer.Exit(1)
    typer.echo(
        f"{found.entries} entries and {found.heads} heads are as they were written; {found.unsealed} await a head."
    )


@audit.command("seal")
def seal_log() -> None:
    """Sign a head now, as the worker does every minute."""
    from nuanliu.audit.actions import seal_head

    head = seal_head()
    typer.echo(f"sealed {head.size} entries" if head else "nothing to seal")
