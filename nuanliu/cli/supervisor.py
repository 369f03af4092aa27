"""The demonstration's processes: started together, started again when one ends, ended together."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache

import typer

READY_SECONDS = 60
PATIENCE_SECONDS = 15
STARTS_ALLOWED = 5
WINDOW_SECONDS = 60.0


class Part:
    """One command of ours in a process of its own."""

    def __init__(self, *arguments: str) -> None:
        self.arguments = arguments
        self.starts: deque[float] = deque(maxlen=STARTS_ALLOWED)
        self.start()

    def start(self) -> None:
        self.starts.append(time.monotonic())
        # A session of its own, so that its group holds all it starts.
        self.process = subprocess.Popen(
            [*dies_with_us(), sys.executable, "-m", "nuanliu.cli.main", *self.arguments],
            start_new_session=True,
        )

    def ended(self) -> bool:
        return self.process.poll() is not None

    def hopeless(self) -> bool:
        """Whether it ended too often to be started once more."""
        return len(self.starts) == STARTS_ALLOWED and time.monotonic() - self.starts[0] < WINDOW_SECONDS

    def stop(self) -> None:
        """Ask it to end, and insist after a while."""
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(PATIENCE_SECONDS)
        self.sweep()

    def sweep(self) -> None:
        """End what it started and left: a web process without its parent would hold the port for ever."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@cache
def dies_with_us() -> tuple[str, ...]:
    """What stands before a command so that it ends when we are killed; nothing where the system cannot do it."""
    prefix = ("setpriv", "--pdeathsig", "TERM")
    if (
        shutil.which(prefix[0])
        and subprocess.run((*prefix, "true"), capture_output=True, check=False).returncode == 0
    ):
        return prefix
    return ()


@contextmanager
def parts(*commands: tuple[str, ...]) -> Iterator[list[Part]]:
    """The commands as running processes, which end when the block does, however it ends."""
    # Else the signal would end us at once and leave them behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    started: list[Part] = []
    try:
        started.extend(Part(*command) for command in commands)
        yield started
    except KeyboardInterrupt:
        typer.echo("\nStopping …")
    finally:
        for part in started:
            part.process.terminate()
        for part in started:
            part.stop()


def await_answer(host: str, port: int, started: list[Part]) -> None:
    """Wait until the web server takes connections."""
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline and not any(part.ended() for part in started):
        try:
            socket.create_connection((host, port), timeout=1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    typer.echo("The web server did not start.", err=True)
    raise typer.Exit(2)


def keep_running(started: list[Part]) -> None:
    """Start again what ends, the database included; returns only when a part ends again and again."""
    while True:
        time.sleep(0.5)
        keep_database()
        for part in filter(Part.ended, started):
            if part.hopeless():
                typer.echo(f"`nuanliu {part.arguments[0]}` ends again and again; stopping.", err=True)
                raise typer.Exit(1)
            typer.echo(f"`nuanliu {part.arguments[0]}` ended; starting it again.", err=True)
            part.sweep()
            part.start()


def keep_database() -> None:
    """Start the embedded server if it died; nobody may connect for a while who would do it."""
    from django.conf import settings

    from nuanliu.base import postgres

    if settings.DATABASES["default"]["ENGINE"] == postgres.ENGINE:
        postgres.ensure_running()
