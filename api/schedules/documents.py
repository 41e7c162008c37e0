"""A stored schedule as a workbook, and looked through before it is published: work for a process of its own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session, undefer

from api import models
from api.core.database import open_job_engine
from api.models.schedules import ScheduleState
from api.schedules import explanations, snapshot, store
from matchmaker.documents.edition import Edition
from matchmaker.documents.schedule_workbook import schedule_workbook
from matchmaker.event import Event
from matchmaker.report import report
from matchmaker.scheduling.checks import Violation
from matchmaker.scheduling.codec import problem_from_json
from matchmaker.scheduling.domain import Problem, Schedule

Texts = Mapping[str, str]  # a sentence by language


def print_schedule(url: str, schedule_id: int, language: str) -> bytes:
    """The workbook of a schedule."""
    with _session(url) as session:
        printed = _load(session, schedule_id)
    return printed.workbook(language)


def outdated(url: str, schedule_id: int) -> Sequence[Violation]:
    """The rules of the event as it is now that a schedule breaks. The caller holds the event's lock."""
    with _session(url) as session:
        return store.outdated(session, session.get_one(models.Schedule, schedule_id))


@dataclass(frozen=True, slots=True, kw_only=True)
class PrintedSchedule:
    """A version of the schedule with all that its workbook shows, by position in the event."""

    event: Event
    problem: Problem
    schedule: Schedule
    edition: Edition
    unplaced: Mapping[int, Mapping[str, Any]]
    names: explanations.EventNames
    bound: int | None

    def workbook(self, language: str) -> bytes:
        """The schedule as a workbook, its sentences in `language`."""
        figures = report(self.event, self.problem, self.schedule, self.bound)
        reasons = {i: explanations.text_of(stored, language, self.names) for i, stored in self.unplaced.items()}
        fixes = {
            i: text
            for i, stored in self.unplaced.items()
            if (text := explanations.fix_text_of(stored, language, self.names)) is not None
        }
        return schedule_workbook(
            self.event, self.problem, self.schedule, figures, self.edition, reasons, language, fixes
        )


def _session(url: str) -> Session:
    engine = open_job_engine(url)
    return Session(engine.execution_options(isolation_level="REPEATABLE READ"))


def _load(session: Session, schedule_id: int) -> PrintedSchedule:
    row = session.get_one(models.Schedule, schedule_id, options=[undefer(models.Schedule.problem)])
    plan = snapshot.load(session, row.event_id)
    solved = problem_from_json(row.problem)
    problem, schedule = plan.positional(solved, store.schedule_of(session, schedule_id, solved))
    position = {request: i for i, request in enumerate(plan.requests)}
    unplaced = session.execute(
        sa.select(models.Unplaced.request_id, models.Unplaced.reason).where(models.Unplaced.schedule_id == schedule_id)
    ).all()
    return PrintedSchedule(
        event=plan.event,
        problem=problem,
        schedule=schedule,
        edition=Edition(
            version=row.version,
            at=row.published_at or row.finished_at or row.created_at,
            draft=row.state is ScheduleState.DRAFT,
        ),
        unplaced={position[i]: reason for i, reason in unplaced},
        names=store.names_of(session, session.get_one(models.Event, row.event_id), [reason for _, reason in unplaced]),
        bound=next((goal["bound"] for goal in row.goals if goal["goal"] == "value"), None),
    )
