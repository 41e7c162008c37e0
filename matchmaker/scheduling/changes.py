"""What changes for whom between two schedules of the same problem."""

from collections import defaultdict
from dataclasses import dataclass
from enum import StrEnum

from matchmaker.scheduling.domain import Meeting, Schedule


class ChangeKind(StrEnum):
    """`MOVED` is to another time (and perhaps another place too);
    `PARTNERS` is a stand-in at the same time and place.
    """

    NEW = "new"
    CANCELLED = "cancelled"
    MOVED = "moved"
    PLACE = "place"
    PARTNERS = "partners"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One meeting that is not as it was, for one of those who attend or attended it.

    `before` is None where it is new for them, `after` where it is cancelled for them.
    """

    kind: ChangeKind
    before: Meeting | None
    after: Meeting | None


def changes_between(before: Schedule, after: Schedule) -> dict[int, tuple[Change, ...]]:
    """What changes for each participant whose agenda is touched, by the participant's id, in order of time."""
    changes: dict[int, list[Change]] = defaultdict(list)
    for candidate in before.by_candidate.keys() | after.by_candidate.keys():
        was, becomes = before.by_candidate.get(candidate), after.by_candidate.get(candidate)
        if was == becomes:
            continue
        attended = set(was.attendees if was else ())
        attends = set(becomes.attendees if becomes else ())
        for person in attended | attends:
            one = was if person in attended else None
            other = becomes if person in attends else None
            if (kind := _kind(one, other)) is not None:
                changes[person].append(Change(kind=kind, before=one, after=other))
    return {person: tuple(sorted(changes[person], key=_time)) for person in sorted(changes)}


def _kind(before: Meeting | None, after: Meeting | None) -> ChangeKind | None:
    if before is None:
        return ChangeKind.NEW
    if after is None:
        return ChangeKind.CANCELLED
    if before.slot != after.slot:
        return ChangeKind.MOVED
    if before.place != after.place:
        return ChangeKind.PLACE
    return ChangeKind.PARTNERS if set(before.attendees) != set(after.attendees) else None


def _time(change: Change) -> tuple[int, int]:
    meeting = change.after or change.before
    assert meeting is not None, "a change has a before or an after"
    return meeting.slot, meeting.candidate
