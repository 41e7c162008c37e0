"""The things of a problem by their ids, and the runs of slots that make its sessions."""

from itertools import pairwise

from matchmaker.scheduling.domain import Candidate, Problem


class ProblemIndex:
    """Look-ups in one problem, made once and shared by all that works on it."""

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.candidates = {c.id: c for c in problem.candidates}
        self.participants = {p.id: p for p in problem.participants}
        self.places = {k.id: k for k in problem.places}
        starts = [t for t, s in enumerate(problem.slots) if t == 0 or s.session != problem.slots[t - 1].session]
        self.sessions = [range(a, b) for a, b in pairwise([*starts, len(problem.slots)])]
        self.session_of = [session for session in self.sessions for _ in session]

    def covered(self, candidate: Candidate, slot: int) -> range:
        """The slots that `candidate` takes when it starts in `slot`, those beyond the event left out."""
        return range(slot, min(slot + candidate.length, len(self.problem.slots)))

    def may_attend(self, candidate: Candidate) -> set[int]:
        """Everybody who attends `candidate` or may be chosen to."""
        return set(candidate.people).union(*candidate.teams)
