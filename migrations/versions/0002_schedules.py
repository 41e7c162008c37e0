"""schedules

Revision ID: 0002
Revises: 0001
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "queued",
                "running",
                "cancelled",
                "failed",
                "draft",
                "published",
                "superseded",
                name="state",
                native_enum=False,
                create_constraint=True,
            ),
            nullable=False,
        ),
        sa.Column("options", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("progress", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("goals", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("measures", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("problem", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("plan", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("cancelled", sa.Boolean(), nullable=False),
        sa.Column("job_id", sa.BigInteger(), nullable=True),
        sa.Column("created_by", sa.BigInteger(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["created_by"], ["users.id"], name=op.f("fk_schedules_created_by"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_schedules_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("event_id", "version", name=op.f("uq_schedules_event_id_version")),
    )
    op.create_index(op.f("ix_schedules_created_by"), "schedules", ["created_by"], unique=False)
    op.create_index(
        "uq_schedules_one_published",
        "schedules",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("state = 'published'"),
    )
    op.create_index(
        "uq_schedules_one_running",
        "schedules",
        ["event_id"],
        unique=True,
        postgresql_where=sa.text("state IN ('queued', 'running')"),
    )
    op.create_table(
        "meetings",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=True),
        sa.Column("slot_id", sa.BigInteger(), nullable=False),
        sa.Column("place_id", sa.BigInteger(), nullable=False),
        sa.Column("value", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["place_id"], ["places.id"], name=op.f("fk_meetings_place_id")),
        sa.ForeignKeyConstraint(
            ["request_id"], ["meeting_requests.id"], name=op.f("fk_meetings_request_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_meetings_schedule_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["slot_id"], ["slots.id"], name=op.f("fk_meetings_slot_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meetings")),
    )
    op.create_index(op.f("ix_meetings_place_id"), "meetings", ["place_id"], unique=False)
    op.create_index(op.f("ix_meetings_request_id"), "meetings", ["request_id"], unique=False)
    op.create_index(op.f("ix_meetings_schedule_id"), "meetings", ["schedule_id"], unique=False)
    op.create_index(op.f("ix_meetings_slot_id"), "meetings", ["slot_id"], unique=False)
    op.create_table(
        "unplaced",
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("request_id", sa.BigInteger(), nullable=False),
        sa.Column("reason", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.ForeignKeyConstraint(
            ["request_id"], ["meeting_requests.id"], name=op.f("fk_unplaced_request_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["schedule_id"], ["schedules.id"], name=op.f("fk_unplaced_schedule_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("schedule_id", "request_id", name=op.f("pk_unplaced")),
    )
    op.create_index(op.f("ix_unplaced_request_id"), "unplaced", ["request_id"], unique=False)
    op.create_table(
        "meeting_attendees",
        sa.Column("meeting_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meetings.id"], name=op.f("fk_meeting_attendees_meeting_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["participants.id"],
            name=op.f("fk_meeting_attendees_participant_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("meeting_id", "participant_id", name=op.f("pk_meeting_attendees")),
    )
    op.create_index(op.f("ix_meeting_attendees_participant_id"), "meeting_attendees", ["participant_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_meeting_attendees_participant_id"), table_name="meeting_attendees")
    op.drop_table("meeting_attendees")
    op.drop_index(op.f("ix_unplaced_request_id"), table_name="unplaced")
    op.drop_table("unplaced")
    op.drop_index(op.f("ix_meetings_slot_id"), table_name="meetings")
    op.drop_index(op.f("ix_meetings_schedule_id"), table_name="meetings")
    op.drop_index(op.f("ix_meetings_request_id"), table_name="meetings")
    op.drop_index(op.f("ix_meetings_place_id"), table_name="meetings")
    op.drop_table("meetings")
    op.drop_index(
        "uq_schedules_one_running", table_name="schedules", postgresql_where=sa.text("state IN ('queued', 'running')")
    )
    op.drop_index("uq_schedules_one_published", table_name="schedules", postgresql_where=sa.text("state = 'published'"))
    op.drop_index(op.f("ix_schedules_created_by"), table_name="schedules")
    op.drop_table("schedules")
