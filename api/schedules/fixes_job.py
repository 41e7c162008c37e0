"""Finding what would make room for the requests that a schedule leaves out, in the child process."""

import sqlalchemy as sa
from sqlalchemy.orm import Session

from api import models
from api.core.database import open_job_engine
from api.jobs.child import Stop
from api.schedules import explanations, store
from matchmaker.scheduling.codec import problem_from_json

_AT_ONCE = 10  # requests between two looks at whether to stop


def run(url: str, schedule_id: int, stop: Stop) -> bool:
    """Add a fix to every reason that has none yet; False if it had to stop before."""
    engine = open_job_engine(url)
    with Session(engine) as session:
        row = session.get_one(models.Schedule, schedule_id)
        open_ = {
            left.request_id: left
            for left in session.scalars(
                sa.select(models.Unplaced).where(
                    models.Unplaced.schedule_id == schedule_id, ~models.Unplaced.reason.has_key("fix")
                )
            )
        }
        if not open_ or row.problem is None:
            return True
        problem = problem_from_json(row.problem)
        schedule = store.schedule_of(session, schedule_id, problem)
        slots, ids = problem.slot_ids, list(open_)
        for start in range(0, len(ids), _AT_ONCE):
            if stop():
                return False
            some = explanations.fixes(problem, schedule, ids[start : start + _AT_ONCE], slots.__getitem__)
            for i, fix in some.items():
                open_[i].reason = open_[i].reason | {"fix": fix}
            session.commit()
    return True
