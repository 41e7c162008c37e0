"""Proves the fewest breaks from below: all are forbidden, and each core that a SAT solver finds raises the bound.

A core is a set of breaks of which one must be. Two ways go on from there, which take turns in being the faster one:

- core-guided, on MiniSat: a core may have one break from now on, then two, and so on (OLL: Andres, Kaufmann, Matheis
  and Schaub, "Unsatisfiability-based optimization in clasp", 2012; for MaxSAT Morgado, Dodaro and Marques-Silva,
  "Core-guided MaxSAT with soft cardinality constraints", CP 2014). Breaks are counted only once no disjoint core is
  left: the formula stays small as long as it can;
- a climb, on Glucose and then CaDiCaL: after the disjoint cores, "is there a schedule with at most that many breaks?",
  with one more, and so on: the questions that are answered "no" are cheap.

A long question cannot be interrupted: both belong in processes of their own (`solver.prover`). But half of the
published instances are proven before such a process would be at work, so that the first way starts where it is asked
for, and halts at the first question that is not easy. They say "bound" (no schedule has fewer breaks), "slots" (of each
candidate, in a schedule), and "infeasible". Measured in docs/decisions/0121-breaks-are-proven-from-below.md.
"""

from collections.abc import Callable, Generator
from typing import Any

from pysat.card import ITotalizer
from pysat.solvers import Cadical153, Glucose3, Minisat22

from solver.clauses import Encoding

STEP = 16  # breaks that the counter counts beyond the bound at first, and by which it grows
EASY = 2_000  # conflicts after which a core is left to CaDiCaL
UNLIMITED = 1 << 40

Message = dict[str, Any]
Tell = Callable[..., None]
Proof = Generator[Message, int | None, None]


def core_guided(encoding: Encoding, conflicts: int = UNLIMITED) -> Proof:
    """Its messages as they come, and an empty one where a question takes so many `conflicts`; ends with the proof.

    The answer to an empty message is how many more the question may take.
    """
    # what must not be, each with the counter that it belongs to and how many that lets pass
    forbidden: dict[int, tuple[ITotalizer, int] | None] = dict.fromkeys(-hole for hole in encoding.holes)
    cores: list[list[int]] = []
    bound, top = 0, encoding.variables
    with Minisat22(bootstrap_with=encoding.clauses) as solver:
        while True:
            solver.conf_budget(conflicts)
            found = solver.solve_limited(assumptions=list(forbidden))
            if found is None:
                conflicts = (yield {}) or conflicts
            elif found:
                yield {"slots": _slots(encoding, solver.get_model())}
                if not cores:
                    return
                for core in filter(lambda core: len(core) > 1, cores):
                    counter = ITotalizer(lits=[-literal for literal in core], ubound=1, top_id=top)
                    solver.append_formula(counter.cnf.clauses)
                    forbidden[-counter.rhs[1]] = counter, 1
                    top = counter.top_id
                cores = []
            else:
                core = solver.get_core() or []
                if not core:
                    yield {"infeasible": True}
                    return
                bound += 1
                cores.append(core)
                for counter, passing in filter(None, [forbidden.pop(literal) for literal in core]):
                    if passing + 1 < len(counter.lits):
                        counter.increase(ubound=passing + 1, top_id=top)
                        solver.append_formula(_new(counter))
                        forbidden[-counter.rhs[passing + 1]] = counter, passing + 1
                        top = max(top, counter.top_id)
                yield {"bound": bound}


def go_on(proof: Proof, tell: Tell) -> None:
    """Calls `tell` with the rest of the messages of a proof that halted."""
    tell(**proof.send(UNLIMITED))
    for message in proof:
        tell(**message)


def start(encoding: Encoding, tell: Tell) -> None:
    """Calls `tell` with the messages of `core_guided`."""
    for message in core_guided(encoding):
        tell(**message)


def climb(encoding: Encoding, tell: Tell) -> None:
    """Calls `tell` with its messages."""
    bound = _cores(encoding, tell)
    if bound is not None:
        _climb(encoding, bound, tell)


def _cores(encoding: Encoding, tell: Tell) -> int | None:
    """How many disjoint cores there are, at least; None where there is no schedule at all."""
    forbidden, bound = list(encoding.holes), 0
    with Glucose3(bootstrap_with=encoding.clauses) as solver:
        while True:
            solver.conf_budget(EASY)
            found = solver.solve_limited(assumptions=[-hole for hole in forbidden])
            if found is None:
                return bound
            if found:
                tell(slots=_slots(encoding, solver.get_model()))
                return bound
            core = {-literal for literal in solver.get_core() or ()}
            if not core:
                tell(infeasible=True)
                return None
            forbidden = [hole for hole in forbidden if hole not in core]
            bound += 1
            tell(bound=bound)


def _climb(encoding: Encoding, bound: int, tell: Tell) -> None:
    """Raises `bound` until a schedule meets it."""
    holes = encoding.holes
    counter = ITotalizer(lits=holes, ubound=bound + STEP, top_id=encoding.variables) if holes else None
    with Cadical153(bootstrap_with=encoding.clauses + (counter.cnf.clauses if counter else [])) as solver:
        while not solver.solve(assumptions=[-counter.rhs[bound]] if counter and bound < len(holes) else []):
            if not solver.get_core():
                tell(infeasible=True)
                return
            bound += 1
            tell(bound=bound)
            if counter and bound == len(counter.rhs):
                counter.increase(ubound=bound + STEP)
                solver.append_formula(_new(counter))
        tell(slots=_slots(encoding, solver.get_model()))


def _new(counter: ITotalizer) -> list[list[int]]:
    """The clauses that the last increase added."""
    clauses: list[list[int]] = counter.cnf.clauses
    return clauses[len(clauses) - counter.nof_new :]


def _slots(encoding: Encoding, model: list[int] | None) -> dict[int, int]:
    true = {literal for literal in model or () if literal > 0}
    return {i: t for (i, t), literal in encoding.starts.items() if literal in true}
