"""the organiser's rules of matching, the figures of a ranking, proposals

Revision ID: 0004
Revises: 0003
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

JSON = postgresql.JSONB(astext_type=sa.Text())


def upgrade() -> None:
    op.add_column("events", sa.Column("matching", JSON, server_default="{}", nullable=False))
    op.add_column("events", sa.Column("ranking", JSON, nullable=True))
    op.create_table(
        "proposals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "cancelled",
                "failed",
                "ready",
                "adopted",
                "withdrawn",
                name="proposalsstate",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("options", JSON, nullable=False),
        sa.Column("result", JSON, nullable=True),
        sa.Column("meetings", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("adopted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_proposals_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_proposals_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_proposals")),
    )
    op.create_index(op.f("ix_proposals_created_by"), "proposals", ["created_by"])
    op.create_index(op.f("ix_proposals_event_id"), "proposals", ["event_id"])
    op.create_index(
        "uq_proposals_one_running",
        "proposals",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.add_column("meeting_requests", sa.Column("proposals_id", sa.BigInteger(), nullable=True))
    op.create_index(op.f("ix_meeting_requests_proposals_id"), "meeting_requests", ["proposals_id"])
    op.create_foreign_key(
        op.f("fk_meeting_requests_proposals_id"),
        "meeting_requests",
        "proposals",
        ["proposals_id"],
        ["id"],
        ondelete="SET NULL",
    )


def downgrade() -> None:
    op.drop_column("meeting_requests", "proposals_id")
    op.drop_table("proposals")
    op.drop_column("events", "ranking")
    op.drop_column("events", "matching")
