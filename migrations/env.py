"""Runs the migrations, in one transaction and by one process at a time."""

from typing import Any

import sqlalchemy as sa
from alembic import context

from api.core.database import psycopg_url
from api.models import Base
from api.settings import Settings

LOCK = 0x4D41544348  # any number that nothing else uses


def ours(name: str | None, kind: str, _: Any) -> bool:
    """Whether `name` is a table of ours: the job engine keeps its own."""
    return kind != "table" or not (name or "").startswith("procrastinate_")


url = context.config.attributes.get("url") or Settings().database_url
if url is None:
    raise SystemExit("set MATCHMAKER_DATABASE_URL to the database to migrate")

engine = sa.create_engine(psycopg_url(url), poolclass=sa.NullPool)
with engine.connect() as connection:
    context.configure(connection=connection, target_metadata=Base.metadata, include_name=ours)
    with context.begin_transaction():
        connection.execute(sa.select(sa.func.pg_advisory_xact_lock(LOCK)))
        context.run_migrations()
