"""Measures problems and schedules to JSON and back, in CPU time and as a multiple of what `json` needs for the text.

python -m tests.benchmarks.codec            prints a table like that of docs/decisions/0123-msgspec.md
"""

import json
import sys
from collections.abc import Callable
from time import process_time

from matchmaker.scheduling.codec import problem_from_json, problem_to_json, schedule_from_json, schedule_to_json
from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Place, Problem, Schedule, Slot

MEETINGS, PEOPLE, SLOTS, PLACES = 48_500, 6_000, 40, 1_500


def event() -> tuple[Problem, Schedule]:
    """As large as the largest event in mind, with slots known by the numbers of their rows."""
    pairs = [(i % PEOPLE, (i * 7 + 1 + i // PEOPLE) % PEOPLE) for i in range(MEETINGS)]
    problem = Problem(
        slots=tuple(Slot(id=900 + t, session=t // 10) for t in range(SLOTS)),
        places=tuple(Place(id=i) for i in range(PLACES)),
        participants=tuple(
            Participant(id=i, available=frozenset(range(i % 8, SLOTS)) if i % 4 == 0 else None) for i in range(PEOPLE)
        ),
        candidates=tuple(
            Candidate(id=i, people=pair, value=50 + i % 50) for i, pair in enumerate(pairs) if len(set(pair)) == 2
        ),
    )
    meetings = (
        Meeting(candidate=c.id, slot=c.id % SLOTS, place=c.id % PLACES, attendees=c.people) for c in problem.candidates
    )
    return problem, Schedule(tuple(meetings))


def cpu_seconds(work: Callable[[], object]) -> float:
    """The least of five: what else runs on the machine only ever adds."""
    times = []
    for _ in range(5):
        began = process_time()
        work()
        times.append(process_time() - began)
    return min(times)


def main() -> None:
    problem, schedule = event()
    rows = {
        "schedule": (
            lambda: schedule_to_json(schedule, problem),
            lambda content: schedule_from_json(content, problem),
        ),
        "problem": (lambda: problem_to_json(problem), problem_from_json),
    }
    sys.stdout.write(
        f"{len(schedule.meetings):,} meetings of {PEOPLE:,} people\n\n"
        "| | encode | decode | both / json |\n|---|---|---|---|\n"
    )
    for name, (encode, decode) in rows.items():
        content = encode()
        plain = cpu_seconds(lambda content=content: json.loads(json.dumps(content)))
        out, back = cpu_seconds(encode), cpu_seconds(lambda content=content, decode=decode: decode(content))
        sys.stdout.write(f"| {name} | {out:.3f} s | {back:.3f} s | {(out + back) / plain:.2f} |\n")


if __name__ == "__main__":
    main()
