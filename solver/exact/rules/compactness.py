"""Which slots of a participant are idle: free, with a meeting before and a meeting after in the same session."""

from typing import Any

from solver.exact.variables import Variables

Literals = dict[tuple[int, int], Any]


def waits(model: Variables) -> Literals:
    """By (participant, slot), whether the slot is idle; slots that never are do not appear."""
    idle: Literals = {}
    for person in model.agenda:
        for session in model.index.sessions:
            later = _later(model, person, session)
            for t in session[1:-1]:
                before = [~model.free[person, t - 1]] if (person, t - 1) in model.free else []
                before += [idle[person, t - 1]] if (person, t - 1) in idle else []
                if before and t in later:
                    free = model.free.get((person, t), model.true)
                    idle[person, t] = _both(model, [free, later[t]], before)
    return idle


def begins(model: Variables) -> Literals:
    """By (participant, slot), whether a break begins there: idle, right after a meeting."""
    return {
        (person, t): _both(model, [idle, ~model.free[person, t - 1]], [])
        for (person, t), idle in model.derived(waits).items()
        if (person, t - 1) in model.free
    }


def _later(model: Variables, person: int, session: range) -> dict[int, Any]:
    """Whether the participant has a meeting after each slot of the session; slots with none possible do not appear."""
    later: dict[int, Any] = {}
    for t in reversed(session[:-1]):
        after = [~model.free[person, t + 1]] if (person, t + 1) in model.free else []
        after += [later[t + 1]] if t + 1 in later else []
        if len(after) == 1:
            later[t] = after[0]
        elif after:
            later[t] = _both(model, [], after)
    return later


def _both(model: Variables, every: list[Any], some: list[Any]) -> Any:
    """A literal that is true when all of `every` are, and one of `some` (where there are any)."""
    literal = model.cp.new_bool_var("")
    for each in every:
        model.cp.add_implication(literal, each)
    if not some:
        model.cp.add_bool_or([literal, *(~each for each in every)])
        return literal
    model.cp.add_bool_or([~literal, *some])
    for one in some:
        model.cp.add_bool_or([literal, ~one, *(~each for each in every)])
    return literal
