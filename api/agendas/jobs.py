"""Jobs of agendas."""

from procrastinate import JobContext

from api.agendas import printing
from api.core.background import ProcessTimeoutError, QueueFullError
from api.jobs.app import app
from api.jobs.retry import RetryTransient, TransientError
from api.jobs.work import worker_context


@app.task(name="make_documents", pass_context=True, retry=RetryTransient())
async def make_documents(context: JobContext, *, schedule_id: int) -> None:
    """Print the agendas of a schedule (`api.agendas.printing.make_documents`)."""
    try:
        await printing.make_documents(worker_context(context).sessions, schedule_id)
    except (QueueFullError, ProcessTimeoutError) as error:
        raise TransientError(type(error).__name__) from error
