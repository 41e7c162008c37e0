"""`matchmaker run`: everything on one machine, started, stopped and started again. With the real processes."""

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil
import pytest

from tests.api.jobs.workers import until

RUN = [sys.executable, "-c", "from api.cli.main import app; app()", "run"]


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


@contextmanager
def running(data: Path, log: Path) -> Iterator[tuple[httpx.Client, list[str]]]:
    """A browser's client and the tokens of the links that are printed; stopped as by Ctrl-C."""
    port = free_port()
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}
    with log.open("w") as out:
        process = psutil.Popen(
            [*RUN, "--data", str(data), "--port", str(port)], env=environment, stdout=out, stderr=out
        )
    try:
        until(lambda: "attendee" in log.read_text() or process.poll() is not None)
        assert process.poll() is None, log.read_text()
        tokens = re.findall(r"sign-in\?token=(\S+)", log.read_text())
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as client:
            yield client, tokens
        family = process.children(recursive=True)
        process.send_signal(signal.SIGINT)
        assert process.wait(60) == 0, log.read_text()
        until(lambda: not any(member.is_running() for member in family))  # nothing is left behind
    finally:
        if process.is_running():
            process.kill()


def sign_in(client: httpx.Client, token: str) -> httpx.Response:
    client.cookies.clear()
    return client.post("/api/v1/sign-in/sessions", json={"token": token}, headers={"Sec-Fetch-Site": "same-origin"})


def test_everything_starts_stops_and_starts_again_with_its_data(tmp_path: Path) -> None:
    data, log = tmp_path / "my data", tmp_path / "log"
    with running(data, log) as (client, first):
        assert client.get("/health/ready").json() == {"ready": True}
        organiser, attendee = first
        me = sign_in(client, organiser).json()
        (membership,) = me["memberships"]
        assert (membership["event"]["name"], membership["role"]) == ("BioWin Day", "owner")
        schedules = client.get(f"/api/v1/events/{membership['event']['id']}/schedules").json()
        assert schedules["total"] == 1, "the sample event is being scheduled"
        me = sign_in(client, attendee).json()
        assert me["memberships"][0]["participant_id"] is not None
        assert sign_in(client, attendee).status_code == 410, "a link works once"
    assert not (data / "postgresql" / "postmaster.pid").exists(), "the database stops too"
    with running(data, log) as (client, second):
        assert set(second).isdisjoint(first)
        assert len(sign_in(client, second[0]).json()["memberships"]) == 1


def test_a_port_that_is_taken_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        answer = subprocess.run(
            [*RUN, "--data", str(tmp_path / "data"), "--port", port], capture_output=True, text=True, timeout=120
        )
    assert answer.returncode == 2
    assert f"port {port} cannot be used" in answer.stderr
    assert not (tmp_path / "data").exists()


@pytest.mark.parametrize("command", ["serve", "worker", "migrate"])
def test_commands_for_a_server_ask_for_a_database(command: str) -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MATCHMAKER_")}
    answer = subprocess.run([*RUN[:-1], command], capture_output=True, text=True, timeout=120, env=environment)
    assert answer.returncode == 2
    assert "MATCHMAKER_DATABASE_URL" in answer.stderr
