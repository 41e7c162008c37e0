"""A stored schedule as documents: loaded in a transaction, written in a thread."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, aliased, undefer

from api import models
from api.matching.service import reasons_in, reasons_query, sentences_of
from api.models.schedules import ScheduleState
from api.schedules import snapshot, store
from matchmaker.agenda import Agenda, agendas_of
from matchmaker.documents import Edition, agenda_ics, agenda_pdf, agendas_pdf, schedule_workbook
from matchmaker.event import Event
from matchmaker.matching.agenda_reason import LIKELY, why
from matchmaker.matching.match import MatchReason
from matchmaker.report import report
from matchmaker.scheduling.codec import problem_from_json
from matchmaker.scheduling.domain import Problem, Schedule

Why = Mapping[str, str]  # a sentence by language
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSchedule:
    """A version of the schedule with all that its documents show, by position in the event."""

    event: Event
    key: str
    problem: Problem
    schedule: Schedule
    agendas: tuple[Agenda, ...]
    edition: Edition
    not_placed: Mapping[int, Why]
    fixes: Mapping[int, Why]
    bound: int | None

    def workbook(self, language: str) -> bytes:
        figures = report(self.event, self.problem, self.schedule, self.bound)
        return schedule_workbook(
            self.event, self.problem, self.schedule, figures, self.edition, self.not_placed, language, self.fixes
        )

    def all_agendas(self) -> bytes:
        held = [agenda for agenda in self.agendas if agenda.entries]
        return agendas_pdf(self.event, held or self.agendas, self.edition)

    def agenda(self, email: str) -> bytes:
        return agenda_pdf(self.event, self._of(email), self.edition)

    def calendar(self, email: str) -> bytes:
        return agenda_ics(self.event, self._of(email), self.edition, key=self.key)

    def _of(self, email: str) -> Agenda:
        return next(agenda for agenda in self.agendas if agenda.person.email == email)


async def document(session: AsyncSession, schedule_id: int, write: Callable[[PrintedSchedule], T]) -> T:
    """What `write` makes of a schedule, away from the event loop."""
    printed = await session.run_sync(_load, schedule_id)
    return await asyncio.to_thread(write, printed)


def _load(session: Session, schedule_id: int) -> PrintedSchedule:
    row = session.get_one(models.Schedule, schedule_id, options=[undefer(models.Schedule.problem)])
    plan = snapshot.load(session, row.event_id)
    problem, schedule = plan.positional(problem_from_json(row.problem), store.schedule_of(session, schedule_id))
    position = {request: i for i, request in enumerate(plan.requests)}
    unplaced = session.execute(
        sa.select(models.Unplaced.request_id, models.Unplaced.reason).where(models.Unplaced.schedule_id == schedule_id)
    ).all()
    return PrintedSchedule(
        event=plan.event,
        key=str(row.event_id),
        problem=problem,
        schedule=schedule,
        agendas=agendas_of(plan.event, schedule, _why(session, plan, schedule_id)),
        edition=Edition(
            version=row.version,
            at=row.published_at or row.finished_at or row.created_at,
            draft=row.state is ScheduleState.DRAFT,
        ),
        not_placed={position[i]: reason["text"] for i, reason in unplaced},
        fixes={position[i]: reason["fix"] for i, reason in unplaced if reason.get("fix")},
        bound=next((goal["bound"] for goal in row.goals if goal["goal"] == "value"), None),
    )


def _why(session: Session, plan: snapshot.EventSnapshot, schedule_id: int) -> dict[int, dict[str, Why]]:
    """By request and by the reader's address, why the meeting is worth having."""
    email = {number: person.email for number, person in zip(plan.people, plan.event.people, strict=True)}
    fits = {
        (row.request_id, email[row.Match.participant_id]): fitting(reasons_in(row))
        for row in session.execute(_reasons(schedule_id))
    }
    people = {person.email: person for person in plan.event.people}
    found: dict[int, dict[str, Why]] = {}
    for position, (i, request) in enumerate(zip(plan.requests, plan.event.requests, strict=True)):
        pair = people[request.sender], people[request.recipient]
        shared = [theme for theme in pair[0].themes if theme in pair[1].themes]
        found[position] = {
            reader.email: why(fits.get((i, reader.email)), pair[0].name, request.message, shared, plan.event.themes)
            for reader in pair
        }
    return found


def _reasons(schedule_id: int) -> sa.Select[*tuple[Any, ...]]:
    """The matches (`api.matching.service.reasons_query`) of everybody with everybody in each meeting of a schedule."""
    one, other = aliased(models.MeetingAttendee), aliased(models.MeetingAttendee)
    return (
        reasons_query()
        .add_columns(models.Meeting.request_id)
        .join(one, one.participant_id == models.Match.participant_id)
        .join(other, sa.and_(other.participant_id == models.Match.other_id, other.meeting_id == one.meeting_id))
        .join(models.Meeting, models.Meeting.id == one.meeting_id)
        .where(models.Meeting.schedule_id == schedule_id)
    )


def fitting(reasons: Sequence[MatchReason]) -> Why | None:
    """The sentence of the first reason by which what one offers probably serves what the other needs."""
    likely = (r for r in reasons if r.kind in ("need_offer", "offer_need") and r.strength >= LIKELY)
    return next((sentences_of(reason, {}) for reason in likely), None)
