"""An event as a workbook: work for a process of its own."""

import sqlalchemy as sa

from api.core.database import psycopg_url
from api.schedules import snapshot
from matchmaker.documents.event_workbook import workbook_of


def print_event(url: str, event_id: int, language: str) -> bytes:
    """The workbook of an event, which can be imported again."""
    engine = sa.create_engine(psycopg_url(url), poolclass=sa.NullPool, hide_parameters=True)
    return workbook_of(snapshot.read(engine, event_id).event, language)
