"""Jobs of accounts: the sign-in mail, and deleting what is over."""

from datetime import timedelta

import sqlalchemy as sa
from procrastinate import JobContext, RetryStrategy

from api.accounts.service import send_link
from api.jobs.app import app
from api.jobs.work import worker_context
from api.models import RateCounter, SignInLink, SignInRequest, UserSession
from api.participants.retention import delete_orphans


@app.task(name="send_sign_in_link", pass_context=True, retry=RetryStrategy(max_attempts=5, exponential_wait=3))
async def send_sign_in_link(context: JobContext, *, user_id: int, request_id: int) -> None:
    """Send a link by mail, or try again after 3, 9, 27, 81 and 243 seconds."""
    worker = worker_context(context)
    await send_link(worker.sessions, worker.settings, user_id, request_id)


@app.periodic(cron="17 * * * *")
@app.task(name="delete_expired", queueing_lock="delete_expired", pass_context=True)
async def delete_expired(context: JobContext, timestamp: int) -> None:  # noqa: ARG001 - the engine passes it
    """Delete what is over: sign-in links, sessions, counts of attempts, orphans, and jobs that failed a month ago."""
    now = sa.func.now()
    async with worker_context(context).sessions.begin() as session:
        await session.execute(sa.delete(SignInLink).where(SignInLink.expires_at < now))
        await session.execute(sa.delete(SignInRequest).where(SignInRequest.expires_at < now))
        await session.execute(sa.delete(UserSession).where(UserSession.expires_at < now))
        await session.execute(sa.delete(RateCounter).where(RateCounter.window_start < now - timedelta(days=1)))
        await delete_orphans(session)
    await app.job_manager.delete_old_jobs(
        nb_hours=30 * 24, include_failed=True, include_cancelled=True, include_aborted=True
    )
