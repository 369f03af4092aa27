"""`nuanliu warmth` as it is typed: exit status, words, and a throw-away database that leaves nothing behind."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nuanliu.base.postgres import Cluster
from nuanliu.base.var import PROJECT

LISTS = Path(__file__).parents[1] / "data" / "lists"
STANDARD = LISTS / "standard-2022.yaml"
COMMAND = (sys.executable, "-m", "nuanliu.cli.main", "warmth")
PATIENCE_SECONDS = 90


@pytest.fixture
def environment(tmp_path: Path) -> Iterator[dict[str, str]]:
    """An installation of its own, and a folder of its own for what is thrown away."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    var, temporary = tmp_path / "its var", tmp_path / "tmp"
    temporary.mkdir()
    yield {**kept, "NUANLIU_VAR": str(var), "NUANLIU_DEMONSTRATION": "yes", "TMPDIR": str(temporary)}
    Cluster(var / "postgres").destroy()


def warmth(environment: dict[str, str], *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *map(str, arguments)],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_exit_status_tells_done_refused_or_not_done(environment: dict[str, str], tmp_path: Path) -> None:
    sample = LISTS / "list-a-official.xlsx"
    done = warmth(
        environment, sample, "--standard", STANDARD, "--out", tmp_path / "out", "--fail-every", "50"
    )
    assert (done.returncode, done.stdout) == (
        0,
        "400 rows read, 373 accepted, 27 refused; 373 orders, 366 paid, 7 failed.\n",
    )
    summary = json.loads((tmp_path / "out" / "summary.json").read_text())
    assert (summary["failed"], summary["annex1"]["C"]) == (7, 366)

    bad = tmp_path / "名册.csv"
    bad.write_text("填报单位：上海市嘉定区总工会\n姓名,身份证号,类别,金额,银行账号\n张三,,C1,1000,\n")
    refused = warmth(environment, bad, "--standard", STANDARD, "--out", tmp_path / "refused")
    assert (refused.returncode, refused.stdout[:11]) == (1, "1 rows read")

    unknown = warmth(environment, sample, "--out", tmp_path / "none", "--organization", "火星区总工会")
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "火星区总工会" in unknown.stderr
    assert not (tmp_path / "none").exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ("--period", "2022"),
        ("--as-of", "1月10日"),
        ("--fail-every", "-1"),
        ("--standard", "missing.yaml"),
        ("missing.xlsx",),
        ("/",),
    ],
)
def test_wrong_use_is_told_without_a_database(
    environment: dict[str, str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    sample = LISTS / "list-a-official.xlsx"
    done = warmth(environment, sample, "--out", tmp_path / "out", *arguments)
    assert done.returncode == 2
    assert done.stderr.strip()
    assert "Traceback" not in done.stderr
    assert not (Path(environment["NUANLIU_VAR"]) / "postgres").exists()


def test_a_throw_away_database_leaves_nothing(environment: dict[str, str], tmp_path: Path) -> None:
    sample = LISTS / "list-b-reordered.xlsx"
    done = warmth(environment, sample, "--standard", STANDARD, "--out", tmp_path / "out", "--scratch")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads((tmp_path / "out" / "summary.json").read_text())["rows_accepted"] == 369
    nothing_is_left(environment)
    assert not (Path(environment["NUANLIU_VAR"]) / "postgres").exists()


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGTERM])
def test_ended_in_the_middle_it_leaves_nothing(
    environment: dict[str, str], tmp_path: Path, sent: signal.Signals
) -> None:
    sample = LISTS / "list-c-clean-2000.xlsx"
    arguments = [str(sample), "--standard", str(STANDARD), "--out", str(tmp_path / "out"), "--scratch"]
    process = subprocess.Popen(
        [*COMMAND, *arguments], env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    wait(lambda: any(Path(environment["TMPDIR"]).glob("*/postgres/data/postmaster.pid")))
    if sent is signal.SIGINT:
        os.killpg(process.pid, sent)
    else:
        process.send_signal(sent)
    assert process.wait(PATIENCE_SECONDS) != 0
    nothing_is_left(environment)


def nothing_is_left(environment: dict[str, str]) -> None:
    """Neither a file in the folder for temporary ones nor a process that names it."""
    temporary = environment["TMPDIR"]
    assert list(Path(temporary).iterdir()) == []
    assert [line for line in processes() if temporary in line] == []


def processes() -> list[str]:
    """The command lines of all processes."""
    lines = []
    for place in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            lines.append(place.read_bytes().replace(b"\0", b" ").decode(errors="replace"))
        except OSError:
            continue
    return lines


def wait(condition) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)
