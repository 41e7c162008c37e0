"""Measures the matching: quality on the held-out pairs by embedder, and the speed of ranking the sample event.

python -m tests.benchmarks.bench_matching            prints the tables of docs/matching.md
python -m tests.benchmarks.bench_matching --people 6000
"""

import argparse
import resource
import sys
from dataclasses import replace
from time import perf_counter, process_time

from matchmaker.event import Profile
from matchmaker.matching.corpus import pairs
from matchmaker.matching.embedding import default_embedder, embedder_named
from matchmaker.matching.evaluation import Evaluation, Method, evaluate_pairs, random_ranking
from matchmaker.matching.score import rank, restored
from matchmaker.sample import biowin_day
from tests.matchmaker.matching.vectors import Memory

RUNS: tuple[tuple[str, str, Method], ...] = (
    ("e5 and words (default)", "e5+words", "calibrated"),
    ("e5 and words (default)", "e5+words", "cosine"),
    ("e5, the sentence alone", "e5", "calibrated"),
    ("e5, the sentence alone", "e5", "cosine"),
    ("USE and words", "use", "calibrated"),
    ("USE and words", "use", "cosine"),
    ("USE, the sentence alone", "use-plain", "calibrated"),
    ("USE, the sentence alone", "use-plain", "cosine"),
    ("TF-IDF characters", "characters", "calibrated"),
    ("TF-IDF characters", "characters", "cosine"),
)
MOST = 1000
"""People in one sample event."""
NOBODYS = 777
"""The seed of an event that no crowd comes from."""


def quality() -> None:
    held_out = pairs("held-out")
    say(f"{len(held_out)} held-out pairs; each need ranked against all offers, languages not given.\n")
    say("| embedder | ranked by | MRR | same | cross | recall@1 | recall@5 | mutual | Gini | calibration error |")
    say("|---|---|---|---|---|---|---|---|---|---|")
    for label, spec, method in RUNS:
        say(row(label, evaluate_pairs(held_out, embedder_named(spec), method)))
    say(f"| random | - | {random_ranking(len(held_out)):.3f} | | | | | | | |")


def row(label: str, result: Evaluation) -> str:
    figures = (
        result.mrr,
        result.mrr_same,
        result.mrr_cross,
        result.recall_1,
        result.recall_5,
        result.reciprocity,
        result.gini,
        result.calibration_error,
    )
    return f"| {label} | {result.method} | " + " | ".join(f"{figure:.3f}" for figure in figures) + " |"


def speed(people: int) -> None:
    profiles = crowd(people)
    different = {each.text for person in profiles for each in (*person.needs, *person.offers)}
    say(f"\n{len(profiles)} people, {len(different)} different texts\n")
    say("| run | seconds | CPU seconds | peak memory, MB | Gini | never shown | kept of the undamped value |")
    say("|---|---|---|---|---|---|---|")
    memory, embedder = Memory(), default_embedder()
    for label in ("from nothing", "vectors cached"):
        wall, cpu = perf_counter(), process_time()
        ranking = rank(profiles, embedder, cache=memory)
        seconds, used = perf_counter() - wall, process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        seen, free = ranking.exposure, ranking.undamped
        kept = seen.value / free.value if free.value else 1
        say(
            f"| {label} | {seconds:.1f} | {used:.1f} | {peak} | {seen.gini:.3f} | {seen.never_shown:.1%} | {kept:.1%} |"
        )
    talkative = max(biowin_day(NOBODYS, 20).people, key=lambda person: len(person.needs) + len(person.offers))
    newcomer, ids = replace(talkative, email="newcomer@example.org"), range(len(profiles) + 1)
    state = ranking.state(ids[:-1])
    wall = perf_counter()
    wider = restored([*profiles, newcomer], ids, state, embedder, cache=memory)
    wider.relist([newcomer.email])
    wider.of(newcomer.email)
    seconds, texts = perf_counter() - wall, len(talkative.needs) + len(talkative.offers)
    say(f"\nA newcomer with {texts} texts has their list after {seconds:.3f} s")


def crowd(people: int) -> list[Profile]:
    """As many people as wanted, of as many sample events as it takes."""
    events = [
        biowin_day(seed=seed, people=min(people - start, MOST)) for seed, start in enumerate(range(0, people, MOST))
    ]
    return [replace(p, email=f"{seed}.{p.email}") for seed, event in enumerate(events) for p in event.people]


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--people", type=int, default=400)
    wanted = parser.parse_args()
    if wanted.people == 400:
        quality()
    speed(wanted.people)
