"""Whose agenda differs from the published one."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from matchmaker.scheduling.domain import Meeting
from solver.exact.variables import Variables


def kept_literals(model: Variables) -> dict[int, Any]:
    """For each candidate whose published meeting can stand unchanged, a literal that it does.

    A pool is a set of interchangeable places, so a kept meeting must also find room at its very place.
    """
    literals: dict[int, Any] = {}
    crowd: dict[tuple[int, int], list[Any]] = defaultdict(list)
    for meeting in model.baseline:
        parts = _parts_of_kept(model, meeting)
        if parts is None:
            continue
        literal = literals[meeting.candidate] = model.cp.new_bool_var("")
        for each in parts:
            model.cp.add_implication(literal, each)
        for t in model.index.covered(model.index.candidates[meeting.candidate], meeting.slot):
            crowd[meeting.place, t].append(literal)
    for (place, t), here in crowd.items():
        room = model.room[place][t]
        if len(here) > room:
            model.cp.add(sum(here) <= room)
    return literals


def _parts_of_kept(model: Variables, meeting: Meeting) -> list[Any] | None:
    """The literals that hold together when the meeting takes place as published; None when it cannot."""
    if meeting.candidate not in model.open_candidates:
        return None
    candidate = model.index.candidates[meeting.candidate]
    seats = model.seats[meeting.candidate].get(meeting.slot, {})
    seat = next((literal for g, literal in seats.items() if meeting.place in model.pools[g].places), None)
    if seat is None or min(model.room[meeting.place][t] for t in model.index.covered(candidate, meeting.slot)) <= 0:
        return None
    coming = set(meeting.attendees) - set(candidate.people)
    teams = model.stand_ins.get((meeting.candidate, meeting.slot), [])
    chosen = [[team[p] for p in coming if p in team] for team in teams]
    if len(set(meeting.attendees)) != len(set(candidate.people)) + len(teams):
        return None
    literals: list[Any] = [seat]
    for one_team in chosen:
        if not one_team:
            return None
        some = one_team[0]
        if len(one_team) > 1:
            some = model.cp.new_bool_var("")
            model.cp.add_bool_or([~some, *one_team])
        literals.append(some)
    return literals


def touched(model: Variables, *, apart_from: Collection[int] = ()) -> dict[int, Any]:
    """By participant, whether the agenda differs from the published one, for those whom the model concerns.

    That somebody attends a candidate of `apart_from` does not count.
    """
    touches = {person: model.cp.new_bool_var("") for person in sorted(model.concerned)}
    kept = model.kept_literals
    published = {m.candidate: m for m in model.baseline}
    for meeting in model.baseline:
        same = kept.get(meeting.candidate)
        if meeting.candidate in model.fixed_meetings:
            if _same(model.fixed_meetings[meeting.candidate], meeting):
                continue
            same = None
        for person in set(meeting.attendees) & model.concerned:
            model.cp.add_bool_or([touches[person], *([same] if same is not None else [])])
    for person, agenda in model.agenda.items():
        for a in agenda:
            if a.candidate.id in apart_from:
                continue
            before = published.get(a.candidate.id)
            if a.candidate.id in model.fixed_meetings:
                if before is None or not _same(model.fixed_meetings[a.candidate.id], before):
                    model.cp.add_bool_or([touches[person]])
                continue
            same = [kept[a.candidate.id]] if a.candidate.id in kept else []
            model.cp.add_bool_or([touches[person], ~a.attends, *same])
    return touches


def _same(one: Meeting, other: Meeting) -> bool:
    return (one.slot, one.place, set(one.attendees)) == (other.slot, other.place, set(other.attendees))
