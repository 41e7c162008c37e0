"""Jobs of proposals."""

import sqlalchemy as sa
from procrastinate import JobContext
from procrastinate.exceptions import JobAborted
from sqlalchemy.orm import Session

from api.jobs.app import COMPUTE, app
from api.jobs.child import ChildDiedError, StoppedError, WorkFailedError
from api.jobs.retry import RetryTransient
from api.jobs.work import await_share, has_job, in_child, is_stopping, worker_context
from api.models import Proposals
from api.schedules import completion


@app.task(name="propose_meetings", queue=COMPUTE, pass_context=True, retry=RetryTransient())
def propose_meetings(
    context: JobContext,
    *,
    event_id: int,  # noqa: ARG001 - names the lock
    proposals_id: int,
    account_id: int | None = None,  # noqa: ARG001 - whose share it is
) -> None:
    """Find the meetings that an organiser proposes (`api.proposals.proposing.run`)."""
    await_share(context)
    try:
        done = in_child(context, "api.proposals.proposing", "run", proposals_id)
    except StoppedError:
        done = False
    except (ChildDiedError, WorkFailedError):
        with Session(worker_context(context).engine) as session, session.begin():
            completion.fail_proposals(session, proposals_id)
        return
    if not done and is_stopping(context):
        raise JobAborted


def close_orphans(session: Session) -> None:
    """Close the open proposals that no job stands for."""
    orphans = sa.select(Proposals.id).where(Proposals.state.in_(completion.OPEN_PROPOSALS), ~has_job(Proposals.job_id))
    for proposals_id in session.scalars(orphans).all():
        completion.fail_proposals(session, proposals_id)
