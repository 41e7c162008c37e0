"""A process that proves the fewest breaks from below. `python -m solver.decide`, started by `solver.prover`.

A SAT solver can be stopped only together with its process, so it has one of its own. It asks for a schedule without
breaks, then with at most one, and so on: the questions that are answered "no" are cheap, and each raises the bound
(measured in docs/decisions/0121-breaks-are-proven-from-below.md). Standard input: a pickled (problem, fairness,
whether a first schedule of any number of breaks is wanted). Standard output: JSON lines with "bound" (no schedule has
fewer breaks), "slots" (of every candidate, in a schedule), and "infeasible" (there is no schedule).
"""

import json
import pickle
import sys

from pysat.card import ITotalizer
from pysat.solvers import Cadical153

from solver.clauses import Encoding, encode

STEP = 16  # breaks that the counter counts at first, and by which it grows


def main() -> None:
    problem, fairness, first = pickle.load(sys.stdin.buffer)  # noqa: S301 (from our own parent process)
    encoding = encode(problem, fairness)
    counter = ITotalizer(lits=encoding.holes, ubound=STEP, top_id=encoding.variables) if encoding.holes else None
    with Cadical153(bootstrap_with=encoding.clauses + (counter.cnf.clauses if counter else [])) as solver:
        if first and solver.solve():
            _tell(slots=_slots(encoding, solver))
        bound = 0
        while not solver.solve(assumptions=[-counter.rhs[bound]] if counter and bound < len(encoding.holes) else []):
            if not solver.get_core():
                _tell(infeasible=True)
                return
            bound += 1
            _tell(bound=bound)
            if counter and bound == len(counter.rhs):
                counter.increase(ubound=bound + STEP)
                solver.append_formula(counter.cnf.clauses[len(counter.cnf.clauses) - counter.nof_new :])
        _tell(slots=_slots(encoding, solver))


def _slots(encoding: Encoding, solver: Cadical153) -> dict[int, int]:
    true = {literal for literal in solver.get_model() or () if literal > 0}
    return {i: t for (i, t), literal in encoding.starts.items() if literal in true}


def _tell(**message: object) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
