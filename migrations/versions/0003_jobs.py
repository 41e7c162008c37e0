"""the job engine's tables

Revision ID: 0003
Revises: 0002
"""

import re
from importlib import resources

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

# procrastinate's own migrations are append-only: a later version's are applied by a later revision of ours
LAST = "03.04.00_50_post_add_retry_failed_job_procedure.sql"
ADDED = re.compile(r"^ALTER TYPE (\w+) ADD VALUE ('\w+').*;$", re.MULTILINE)


def upgrade() -> None:
    folder = resources.files("procrastinate.sql") / "migrations"
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".sql")), key=lambda file: file.name)
    statements = "\n".join(file.read_text(encoding="utf-8") for file in files if file.name <= LAST)
    # PostgreSQL 15 and 16 refuse a value in the transaction that added it, so each type has all of its values at once
    for kind, value in ADDED.findall(statements):
        head = f"CREATE TYPE {kind} AS ENUM ("
        statements = statements.replace(head, f"{head}\n    {value},")
    op.execute(sa.text(ADDED.sub("", statements).replace(":", "\\:")))


def downgrade() -> None:
    for table in ("events", "periodic_defers", "jobs", "workers"):
        op.execute(f"DROP TABLE procrastinate_{table} CASCADE")
    op.execute("DROP TYPE procrastinate_job_to_defer_v1 CASCADE")
    op.execute("DROP TYPE procrastinate_job_status CASCADE")
    op.execute("DROP TYPE procrastinate_job_event_type CASCADE")
    op.execute(
        """DO $$ DECLARE f regprocedure; BEGIN
        FOR f IN SELECT oid FROM pg_proc WHERE proname LIKE 'procrastinate\\_%' LOOP
        EXECUTE 'DROP FUNCTION ' || f; END LOOP; END $$"""
    )
