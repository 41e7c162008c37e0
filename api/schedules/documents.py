"""A stored schedule as documents: loaded in a transaction, written in a thread."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session, aliased, undefer

from api import models
from api.models.schedules import ScheduleState
from api.schedules import explanations, snapshot, store
from matchmaker.agenda import Agenda, agendas_of
from matchmaker.documents import Edition, agenda_ics, agenda_pdf, agendas_pdf, schedule_workbook
from matchmaker.event import Event
from matchmaker.matching.agenda_reason import LIKELY, why
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
    unplaced: Mapping[int, Mapping[str, Any]]
    names: explanations.EventNames
    bound: int | None

    def workbook(self, language: str) -> bytes:
        figures = report(self.event, self.problem, self.schedule, self.bound)
        reasons = {i: explanations.text_of(stored, language, self.names) for i, stored in self.unplaced.items()}
        found = {i: explanations.fix_text_of(stored, language, self.names) for i, stored in self.unplaced.items()}
        fixes = {i: fix for i, fix in found.items() if fix is not None}
        return schedule_workbook(
            self.event, self.problem, self.schedule, figures, self.edition, reasons, language, fixes
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
        unplaced={position[i]: reason for i, reason in unplaced},
        names=store.names_of(session, session.get_one(models.Event, row.event_id), [reason for _, reason in unplaced]),
        bound=next((goal["bound"] for goal in row.goals if goal["goal"] == "value"), None),
    )


def _why(session: Session, plan: snapshot.EventSnapshot, schedule_id: int) -> dict[int, dict[str, Why]]:
    """By request and by the reader's address, why the meeting is worth having."""
    email = {number: person.email for number, person in zip(plan.people, plan.event.people, strict=True)}
    fits = {(i, email[reader]): fitting(reasons) for i, reader, reasons in session.execute(_reasons(schedule_id))}
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


def _reasons(schedule_id: int) -> sa.Select[tuple[int | None, int, list[dict[str, Any]]]]:
    """Request, reader and reasons of the match for everybody in each meeting of a schedule, where there is a match."""
    one, other = aliased(models.MeetingAttendee), aliased(models.MeetingAttendee)
    return (
        sa.select(models.Meeting.request_id, one.participant_id, models.Match.reasons)
        .join(one, one.meeting_id == models.Meeting.id)
        .join(other, sa.and_(other.meeting_id == models.Meeting.id, other.participant_id != one.participant_id))
        .join(
            models.Match,
            sa.and_(models.Match.participant_id == one.participant_id, models.Match.other_id == other.participant_id),
        )
        .where(models.Meeting.schedule_id == schedule_id)
    )


def fitting(reasons: list[dict[str, Any]]) -> Why | None:
    """The sentence of the first reason by which what one offers probably serves what the other needs."""
    likely = (r for r in reasons if r["kind"] in ("need_offer", "offer_need") and r["strength"] >= 100 * LIKELY)
    return next((reason["text"] for reason in likely), None)
