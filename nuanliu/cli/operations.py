"""Running an installation: web server, worker, the demonstration, and starting over."""

import importlib
import importlib.util
import os
import shutil
import sys
from typing import Annotated

import typer

from nuanliu.cli.refusals import refuse_demonstration_accounts, refuse_real_server, refuse_taken
from nuanliu.cli.supervisor import await_answer, keep_running, parts

commands = typer.Typer()

Host = Annotated[str, typer.Option(envvar="HOST", help="address to listen on")]
Port = Annotated[int, typer.Option(envvar="PORT", help="port to listen on")]


@commands.command()
def serve(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    processes: Annotated[int, typer.Option(help="web processes; one for each core unless told")] = 0,
    threads: Annotated[int, typer.Option(help="pages that a process has under way at the same time")] = 3,
) -> None:
    """The web server alone."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    from nuanliu.web.assets import collect

    refuse_demonstration_accounts()
    collect()
    # One row is judged on one core: more threads would only take the cores from other people's pages.
    os.environ.setdefault("POLARS_MAX_THREADS", "1")
    Granian(
        "nuanliu.config.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=processes or os.cpu_count() or 1,
        # Threads are for pages that wait, for a lock or for the disk; bodies come in and answers go out beside them.
        blocking_threads=threads,
        websockets=False,
        respawn_failed_workers=True,
        log_level=LogLevels.warning,
    ).serve()


@commands.command()
def worker(concurrency: Annotated[int, typer.Option(help="jobs at the same time")] = 2) -> None:
    """The worker alone: takes jobs from the database's queue."""
    from django.core.management import call_command

    call_command("procrastinate", "worker", concurrency=concurrency)


@commands.command()
def run(
    host: Host = "127.0.0.1",
    port: Port = 8000,
    scale: Annotated[
        str, typer.Option(help="size of the demonstration: tiny, district or city")
    ] = "district",
    seed: Annotated[int, typer.Option(help="the same number gives the same data")] = 1,
) -> None:
    """The demonstration: database, data where there are none, worker and web server."""
    from django.core.management import call_command

    refuse_taken(host, port)
    call_command("migrate", database="owner", interactive=False, verbosity=0)
    seed_demonstration(scale, seed)
    with parts(("serve", "--host", host, "--port", str(port)), ("worker",)) as started:
        await_answer(host, port, started)
        announce(host, port)
        keep_running(started)


@commands.command()
def reset(
    yes: Annotated[bool, typer.Option("--yes", help="do not ask")] = False,
) -> None:
    """Stop the embedded database and delete it with all files, and the marks that belong to it."""
    from django.conf import settings

    from nuanliu.base import postgres

    refuse_real_server()
    if not yes:
        typer.confirm(f"Delete all data below {settings.NUANLIU_VAR}?", abort=True)
    postgres.destroy()
    for folder in (settings.MEDIA_ROOT, settings.NUANLIU_MARKS_DIR, settings.NUANLIU_VAR / "audit"):
        shutil.rmtree(folder, ignore_errors=True)
    # Heads of a log that is gone would accuse the new one of a cut tail.
    shutil.rmtree(settings.NUANLIU_VAR / "audit", ignore_errors=True)
    typer.echo("The data are deleted; the next run starts over.")


def seed_demonstration(scale: str, seed: int) -> None:
    """Fill a database that has not been filled to the end; the seed skips what it finds."""
    from django.conf import settings

    if importlib.util.find_spec("nuanliu.demo.seed") is None:
        return
    marker = settings.NUANLIU_VAR / "postgres" / "seeded"
    if marker.exists():
        return
    typer.echo(f"Making the demonstration ({scale}); this happens once …")
    importlib.import_module("nuanliu.demo.seed").seed(scale, seed)
    marker.write_text(f"{scale} {seed}\n")


def announce(host: str, port: int) -> None:
    """What somebody needs who wants to look around."""
    from django.conf import settings

    typer.echo(f"\nReady: http://{host}:{port}\n")
    for username, name in demonstration_accounts():
        typer.echo(f"  {username:<20} {name}")
    typer.echo("\nPassword of all: nuanliu-demo   second factor (TOTP secret): JBSWY3DPEHPK3PXP")
    typer.echo(f"Data: {settings.NUANLIU_VAR}   start over: make reset   stop: Ctrl-C")
    sys.stdout.flush()


def demonstration_accounts() -> list[tuple[str, str]]:
    """The cast, with what each shows: name, role and organization."""
    from django.utils import translation

    from nuanliu.access.models import Post
    from nuanliu.base.scope import Scope, scoped
    from nuanliu.demo.cast import MEMBERS

    cast = [member.username for member in MEMBERS]
    with scoped(Scope.for_path("/")), translation.override("zh-hans"):
        posts = Post.objects.filter(user__username__in=cast, user__is_demonstration=True)
        shown = {
            post.user.username: f"{post.user.display_name} · {post.get_role_display()} · {post.organization.short_name}"
            for post in posts.select_related("user", "organization")
        }
    return [(username, shown[username]) for username in cast if username in shown]
