"""An event as a workbook: work for a process of its own."""

from api.core.database import open_job_engine
from api.schedules import snapshot
from matchmaker.documents.event_workbook import workbook_of


def print_event(url: str, event_id: int, language: str) -> bytes:
    """The workbook of an event, which can be imported again."""
    return workbook_of(snapshot.read(open_job_engine(url), event_id).event, language)
