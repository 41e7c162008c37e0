"""When a meeting may start."""

from matchmaker.scheduling.domain import Candidate
from solver.exact.index import ProblemIndex


def in_its_slots(_: ProblemIndex, candidate: Candidate, slot: int) -> bool:
    return candidate.slots is None or slot in candidate.slots


def inside_one_session(index: ProblemIndex, candidate: Candidate, slot: int) -> bool:
    return slot + candidate.length <= index.session_of[slot].stop


def everybody_available(index: ProblemIndex, candidate: Candidate, slot: int) -> bool:
    """Whether all its people are there; stand-ins are chosen among those who are."""
    return all(is_available(index, person, candidate, slot) for person in candidate.people)


def is_available(index: ProblemIndex, person: int, candidate: Candidate, slot: int) -> bool:
    available = index.participants[person].available
    return available is None or all(t in available for t in index.covered(candidate, slot))
