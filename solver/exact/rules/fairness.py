"""That the breaks of any two participants differ by little."""

from collections import defaultdict
from typing import Any

from solver.exact.rules.compactness import begins
from solver.exact.variables import Variables


def breaks_differ_little(model: Variables) -> None:
    limit = model.options.fairness
    if limit is None:
        return
    breaks: dict[int, list[Any]] = defaultdict(list)
    for (person, _), begin in model.derived(begins).items():
        breaks[person].append(begin)
    most = len(model.index.problem.slots)
    fewest = model.cp.new_int_var(0, most, "fewest breaks")
    for person in model.index.participants:
        model.cp.add(sum(breaks[person]) >= fewest)
        model.cp.add(sum(breaks[person]) <= fewest + limit)
