"""Proves the fewest breaks from below, in processes of their own: a SAT solver can be stopped only with its process.

Two ways, which take turns in being the faster one:

- disjoint cores, then a climb: all breaks are forbidden, each core says that one of its breaks cannot be, and is left
  out of what is forbidden next; after that CaDiCaL is asked for a schedule with at most that many breaks, with one
  more, and so on: the questions that are answered "no" are cheap, and each raises the bound;
- RC2 (Ignatiev, Morgado and Marques-Silva, "RC2: an efficient MaxSAT solver", 2019) on MiniSat.

Measured in docs/decisions/0121-breaks-are-proven-from-below.md.
"""

import signal
from collections.abc import Callable
from multiprocessing.connection import Connection

from pysat.card import ITotalizer
from pysat.examples.rc2 import RC2
from pysat.formula import WCNF
from pysat.solvers import Cadical153, Minisat22

from matchmaker.domain import Problem
from solver.clauses import Encoding, encode

STEP = 16  # breaks that the counter counts beyond the bound at first, and by which it grows
GRACE = 5  # seconds
EASY = 2_000  # conflicts after which a core is left to CaDiCaL

Tell = Callable[..., None]


def run(way: str, problem: Problem, fairness: int | None, seconds: float, to: Connection) -> None:
    """Sends "bound" (no schedule has fewer breaks), "slots" (of every candidate, in a schedule), and "infeasible"."""
    if hasattr(signal, "alarm"):  # ends this process in the midst of a proof, should nobody be left to do it
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.alarm(GRACE + int(seconds))

    def tell(**message: object) -> None:
        to.send(message)

    WAYS[way](encode(problem, fairness), tell)


def _from_cores(encoding: Encoding, tell: Tell) -> None:
    bound = _cores(encoding, tell)
    if bound is not None:
        _climb(encoding, bound, tell)


def _cores(encoding: Encoding, tell: Tell) -> int | None:
    """How many disjoint cores there are, at least; None where there is no schedule at all."""
    forbidden, bound = list(encoding.holes), 0
    with Minisat22(bootstrap_with=encoding.clauses) as solver:
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
                solver.append_formula(counter.cnf.clauses[len(counter.cnf.clauses) - counter.nof_new :])
        tell(slots=_slots(encoding, solver.get_model()))


def _by_rc2(encoding: Encoding, tell: Tell) -> None:
    formula = WCNF()
    formula.extend(encoding.clauses)
    formula.extend([[-hole] for hole in encoding.holes], weights=[1] * len(encoding.holes))
    with RC2(formula, solver="m22") as rc2:
        model = rc2.compute()
        if model is None:
            tell(infeasible=True)
        else:
            tell(bound=rc2.cost, slots=_slots(encoding, model))


def _slots(encoding: Encoding, model: list[int] | None) -> dict[int, int]:
    true = {literal for literal in model or () if literal > 0}
    return {i: t for (i, t), literal in encoding.starts.items() if literal in true}


WAYS: dict[str, Callable[[Encoding, Tell], None]] = {"cores": _from_cores, "rc2": _by_rc2}
