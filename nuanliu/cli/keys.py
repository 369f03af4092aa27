"""`nuanliu keys`: make the keys of a new installation, add one, and put everything under it while people work."""

from base64 import b64decode, b64encode
from typing import Annotated, Any

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
    from nuanliu.cli.sealed_places import columns

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
    from nuanliu.base.crypto.resealing import reseal_column
    from nuanliu.cli.sealed_places import columns

    for column in columns():
        try:
            done = sum(reseal_column(column))
        except TimeoutError as reason:
            typer.echo(str(reason), err=True)
            raise typer.Exit(1) from None
        typer.echo(f"{column!s:<42} {done:>10} resealed")
    typer.echo(f"{'second factors':<42} {reseal_second_factors():>10} resealed")
    typer.echo(f"{'archived files':<42} {reseal_files():>10} resealed")


def reseal_second_factors() -> int:
    """Seeds and secrets of second factors; the number of those that were under an older key."""
    from allauth.mfa.models import Authenticator
    from django.db import transaction

    done = 0
    for key in Authenticator.objects.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            factor = Authenticator.objects.select_for_update().filter(pk=key).first()
            fresh = (
                {name: _resealed_secret(name, value) for name, value in factor.data.items()} if factor else {}
            )
            if factor and fresh != factor.data:
                factor.data = fresh
                factor.save(update_fields=["data"])
                done += 1
    return done


def _resealed_secret(name: str, value: Any) -> Any:
    from nuanliu.access.mfa import ANY_ROW, PLACE
    from nuanliu.base.crypto import reseal_many

    if name not in {"secret", "seed"}:
        return value
    fresh = reseal_many([b64decode(value)], place=PLACE, row_keys=[ANY_ROW.bytes])[0]
    return b64encode(fresh or b"").decode()


def reseal_files() -> int:
    """Contents of archived files; the number of those that were under an older key."""
    from nuanliu.base.crypto import needs_resealing, reseal_many
    from nuanliu.base.scope import Scope, scoped
    from nuanliu.evidence import storage
    from nuanliu.evidence.models import EvidenceFile
    from nuanliu.evidence.queries import CONTENT

    with scoped(Scope.for_path("/")):
        files = list(EvidenceFile.objects.order_by("id").values_list("id", "storage_name"))
    done = 0
    for key, name in files:
        if not storage.holds(name) or not needs_resealing(sealed := storage.get(name)):
            continue
        fresh = reseal_many([sealed], place=CONTENT, row_keys=[key.bytes])[0]
        storage.put(name, fresh or b"")
        done += 1
    return done
