"""What a legal schedule is, and how good one is: the specification, written apart from the solver.

It shares no code with the model that it judges, so that one mistake cannot hide another.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from matchmaker.scheduling.domain import Candidate, Meeting, Participant, Place, Problem, Schedule


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that a schedule breaks, in words, with the candidates that break it."""

    rule: str
    message: str
    candidates: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Measures:
    """How good a schedule is. Lower is better, except for `meetings` and `value`.

    `below_minimum` counts participants with fewer meetings than promised, `shortfall` the meetings that they lack;
    `breaks` counts the groups of idle slots between two meetings of a participant in one session and `idle` the slots
    in them; `moves` the changes of place between consecutive meetings of a participant in one session; `break_spread`
    is the largest difference between the breaks of two participants; `changed` counts the participants whose agenda
    differs from the baseline (0 without one).
    """

    meetings: int
    value: int
    below_minimum: int
    shortfall: int
    breaks: int
    idle: int
    moves: int
    break_spread: int
    changed: int


def violations(problem: Problem, schedule: Schedule) -> list[Violation]:
    """Every rule of `problem` that `schedule` breaks; an empty list means that it is legal."""
    candidates = {c.id: c for c in problem.candidates}
    participants = {p.id: p for p in problem.participants}
    places = {p.id: p for p in problem.places}
    known, wrong = [], []
    for meeting in schedule.meetings:
        if meeting.candidate in candidates:
            known.append((candidates[meeting.candidate], meeting))
        else:
            wrong.append(Violation("known", f"there is no candidate {meeting.candidate}", (meeting.candidate,)))
    wrong += [
        Violation("once", f"candidate {i} is scheduled {n} times", (i,))
        for i, n in Counter(m.candidate for m in schedule.meetings).items()
        if n > 1
    ]
    within: list[tuple[Candidate, Meeting]] = []
    for candidate, meeting in known:
        problems = list(_wrong_by_itself(problem, participants, places, candidate, meeting))
        wrong += problems
        if not any(v.rule in ("length", "place") and "outside" in v.message for v in problems):
            within.append((candidate, meeting))
    wrong += _wrong_at_places(problem, within)
    wrong += _wrong_for_participants(problem, participants, within)
    wrong += _wrong_between_candidates(problem, candidates, schedule)
    return wrong


def _wrong_by_itself(
    problem: Problem,
    participants: dict[int, Participant],
    places: dict[int, Place],
    candidate: Candidate,
    meeting: Meeting,
) -> Iterator[Violation]:
    i, this = meeting.candidate, (meeting.candidate,)
    expected = set(candidate.people)
    stand_ins = list(meeting.attendees)
    for person in candidate.people:
        if person in stand_ins:
            stand_ins.remove(person)
    if not expected <= set(meeting.attendees) or not _one_of_each(stand_ins, candidate.teams):
        yield Violation("attendance", f"meeting {i} is attended by {meeting.attendees}, not by those asked", this)
    last = meeting.slot + candidate.length - 1
    if not 0 <= meeting.slot <= last < len(problem.slots):
        yield Violation("length", f"meeting {i} runs outside the slots of the event", this)
    elif len({problem.slots[s].session for s in range(meeting.slot, last + 1)}) > 1:
        yield Violation("length", f"meeting {i} runs over the end of its session", this)
    if candidate.slots is not None and meeting.slot not in candidate.slots:
        yield Violation("slot", f"meeting {i} may not start in slot {meeting.slot}", this)
    if meeting.place not in places:
        yield Violation("place", f"meeting {i} is at place {meeting.place}, outside the places of the event", this)
        return
    attending = (participants[p] for p in meeting.attendees if p in participants)
    bases = {p.place for p in attending if p.place is not None}
    if candidate.places is not None:
        allowed = meeting.place in candidate.places
    elif bases:
        allowed = meeting.place in bases
    else:
        allowed = places[meeting.place].shared
    if not allowed:
        yield Violation("place", f"meeting {i} may not be at place {meeting.place}", this)


def _one_of_each(stand_ins: list[int], teams: tuple[tuple[int, ...], ...]) -> bool:
    """Whether the stand-ins can be told apart as exactly one different member of each team."""
    if not teams:
        return not stand_ins
    first, rest = teams[0], teams[1:]
    return any(_one_of_each(stand_ins[:k] + stand_ins[k + 1 :], rest) for k, p in enumerate(stand_ins) if p in first)


def _wrong_at_places(problem: Problem, known: list[tuple[Candidate, Meeting]]) -> Iterator[Violation]:
    occupied: dict[tuple[int, int], list[int]] = defaultdict(list)
    for candidate, meeting in known:
        for slot in range(meeting.slot, meeting.slot + candidate.length):
            occupied[meeting.place, slot].append(meeting.candidate)
    for place in problem.places:
        for slot in range(len(problem.slots)):
            here = tuple(occupied.get((place.id, slot), ()))
            if here and place.open is not None and slot not in place.open:
                yield Violation("open", f"place {place.id} is closed in slot {slot}", here)
            if len(here) > place.capacity:
                yield Violation("capacity", f"place {place.id} holds {len(here)} meetings in slot {slot}", here)


def _wrong_for_participants(
    problem: Problem, participants: dict[int, Participant], known: list[tuple[Candidate, Meeting]]
) -> Iterator[Violation]:
    agenda: dict[int, list[tuple[Candidate, Meeting]]] = defaultdict(list)
    for candidate, meeting in known:
        for person in meeting.attendees:
            if person in participants:
                agenda[person].append((candidate, meeting))
            else:
                yield Violation("attendance", f"there is no participant {person}", (candidate.id,))
    for person, own in agenda.items():
        yield from _wrong_in_agenda(problem, participants[person], own)


def _wrong_in_agenda(
    problem: Problem, participant: Participant, own: list[tuple[Candidate, Meeting]]
) -> Iterator[Violation]:
    p, everything = participant.id, tuple(c.id for c, _ in own)
    in_slot: dict[int, list[int]] = defaultdict(list)
    for candidate, meeting in own:
        for slot in range(meeting.slot, meeting.slot + candidate.length):
            in_slot[slot].append(candidate.id)
    for slot, meetings in in_slot.items():
        if len(meetings) > 1:
            yield Violation("busy", f"participant {p} is in {len(meetings)} meetings in slot {slot}", tuple(meetings))
        if participant.available is not None and slot not in participant.available:
            yield Violation("availability", f"participant {p} is away in slot {slot}", tuple(meetings))
    if participant.maximum is not None and len(own) > participant.maximum:
        yield Violation(
            "maximum", f"participant {p} has {len(own)} meetings, at most {participant.maximum}", everything
        )
    first = [problem.slots[m.slot] for _, m in own]
    for session, n in Counter(s.session for s in first).items():
        if participant.maximum_per_session is not None and n > participant.maximum_per_session:
            yield Violation("maximum_per_session", f"participant {p} has {n} meetings in session {session}", everything)
    for day, n in Counter(s.day for s in first).items():
        if participant.maximum_per_day is not None and n > participant.maximum_per_day:
            yield Violation("maximum_per_day", f"participant {p} has {n} meetings on day {day}", everything)
    if participant.maximum_consecutive is not None:
        run = longest = 0
        previous: int | None = None
        for slot in sorted(in_slot):
            follows = previous == slot - 1 and problem.slots[previous].session == problem.slots[slot].session
            run, previous = (run + 1 if follows else 1), slot
            longest = max(longest, run)
        if longest > participant.maximum_consecutive:
            yield Violation("maximum_consecutive", f"participant {p} has {longest} busy slots in a row", everything)


def _wrong_between_candidates(
    problem: Problem, candidates: dict[int, Candidate], schedule: Schedule
) -> Iterator[Violation]:
    scheduled = schedule.by_candidate
    for candidate in problem.candidates:
        for earlier in candidate.after:
            both = candidate.id in scheduled and earlier in scheduled and earlier in candidates
            if both and scheduled[earlier].slot + candidates[earlier].length > scheduled[candidate.id].slot:
                pair = (earlier, candidate.id)
                yield Violation("order", f"meeting {earlier} must end before meeting {candidate.id} starts", pair)
    for pin in problem.pins:
        meeting = scheduled.get(pin.candidate)
        if meeting is None:
            yield Violation("pin", f"the pinned meeting {pin.candidate} does not take place", (pin.candidate,))
        elif pin.slot not in (None, meeting.slot) or pin.place not in (None, meeting.place):
            yield Violation("pin", f"the pinned meeting {pin.candidate} was moved", (pin.candidate,))
    for group in problem.exclusive:
        together = tuple(sorted(group & scheduled.keys()))
        if len(together) > 1:
            yield Violation("exclusive", f"only one of the meetings {together} may take place", together)


def measures(problem: Problem, schedule: Schedule, baseline: Schedule | None = None) -> Measures:
    """How good `schedule` is; `baseline` is the published schedule against which changed agendas are counted."""
    candidates = {c.id: c for c in problem.candidates}
    agenda: dict[int, list[Meeting]] = defaultdict(list)
    for meeting in schedule.meetings:
        for person in meeting.attendees:
            agenda[person].append(meeting)
    breaks, idle, moves = Counter[int](), 0, 0
    for person, own in agenda.items():
        for one, other in pairwise(sorted(own, key=lambda m: m.slot)):
            if problem.slots[one.slot].session == problem.slots[other.slot].session:
                gap = other.slot - one.slot - candidates[one.candidate].length
                breaks[person] += gap > 0
                idle += gap
                moves += one.place != other.place
    spread = [breaks[p.id] for p in problem.participants]
    return Measures(
        meetings=len(schedule.meetings),
        value=sum(candidates[m.candidate].value for m in schedule.meetings),
        below_minimum=sum(len(agenda[p.id]) < p.minimum for p in problem.participants),
        shortfall=sum(max(0, p.minimum - len(agenda[p.id])) for p in problem.participants),
        breaks=sum(breaks.values()),
        idle=idle,
        moves=moves,
        break_spread=max(spread, default=0) - min(spread, default=0),
        changed=0 if baseline is None else len(_touched(schedule, baseline)),
    )


def _touched(schedule: Schedule, baseline: Schedule) -> set[int]:
    """The participants whose agenda (which meetings, when, where, with whom) is not the same in both."""
    now, before = set(_entries(schedule)), set(_entries(baseline))
    return {person for person, *_ in now ^ before}


def _entries(schedule: Schedule) -> Iterator[tuple[int, int, int, int, frozenset[int]]]:
    for m in schedule.meetings:
        for person in m.attendees:
            yield person, m.candidate, m.slot, m.place, frozenset(m.attendees)
