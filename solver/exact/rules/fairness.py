"""That the breaks of any two participants differ by little."""

from collections import defaultdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solver.exact.model import Model


def breaks_differ_little(model: "Model") -> None:
    limit = model.options.fairness
    if limit is None:
        return
    breaks: dict[int, list[Any]] = defaultdict(list)
    for (person, _), begins in model.begins.items():
        breaks[person].append(begins)
    most = len(model.index.problem.slots)
    fewest = model.cp.new_int_var(0, most, "fewest breaks")
    for person in model.index.participants:
        model.cp.add(sum(breaks[person]) >= fewest)
        model.cp.add(sum(breaks[person]) <= fewest + limit)
