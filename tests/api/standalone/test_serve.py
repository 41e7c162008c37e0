"""`matchmaker serve` with several processes."""

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path


def children_of(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def serves(pid: int) -> bool:
    with suppress(OSError):
        return "spawn_main" in Path(f"/proc/{pid}/cmdline").read_text()
    return False


def test_the_processes_of_a_killed_server_end_with_it(database_url: str) -> None:
    environment = {**os.environ, "MATCHMAKER_DATABASE_URL": database_url}
    command = [sys.executable, "-c", "from api.standalone.run import serve; serve('127.0.0.1', 0, 2)"]
    server = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    try:
        while len(serving := [child for child in children_of(server.pid) if serves(child)]) < 2:
            assert server.poll() is None
            time.sleep(0.1)
        server.send_signal(signal.SIGKILL)
        server.wait()
        end = time.monotonic() + 15
        while any(map(serves, serving)) and time.monotonic() < end:
            time.sleep(0.1)
        assert not any(map(serves, serving))
    finally:
        server.kill()
