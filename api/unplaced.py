"""Why a request has no meeting, in words of the three languages."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from matchmaker.domain import Candidate, Problem, Schedule

TEXTS: Mapping[str, Mapping[str, str]] = {
    "no_common_slot": {
        "en": "The two are never free in the same slot.",
        "fr": "Les deux personnes ne sont jamais libres au même créneau.",
        "nl": "De twee zijn nooit vrij in hetzelfde tijdslot.",
    },
    "person_full": {
        "en": "One of the two already has all the meetings that fit in their agenda.",
        "fr": "L’une des deux personnes a déjà tous les rendez-vous que son agenda permet.",
        "nl": "Een van de twee heeft al alle afspraken die in de agenda passen.",
    },
    "same_stand": {
        "en": "One of the two already meets somebody else of the same stand.",
        "fr": "L’une des deux personnes rencontre déjà quelqu’un d’autre du même stand.",
        "nl": "Een van de twee ontmoet al iemand anders van dezelfde stand.",
    },
    "slots_full": {
        "en": "When the two are both free, every place that suits them is taken.",
        "fr": "Quand les deux personnes sont libres, tous les emplacements possibles sont pris.",
        "nl": "Wanneer de twee allebei vrij zijn, zijn alle geschikte plaatsen bezet.",
    },
    "lower_value": {
        "en": "In their common slots, one of the two has a meeting that was worth more.",
        "fr": "Dans leurs créneaux communs, l’une des deux personnes a un rendez-vous jugé plus utile.",
        "nl": "In hun gemeenschappelijke tijdsloten heeft een van de twee een afspraak die meer waard was.",
    },
    "never": {
        "en": "One of the two has asked not to meet the other.",
        "fr": "L’une des deux personnes a demandé à ne pas rencontrer l’autre.",
        "nl": "Een van de twee heeft gevraagd de andere niet te ontmoeten.",
    },
}


def reason(code: str) -> dict[str, Any]:
    """The stored form of a reason: its code and its text by language."""
    return {"code": code, "text": dict(TEXTS[code])}


def reasons(problem: Problem, schedule: Schedule) -> dict[int, dict[str, Any]]:
    """For each candidate that does not take place, by its id, the first reason that holds of those above."""
    situation = _Situation(problem, schedule)
    held = schedule.by_candidate
    return {c.id: reason(situation.code(c)) for c in problem.candidates if c.id not in held}


class _Situation:
    """What is taken in a schedule."""

    def __init__(self, problem: Problem, schedule: Schedule) -> None:
        candidates = {c.id: c for c in problem.candidates}
        self._problem = problem
        self._people = {p.id: p for p in problem.participants}
        self._busy: dict[int, set[int]] = defaultdict(set)
        self._meetings = Counter[int]()
        self._taken = Counter[tuple[int, int]]()
        for meeting in schedule.meetings:
            slots = range(meeting.slot, meeting.slot + candidates[meeting.candidate].length)
            for person in meeting.attendees:
                self._busy[person] |= set(slots)
                self._meetings[person] += 1
            for slot in slots:
                self._taken[meeting.place, slot] += 1
        held = schedule.by_candidate.keys()
        self._excluded = {i for group in problem.exclusive if group & held for i in group}

    def code(self, candidate: Candidate) -> str:
        people = [self._people[p] for p in candidate.people]
        everywhere = frozenset(range(len(self._problem.slots)))
        free = [everywhere if p.available is None else p.available for p in people]
        common = (everywhere if candidate.slots is None else candidate.slots).intersection(*free)
        open_slots = {slot for slot in common if any(self._open(candidate, slot, full_too=True))}
        if not open_slots:
            return "no_common_slot"
        for person, slots in zip(people, free, strict=True):
            full = person.maximum is not None and self._meetings[person.id] >= person.maximum
            if full or slots <= self._busy[person.id]:
                return "person_full"
        if candidate.id in self._excluded:
            return "same_stand"
        both = {slot for slot in open_slots if not any(slot in self._busy[p.id] for p in people)}
        if both and not any(any(self._open(candidate, slot, full_too=False)) for slot in both):
            return "slots_full"
        return "lower_value"

    def _open(self, candidate: Candidate, slot: int, *, full_too: bool) -> Iterator[bool]:
        """Whether each place that suits the candidate is open in the slot (and has room left)."""
        bases = {self._people[p].place for p in candidate.people} - {None}
        for place in self._problem.places:
            if candidate.places is not None:
                suits = place.id in candidate.places
            else:
                suits = place.id in bases if bases else place.shared
            if suits and (place.open is None or slot in place.open):
                yield full_too or self._taken[place.id, slot] < place.capacity
