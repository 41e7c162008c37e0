"""What ties candidates to one another and to the organiser's wishes: order, exclusion, pins, completeness."""

from solver.exact.variables import Variables


def once(model: Variables) -> None:
    for candidate in model.open_candidates:
        model.cp.add_at_most_one(model.start[candidate].values())


def one_after_the_other(model: Variables) -> None:
    """If both take place, the earlier ends before the later starts."""
    candidates = model.index.candidates
    for later, starts in model.start.items():
        for earlier in candidates[later].after & model.start.keys():
            length = candidates[earlier].length
            first = model.start[earlier]
            for slot in sorted(starts):
                too_late = [x for t, x in first.items() if t + length > slot]
                if too_late:
                    # Starting at or before `slot` excludes an earlier one that would still run in it.
                    model.cp.add(sum(x for t, x in starts.items() if t <= slot) + sum(too_late) <= 1)


def at_most_one_of_each_set(model: Variables) -> None:
    for group in model.index.problem.exclusive:
        together = [x for c in sorted(group & model.start.keys()) for x in model.start[c].values()]
        if len(together) > 1:
            model.cp.add_at_most_one(together)


def as_pinned(model: Variables) -> None:
    for pin in model.index.problem.pins:
        meeting = model.fixed_meetings.get(pin.candidate)
        if meeting is not None:
            if pin.slot not in (None, meeting.slot) or pin.place not in (None, meeting.place):
                model.cp.add_bool_or([])
            continue
        seats_at = model.seats.get(pin.candidate, {})
        model.cp.add_bool_or(
            seat
            for slot, seats in seats_at.items()
            for pool, seat in seats.items()
            if pin.slot in (None, slot) and (pin.place is None or pin.place in model.pools[pool].places)
        )


def all_of_them(model: Variables) -> None:
    if model.options.complete:
        for candidate in model.index.candidates:
            if candidate not in model.fixed_meetings:
                model.cp.add_bool_or(model.start.get(candidate, {}).values())
