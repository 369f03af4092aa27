"""The two people with whom an installation begins, and who confirms where two are too few."""

from typing import Annotated

import typer

commands = typer.Typer()

Name = Annotated[str, typer.Option(prompt=True, help="account name")]
Shown = Annotated[str, typer.Option(prompt=True, help="the person's name")]


@commands.command()
def administrators(
    security: Name,
    security_name: Shown,
    system: Name,
    system_name: Shown,
    union: Annotated[str, typer.Option(help="path of the union they administer")] = "/0/31/",
) -> None:
    """Make the first security and the first system administrator of a new installation, given by nobody.

    Their temporary passwords are printed once and changed at the first sign-in. Whoever comes later is given a post by
    one of the two and confirmed by the other.
    """
    from django.utils import timezone

    from nuanliu.access.actions import begin_installation
    from nuanliu.base.scope import Scope, scoped
    from nuanliu.kernel.errors import Refused
    from nuanliu.organizations.models import Organization
    from nuanliu.organizations.queries import by_path

    try:
        with scoped(Scope.for_path("/")):
            begun = begin_installation(
                by_path(union),
                security=(security, security_name),
                system=(system, system_name),
                on=timezone.localdate(),
            )
    except Organization.DoesNotExist:
        typer.echo(f"There is no union at {union}.", err=True)
        raise typer.Exit(2) from None
    except Refused as refusal:
        typer.echo(refusal.message, err=True)
        raise typer.Exit(2) from None
    for user, password in begun:
        typer.echo(f"{user.username:<20} {password}   ({user.display_name})")
    typer.echo("Each is asked for a password of one's own at the first sign-in. They are not shown again.")


@commands.command()
def confirm_reset(
    account: Annotated[str, typer.Argument(help="account of the administrator who cannot sign in")],
    operator: Annotated[str, typer.Option(prompt=True, help="your name, for the log")],
) -> None:
    """Confirm the reset of an administrator's account where no third administrator is left to do it.

    The other administrator has asked for it on screen, with the reason; whoever runs the server confirms, and the log
    keeps the name. A temporary password is printed once.
    """
    from nuanliu.access.actions import confirm_as_operator
    from nuanliu.access.queries import resets_waiting
    from nuanliu.base.scope import Scope, scoped
    from nuanliu.kernel.errors import Refused

    try:
        with scoped(Scope.for_path("/")):
            waiting = list(resets_waiting().filter(user__username=account))
            done = [(one, confirm_as_operator(one, operator=operator)) for one in waiting]
    except Refused as refusal:
        typer.echo(refusal.message, err=True)
        raise typer.Exit(2) from None
    if not done:
        typer.echo(
            f"No reset of {account} waits. Another administrator asks for it on screen first.", err=True
        )
        raise typer.Exit(2)
    for reset, password in done:
        typer.echo(f"{account:<20} {password or reset.kind}   ({reset.reason})")
    typer.echo("All its sessions are ended. A password is asked to be changed at once, and not shown again.")
