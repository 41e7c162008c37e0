"""A process that decides whether a schedule of at most k breaks exists. `python -m solver.decide`, driven by pipes.

A SAT solver can be stopped only together with its process, so it has one of its own. Standard input: a pickled
(problem, fairness), then lines, each a bound k or "any". Standard output: a JSON line for each, `null` where there is
no such schedule, or else the slot of every candidate.
"""

import json
import pickle
import sys

from pysat.solvers import Cadical153

from solver.clauses import encode


def main() -> None:
    problem, fairness = pickle.load(sys.stdin.buffer)  # noqa: S301 (from our own parent process)
    encoding = encode(problem, fairness)
    with Cadical153(bootstrap_with=encoding.clauses) as solver:
        for line in sys.stdin.buffer:
            if line.strip() != b"any":
                before = len(encoding.clauses)
                encoding.count("at most", int(line), encoding.holes)
                solver.append_formula(encoding.clauses[before:])
            answer: dict[int, int] | None = None
            if solver.solve():
                true = {literal for literal in solver.get_model() or () if literal > 0}
                answer = {i: t for (i, t), literal in encoding.starts.items() if literal in true}
            sys.stdout.write(json.dumps(answer) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    main()
