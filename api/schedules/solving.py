"""Making a schedule, in the child process: prepare, solve while keeping the best so far, finish.

All is written over one connection that holds a lock on the schedule. PostgreSQL takes the lock back when the process
dies, so nobody else can be at work on a schedule while anybody is, not even where a worker is wrongly taken for dead.
"""

import threading
import time
from dataclasses import dataclass, replace

import sqlalchemy as sa
import structlog
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.jobs.child import Stop
from api.jobs.cpus import usable_cpus
from api.jobs.retry import DatabaseLostError
from api.matching import rankings
from api.models.schedules import ScheduleState
from api.schedules import snapshot, store
from api.schedules.completion import draft, fail, finish_cancelled, goals_json, locked
from matchmaker.scheduling.codec import problem_from_json, schedule_from_json, schedule_to_json
from matchmaker.scheduling.domain import Problem, Schedule
from solver import compiling
from solver.result import Goal, Options, Progress, Result, SolveStatus
from solver.solve import is_warm, solve
from solver.solve import warm as load_search

_LOCK = 0x5343 << 48  # the number of a schedule is added: no other advisory lock is near
_SAVE_EVERY = 0.5  # seconds, unless saving costs more than this share of the time:
_SAVE_SHARE = 0.05
_THREADS = max(1, usable_cpus() - 1)  # one processor is left to the service

log = structlog.get_logger()


@dataclass(frozen=True)
class Task:
    """What is left to do for a schedule, of which `elapsed` seconds were spent before."""

    problem: Problem
    options: Options
    elapsed: float


def warm() -> None:
    """Load the compiled search; where there is none yet, begin to compile it, which no schedule waits for."""
    if is_warm() or not compiling.start():
        load_search()


def run(url: str, schedule_id: int, stop: Stop) -> bool:
    """Make the schedule, or go on with it where a process that died left it. False if another one is at it now.

    Ends with a draft, or with a failure that is written down. Stopped on request, the best so far is the draft;
    stopped otherwise, the schedule stays as it is, to be gone on with.

    Raises:
        DatabaseLostError: the connection broke, and with it the lock; what is stored is to be gone on with.
    """
    engine = open_job_engine(url)
    with engine.connect() as connection:
        free = connection.scalar(sa.select(sa.func.pg_try_advisory_lock(_LOCK + schedule_id)))
        connection.commit()
        if not free:
            return False
        with Session(connection, expire_on_commit=False) as session:
            task = _prepare(engine, session, schedule_id, stop)
            if task is not None:
                result = _solve(session, schedule_id, task, stop)
                _finish(session, schedule_id, task, result, stopped=stop())
    return True


def _prepare(engine: sa.Engine, session: Session, schedule_id: int, stop: Stop) -> Task | None:
    """None if there is nothing to solve, or no longer."""
    with session.begin():
        row = locked(session, schedule_id)
        if row.state not in (ScheduleState.QUEUED, ScheduleState.RUNNING):
            return None
        if row.cancelled:
            finish_cancelled(session, schedule_id)
            return None
        if row.state is ScheduleState.QUEUED:
            row.state, row.started_at = ScheduleState.RUNNING, sa.func.now()
            row.progress = {"stage": "matching", "seconds": 0, "meetings": 0, "goals": []}
        new = row.problem is None
    if new:
        plan = snapshot.read(engine, row.event_id)
        ranked = rankings.ranking_of(engine, row.event_id, plan, stop, top=0)
        if ranked is None:
            return None
        with session.begin():
            store.store_problem(session, row, plan, ranked.ranking.score)
    with session.begin():
        problem = problem_from_json(row.problem)
        start = None if row.plan is None else schedule_from_json(row.plan, problem)
        elapsed = float(row.progress["seconds"])
        goals = tuple(Goal(goal) for goal in row.options["goals"])
        baseline = _published(session, row.event_id, problem) if Goal.STABILITY in goals else None
    options = Options(
        time_limit=max(1.0, row.options["time_limit"] - elapsed),
        threads=_THREADS,
        goals=goals,
        start=start,
        baseline=baseline,
    )
    return Task(problem=problem, options=options, elapsed=elapsed)


def _published(session: Session, event_id: int, problem: Problem) -> Schedule:
    """The published meetings that are candidates of `problem`: what a new schedule keeps to."""
    schedule = models.Schedule
    published = session.scalar(
        sa.select(schedule.id).where(schedule.event_id == event_id, schedule.state == ScheduleState.PUBLISHED)
    )
    return Schedule() if published is None else store.candidates_of(session, published, problem)


def _solve(session: Session, schedule_id: int, task: Task, stop: Stop) -> Result:
    saver = _Saver(session, schedule_id, task)
    saver.start()
    try:
        options = replace(task.options, stop=lambda: stop() or saver.lost, progress=saver.hear)
        result = solve(task.problem, options)
    finally:
        saver.end()
    if saver.lost:
        raise DatabaseLostError
    return result


class _Saver(threading.Thread):
    """Writes the best plan so far, at intervals, while the solver goes on.

    It shares the interpreter with the search, so the more a save costs, the longer the next one waits. The main thread
    leaves the session alone in the meantime. Where the database is lost, the solve ends: without the lock, somebody
    else may be at it.
    """

    def __init__(self, session: Session, schedule_id: int, task: Task) -> None:
        super().__init__(daemon=True)
        self.lost = False
        self._session = session
        self._schedule_id = schedule_id
        self._task = task
        self._newest: Progress | None = None
        self._ended = threading.Event()

    def hear(self, progress: Progress) -> None:
        self._newest = progress

    def run(self) -> None:
        saved: Progress | None = None
        pause = _SAVE_EVERY
        while not self._ended.wait(pause):
            newest, begin = self._newest, time.monotonic()
            if newest is not None and newest is not saved:
                try:
                    self._save(newest)
                except sa.exc.DBAPIError:
                    self.lost = True
                    return
                saved = newest
                pause = max(_SAVE_EVERY, (time.monotonic() - begin) / _SAVE_SHARE)

    def end(self) -> None:
        self._ended.set()
        self.join()

    def _save(self, newest: Progress) -> None:
        try:
            store.check(self._task.problem, newest.schedule)
        except store.IllegalScheduleError:
            log.exception("illegal_plan", schedule_id=self._schedule_id)
            return
        with self._session.begin():
            self._session.execute(
                sa.update(models.Schedule)
                .where(models.Schedule.id == self._schedule_id, models.Schedule.state == ScheduleState.RUNNING)
                .values(
                    plan=schedule_to_json(newest.schedule, self._task.problem),
                    progress={
                        "stage": newest.stage,
                        "seconds": round(self._task.elapsed + newest.seconds, 1),
                        "meetings": len(newest.schedule.meetings),
                        "goals": goals_json(newest.goals),
                    },
                )
            )


def _finish(session: Session, schedule_id: int, task: Task, result: Result, *, stopped: bool) -> None:
    with session.begin():
        row = locked(session, schedule_id)
        if row.state is not ScheduleState.RUNNING:
            return
        if stopped and not row.cancelled:
            row.plan = schedule_to_json(result.schedule, task.problem)
        elif result.status is SolveStatus.INFEASIBLE:
            fail(session, schedule_id, "infeasible")
        elif row.cancelled and not result.schedule.meetings:
            finish_cancelled(session, schedule_id)
        else:
            draft(session, row, task.problem, result.schedule, goals_json(result.goals))
