"""The demonstration as a whole, started like `make run` does it, and attacked while it runs."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from nuanliu.base.postgres import Cluster
from nuanliu.base.var import PROJECT

PATIENCE_SECONDS = 240


@pytest.fixture
def port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@pytest.fixture
def environment(tmp_path, port):
    """A fresh installation of its own."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    yield kept | {"NUANLIU_VAR": str(tmp_path / "its var"), "PORT": str(port)}
    Cluster(tmp_path / "its var" / "postgres").destroy()


@pytest.fixture
def running(environment, tmp_path):
    """`nuanliu run` on a fresh installation, ready; ended as Ctrl-C does."""
    log = tmp_path / "run.log"
    command = [sys.executable, "-m", "nuanliu.cli.main", "run", "--scale", "tiny"]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env=environment, cwd=PROJECT, stdout=output, stderr=output)
        try:
            wait(lambda: "Ready:" in log.read_text() or process.poll() is not None)
            assert process.poll() is None, log.read_text()
            log.with_suffix(".pid").write_text(str(process.pid))
            yield log
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(60)


def wait(condition):
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.1)


def answers(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/accounts/login/", timeout=10) as response:
            return response.status == 200
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False


def children(pid):
    """The processes that a process has started, with their commands."""
    listed = subprocess.run(
        ["ps", "-o", "pid=,args=", "--ppid", str(pid)], capture_output=True, text=True, check=False
    )
    return {int(line.split()[0]): line for line in listed.stdout.splitlines()}


def runs(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def postmaster(environment):
    return int(
        (Path(environment["NUANLIU_VAR"]) / "postgres/data/postmaster.pid").read_text().splitlines()[0]
    )


def test_it_prints_where_it_is_ready_and_who_may_sign_in(running, port):
    words = running.read_text()
    assert f"Ready: http://127.0.0.1:{port}\n" in words
    assert "nuanliu-demo" in words
    assert "JBSWY3DPEHPK3PXP" in words
    assert answers(port)


def test_it_survives_kill_9_of_the_database(running, port, environment):
    first = postmaster(environment)
    os.kill(first, signal.SIGKILL)
    wait(lambda: postmaster(environment) != first)
    wait(lambda: answers(port))


def test_kill_9_of_the_web_server_leaves_none_of_its_processes_behind(running, port):
    supervisor = int(running.with_suffix(".pid").read_text())
    server = next(pid for pid, command in children(supervisor).items() if " serve " in command)
    processes = children(server)
    assert len(processes) >= 2
    os.kill(server, signal.SIGKILL)
    wait(lambda: not any(runs(pid) for pid in processes))
    wait(lambda: answers(port))


def test_a_taken_port_is_named_before_anything_starts(environment, port):
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        command = [sys.executable, "-m", "nuanliu.cli.main", "run"]
        done = subprocess.run(
            command, env=environment, cwd=PROJECT, capture_output=True, text=True, check=False
        )
    assert done.returncode == 2
    assert f"127.0.0.1:{port} cannot be used" in done.stderr
    assert not (Path(environment["NUANLIU_VAR"]) / "postgres").exists()


def test_when_it_ends_nothing_is_left_running(environment, tmp_path, port):
    command = [sys.executable, "-m", "nuanliu.cli.main", "run", "--scale", "tiny"]
    for signal_sent in (signal.SIGINT, signal.SIGTERM):
        process = subprocess.Popen(
            command, env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        wait(lambda: answers(port))
        process.send_signal(signal_sent)
        process.wait(60)
        assert not answers(port)
        assert not Cluster(Path(environment["NUANLIU_VAR"]) / "postgres").lives()


def test_kill_9_of_the_whole_leaves_no_server_that_holds_the_port(environment, port):
    command = [sys.executable, "-m", "nuanliu.cli.main", "run", "--scale", "tiny"]
    process = subprocess.Popen(
        command, env=environment, cwd=PROJECT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait(lambda: answers(port))
    process.kill()
    process.wait()
    wait(lambda: not answers(port))
