"""Which place of its class each meeting gets, so that people change places as seldom as possible."""

from collections import defaultdict

from matchmaker.scheduling.domain import Meeting, Problem, Schedule
from solver.search.arrays import Data, IdIndex
from solver.search.state import SearchState


def assign_places(
    problem: Problem, data: Data, index: IdIndex, state: SearchState, before: Schedule | None = None
) -> Schedule:
    """The schedule that `state` stands for. A meeting in the same slot as `before` keeps its place where it can.

    Slot by slot, a meeting prefers the place where those who attend it have just been. Places of a class are open
    together, so whatever lane is free at the start of a meeting is free until its end.
    """
    lanes = [[p for p in row for _ in range(problem.places[p].capacity)] for row in index.classes]
    free_from = [[0] * len(row) for row in lanes]  # the slot from which on each lane is free
    old = before.by_candidate if before is not None else {}
    starts: dict[int, list[int]] = defaultdict(list)
    for i, t in enumerate(state.slot.tolist()):
        if t >= 0:
            starts[t].append(i)
    last: dict[int, tuple[int, int]] = {}  # participant -> session and place of the latest meeting
    seats = state.seat.tolist()
    meetings = []
    for t in sorted(starts):
        session = int(data.session[t])
        preferences = []
        for i in starts[t]:
            who = seats[data.seat_ptr[i] : data.seat_ptr[i + 1]]
            places = [last[p][1] for p in who if p in last and last[p][0] == session]
            meeting = old.get(index.candidates[i])
            same_place = [p for p in lanes[state.place[i]] if problem.places[p].id == meeting.place] if meeting else []
            if meeting is not None and meeting.slot == t and same_place:
                preferences.append((-9, i, who, same_place[0]))
            elif places:
                favourite = max(places, key=places.count)
                preferences.append((-places.count(favourite), i, who, favourite))
            else:
                preferences.append((0, i, who, -1))
        free: list[dict[int, list[int]]] = []
        for row, ends in zip(lanes, free_from, strict=True):
            by_place: dict[int, list[int]] = defaultdict(list)
            for lane, place in enumerate(row):
                if ends[lane] <= t:
                    by_place[place].append(lane)
            free.append(by_place)
        waiting = []
        for _, i, who, preference in sorted(preferences):
            k = int(state.place[i])
            if preference in free[k]:
                free_from[k][_take(free[k], preference)] = t + int(data.length[i])
                meetings.append((i, t, preference, who))
            else:
                waiting.append((i, who))
        for i, who in waiting:
            k = int(state.place[i])
            place = next(iter(free[k]))
            free_from[k][_take(free[k], place)] = t + int(data.length[i])
            meetings.append((i, t, place, who))
        for _, _, place, who in meetings[-len(preferences) :]:
            last.update(dict.fromkeys(who, (session, place)))
    return Schedule(
        tuple(
            Meeting(
                candidate=index.candidates[i],
                slot=t,
                place=problem.places[place].id,
                attendees=tuple(index.participants[p] for p in who),
            )
            for i, t, place, who in meetings
        )
    )


def _take(free: dict[int, list[int]], place: int) -> int:
    """A free lane of `place`, which is then no longer free."""
    lane = free[place].pop()
    if not free[place]:
        del free[place]
    return lane
