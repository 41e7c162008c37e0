"""Repairs of an event of 6,000 people whose stands, limits and lengths leave no room for a model of everything.

python -m tests.benchmarks.repairs            prints the table of docs/decisions/0124-repair-starts-with-a-plan.md
"""

import os
import sys
from collections import Counter
from dataclasses import replace
from time import perf_counter, process_time

from matchmaker.scheduling.checks import measures
from matchmaker.scheduling.domain import Pin, Problem
from solver.incidents import Absence, Incident, PlaceClosure, SlotCancellation
from solver.repair import repair
from solver.result import Goal, Options
from solver.search.greedy import quick_plan
from tests.solver.large_event import large_event

TABLES, STANDS, SECONDS = 500, 300, 30.0


def main() -> None:
    event = large_event(6000, 18_000, tables=TABLES, stands=STANDS, days=3)
    published = quick_plan(event, 120)
    busy = Counter(m.place for m in published.meetings if m.place < TABLES)
    table = busy.most_common()[60][0]
    host = next(m.attendees[1] for m in published.meetings if m.place >= TABLES)
    pin = next(m.candidate for m in published.meetings if host in m.attendees)
    cases: list[tuple[str, Problem, Incident]] = [
        (f"a table lost ({busy[table]} meetings)", event, PlaceClosure(place=table)),
        (f"a slot lost ({sum(m.slot == 9 for m in published.meetings)} meetings)", event, SlotCancellation(slot=9)),
        ("a visitor absent", event, Absence(participant=3000)),
        (
            "a stand's host absent, a meeting pinned",
            replace(event, pins=(Pin(candidate=pin),)),
            Absence(participant=host),
        ),
    ]
    sys.stdout.write(
        f"{len(published.meetings):,} meetings, {SECONDS:.0f} s, load {os.getloadavg()[0]:.1f}\n\n"
        "| | status | agendas (bound) | meetings lost | value lost | wall | CPU |\n|---|---|---|---|---|---|---|\n"
    )
    before = measures(event, published)
    for name, problem, incident in cases:
        wall, cpu = perf_counter(), process_time()
        found = repair(problem, published, [incident], Options(time_limit=SECONDS, threads=2))
        wall, cpu = perf_counter() - wall, process_time() - cpu
        stable = next((f"{g.value} ({g.bound})" for g in found.result.goals if g.goal is Goal.STABILITY), "-")
        after = measures(found.problem, found.result.schedule)
        sys.stdout.write(
            f"| {name} | {found.result.status} | {stable} | {before.meetings - after.meetings} | "
            f"{before.value - after.value} | {wall:.1f} s | {cpu:.1f} s |\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
