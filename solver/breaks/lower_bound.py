"""Proves the fewest breaks from below, by asking SAT solvers.

Two ways to ask take turns in being the faster one:

- core-guided, on MiniSat: all breaks are forbidden, and each core that the solver finds (a set of breaks of which one
  must be) raises the bound. From then on a core may have one break, then two, and so on (OLL: Andres, Kaufmann, Matheis
  and Schaub, "Unsatisfiability-based optimization in clasp", 2012; for MaxSAT Morgado, Dodaro and Marques-Silva,
  "Core-guided MaxSAT with soft cardinality constraints", CP 2014). Breaks are counted only once no disjoint core is
  left: the formula stays small as long as it can;
- a climb, on CaDiCaL: "is there a schedule with at most that many breaks?", with one more, and so on.

The first way is for what is easy: it ends at the first question that is not. They say "bound" (no schedule has fewer
breaks), "slots" (of each candidate, in a schedule), and "infeasible". Measured in
docs/decisions/0121-breaks-are-proven-from-below.md.
"""

from collections.abc import Callable, Iterator
from typing import Any

from pysat.card import ITotalizer
from pysat.solvers import Cadical153, Cadical195, Minisat22

from solver.breaks.clauses import Encoding

EASY = 10_000_000  # propagations of a question: a second or so; most of the published instances need no more
STEP = 16  # breaks that the counter counts beyond the bound at first, and by which it grows

Message = dict[str, Any]
Send = Callable[..., None]


def core_guided(encoding: Encoding, solver: Minisat22) -> Iterator[Message]:
    """Its messages as they come, until the proof is done, a question is hard, or the empty `solver` is interrupted."""
    # what must not be, each with the counter that it belongs to and how many that lets pass
    forbidden: dict[int, tuple[ITotalizer, int] | None] = dict.fromkeys(-hole for hole in encoding.holes)
    cores: list[list[int]] = []
    bound, top = 0, encoding.variables
    solver.append_formula(encoding.clauses)
    while True:
        solver.prop_budget(EASY if bound else EASY // 2)  # before the first core, the climb would ask the same
        satisfiable = solver.solve_limited(assumptions=list(forbidden), expect_interrupt=True)
        if satisfiable is None:
            return
        if satisfiable:
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


def climb(encoding: Encoding, bound: int, send: Send, *, steady: bool = False) -> None:
    """Raises `bound`, and calls `send` with it, until a schedule meets it.

    A `steady` solver restarts seldom and stays near the best assignment that it met: the better way to some "yes",
    which CaDiCaL otherwise tries half of the time. Side by side, the two differ as much as two solvers.
    """
    holes = encoding.holes
    counter = ITotalizer(lits=holes, ubound=bound + STEP, top_id=encoding.variables) if holes else None
    with Cadical195() if steady else Cadical153() as solver:
        if steady:
            solver.configure({"stabilizeonly": 1})
        solver.append_formula(encoding.clauses + (counter.cnf.clauses if counter else []))
        while not solver.solve(assumptions=[-counter.rhs[bound]] if counter and bound < len(holes) else []):
            if not solver.get_core():
                send(infeasible=True)
                return
            bound += 1
            send(bound=bound)
            if counter and bound == len(counter.rhs):
                counter.increase(ubound=bound + STEP)
                solver.append_formula(_new(counter))
        send(slots=_slots(encoding, solver.get_model()))


def _new(counter: ITotalizer) -> list[list[int]]:
    """The clauses that the last increase added."""
    clauses: list[list[int]] = counter.cnf.clauses
    return clauses[len(clauses) - counter.nof_new :]


def _slots(encoding: Encoding, model: list[int] | None) -> dict[int, int]:
    true = {literal for literal in model or () if literal > 0}
    return {i: t for (i, t), literal in encoding.starts.items() if literal in true}
