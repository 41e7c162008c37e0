"""What a request costs a server process: the mix of guests at an event, and the lists at a large one.

`python -m tests.benchmarks.requests [--before FOLDER] [--requests N] [--people N] [--large N]` writes
docs/benchmark-service.md. The mix: 60 % lists (participants, matches), 20 % profiles, 15 % requests, 5 % writes, by
eight clients without a pause. FOLDER holds an older source tree, which serves the same database in the same run.
CPU is that of the server process; the database and the clients use the same machine.
"""

import argparse
import asyncio
import platform
from pathlib import Path
from random import Random
from statistics import quantiles
from time import perf_counter
from typing import NamedTuple

import httpx

from tests.benchmarks.service import attendees, cookies, cpu_seconds, database, load, server_url, serving

TABLE = Path(__file__).parents[2] / "docs" / "benchmark-service.md"
CLIENTS = 8


class Cost(NamedTuple):
    """Milliseconds of processor time for each request, and of waiting at the median and the 95th percentile."""

    cpu: float
    median: float
    slow: float


async def mix(address: str, event_id: int, people: list[tuple[int, str]], count: int) -> list[float]:
    """The seconds that each of `count` requests of the mix took."""
    draw, took = Random(1), []
    event = f"{address}/api/v1/events/{event_id}"

    async def one(client: httpx.AsyncClient) -> None:
        (me, token), (other, _) = draw.choice(people), draw.choice(people)
        kind = draw.random()
        if kind < 0.6:
            path = draw.choice(("participants", "matches"))
            call = ("GET", f"{event}/{path}?limit=50", None)
        elif kind < 0.8:
            call = ("GET", f"{event}/participants/{other}", None)
        elif kind < 0.95:
            call = ("GET", f"{event}/requests?limit=50", None)
        else:
            call = ("PATCH", f"{event}/participants/{me}", {"job_title": f"Head of {draw.randrange(1000)}"})
        began = perf_counter()
        answer = await client.request(call[0], call[1], json=call[2], headers={"Cookie": _cookie(token)})
        took.append(perf_counter() - began)
        assert answer.status_code == 200, answer.text

    async def client(number: int) -> None:
        async with httpx.AsyncClient(timeout=60) as session:
            for _ in range(number):
                await one(session)

    await asyncio.gather(*(client(count // CLIENTS) for _ in range(CLIENTS)))
    return took


def _cookie(token: str) -> str:
    return "; ".join(f"{name}={value}" for name, value in cookies(token).items())


def mix_cost(url: str, event_id: int, tree: Path | None, count: int) -> Cost:
    """What a request of the mix costs."""
    people = attendees(url, event_id)
    with serving(url, *([tree] if tree else [])) as (process, address):
        asyncio.run(mix(address, event_id, people, 80))  # connections, caches, compiled queries
        before = cpu_seconds(process)
        took = asyncio.run(mix(address, event_id, people, count))
        cpu = cpu_seconds(process) - before
    cuts = quantiles(took, n=20)
    return Cost(1000 * cpu / len(took), 1000 * cuts[9], 1000 * cuts[18])


def list_costs(url: str, event_id: int, tree: Path | None) -> dict[str, Cost]:
    """What each list costs, one request after the other."""
    (_, token) = attendees(url, event_id)[0]
    costs = {}
    with (
        serving(url, *([tree] if tree else [])) as (process, address),
        httpx.Client(cookies=cookies(token), timeout=60) as client,
    ):
        for path in ("participants", "matches", "requests"):
            ask = f"{address}/api/v1/events/{event_id}/{path}?limit=50"
            for _ in range(5):
                client.get(ask).raise_for_status()
            took, before = [], cpu_seconds(process)
            for _ in range(40):
                began = perf_counter()
                client.get(ask).raise_for_status()
                took.append(perf_counter() - began)
            cuts = quantiles(took, n=20)
            costs[path] = Cost(1000 * (cpu_seconds(process) - before) / 40, 1000 * cuts[9], 1000 * cuts[18])
    return costs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--requests", type=int, default=800)
    parser.add_argument("--people", type=int, default=400)
    parser.add_argument("--large", type=int, default=6000, help="0: leave the large event out")
    wanted = parser.parse_args()
    trees = {"before": wanted.before, "now": None} if wanted.before else {"now": None}
    lines = [
        "# What a request costs the server",
        "",
        f"Written by `tests/benchmarks/requests.py`; Python {platform.python_version()}, milliseconds. Clients and "
        "database share the machine: processor time is what compares.",
        "",
        "| event | requests | tree | CPU each | median | 95 % |",
        "|---|---|---|---|---|---|",
    ]
    with server_url() as server:
        with database(server, "benchmark_requests") as url:
            event_id = load(url, wanted.people)
            for name, tree in trees.items():
                lines.append(
                    row(f"{wanted.people} people", "mix", name, mix_cost(url, event_id, tree, wanted.requests))
                )
                print(lines[-1], flush=True)  # noqa: T201
        if wanted.large:
            with database(server, "benchmark_requests") as url:
                event_id = load(url, wanted.large)
                for name, tree in trees.items():
                    for path, cost in list_costs(url, event_id, tree).items():
                        lines.append(row(f"{wanted.large} people", f"{path}, 50", name, cost))
                        print(lines[-1], flush=True)  # noqa: T201
    TABLE.write_text("\n".join(lines) + "\n")


def row(event: str, requests: str, tree: str, cost: Cost) -> str:
    return f"| {event} | {requests} | {tree} | {cost.cpu:.1f} | {cost.median:.0f} | {cost.slow:.0f} |"


if __name__ == "__main__":
    main()
