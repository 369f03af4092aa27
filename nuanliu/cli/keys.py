"""`nuanliu keys`: make the keys of a new installation, add one, and put everything under it while people work."""

from typing import Annotated

import typer

commands = typer.Typer()
keys = typer.Typer(no_args_is_help=True, help="The keys that seal personal data and sign the audit log.")
commands.add_typer(keys, name="keys")


@keys.command("create")
def create_keys() -> None:
    """Make key ring and signing key of a new installation; those that exist are left as they are."""
    from nuanliu.base.crypto import vault
    from nuanliu.base.crypto.configuration import configuration
    from nuanliu.base.crypto.signing import signer

    vault().file.create(configuration().cipher)
    signer().create()
    typer.echo(f"key ring      {vault().file.path}")
    typer.echo(f"signing key   {signer().private_file}")
    typer.echo("Keep copies where no backup of the database lies: who has both reads everything.")


@keys.command("add")
def add_key(
    cipher: Annotated[str, typer.Option(help="aes-256-gcm or sm4-gcm; by default the one that is set")] = "",
) -> None:
    """Add a data key, which seals from now on; what older keys sealed stays readable by them."""
    from nuanliu.base.crypto import CryptoError, vault
    from nuanliu.base.crypto.configuration import configuration
    from nuanliu.base.crypto.provider import BY_CIPHER

    chosen = cipher or configuration().cipher
    if chosen not in BY_CIPHER:
        typer.echo(f"There is no cipher {chosen}; choose of: {', '.join(BY_CIPHER)}.", err=True)
        raise typer.Exit(2)
    try:
        key = vault().file.add_data_key(chosen)
    except CryptoError as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(2) from None
    typer.echo(f"Key {key.number} ({chosen}) is in the ring. Copy the ring to its safe place.")
    if chosen != configuration().cipher:
        typer.echo(f"It seals once NUANLIU_CIPHER={chosen} is set; then run `nuanliu keys reseal`.")
    else:
        typer.echo("It seals from now on; run `nuanliu keys reseal` for what was sealed before.")


@keys.command("status")
def show_status() -> None:
    """The keys in the ring, and what still lies under older ones."""
    from nuanliu.base.crypto import vault
    from nuanliu.base.crypto.resealing import standing
    from nuanliu.operations.sealed_places import columns

    ring = vault().file.ring()
    newest = ring.newest(vault().cipher).number
    for number, key in sorted(ring.data_keys.items()):
        typer.echo(f"key {number:<5} {key.algorithm:<12} {'seals' if number == newest else 'opens'}")
    for column in columns():
        found = standing(column)
        typer.echo(f"{column!s:<42} {found.values:>10} values {found.stale:>10} under older keys")


@keys.command("reseal")
def reseal() -> None:
    """Put every sealed value, second factor and file under the present key; may be cut and run again."""
    from nuanliu.operations.resealing import reseal_all

    done: dict[str, int] = {}
    try:
        for place, count in reseal_all():
            done[place] = done.get(place, 0) + count
    except TimeoutError as reason:
        typer.echo(str(reason), err=True)
        raise typer.Exit(1) from None
    finally:
        for place, count in done.items():
            typer.echo(f"{place:<42} {count:>10} resealed")
