"""The rules of a problem, each by the name that `matchmaker.scheduling.checks` gives it.

`STARTS` say in which slots a candidate may start, `PLACES` at which places it may be held, `OPENING` when a place is
there at all: they keep variables from being made. `CONSTRAINTS` tie together the variables that are left.
"""

from collections.abc import Callable

from matchmaker.scheduling.domain import Candidate, Place
from solver.exact.index import ProblemIndex
from solver.exact.rules import attendance, fairness, limits, places, relations, times
from solver.exact.variables import Variables

STARTS: dict[str, Callable[[ProblemIndex, Candidate, int], bool]] = {
    "slot": times.in_its_slots,
    "length": times.inside_one_session,
    "availability": times.everybody_available,
}
PLACES: dict[str, Callable[[ProblemIndex, Candidate, Place], bool]] = {"place": places.allowed}
OPENING: dict[str, Callable[[Place, int], bool]] = {"open": places.is_open}
CONSTRAINTS: dict[str, Callable[[Variables], None]] = {
    "once": relations.once,
    "attendance": attendance.one_of_each_team,
    "busy": attendance.one_meeting_at_once,
    "capacity": places.within_capacity,
    "stand-in place": places.at_the_place_of_the_stand_in,
    "maximum": limits.in_all,
    "maximum_per_session": limits.per_session,
    "maximum_per_day": limits.per_day,
    "maximum_consecutive": limits.in_a_row,
    "order": relations.one_after_the_other,
    "exclusive": relations.at_most_one_of_each_set,
    "pin": relations.as_pinned,
    "complete": relations.all_of_them,
    "fairness": fairness.breaks_differ_little,
}
