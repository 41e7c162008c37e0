"""documents that are kept, and the number of each publication

Revision ID: 0009
Revises: 0008
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("schedules", sa.Column("publication", sa.Integer(), nullable=True))
    op.execute(
        """UPDATE schedules SET publication = numbered.publication FROM (
            SELECT id, row_number() OVER (PARTITION BY event_id ORDER BY published_at) AS publication
            FROM schedules WHERE published_at IS NOT NULL
        ) AS numbered WHERE schedules.id = numbered.id"""
    )
    op.create_unique_constraint("uq_schedules_event_id_publication", "schedules", ["event_id", "publication"])
    op.create_table(
        "documents",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum("agenda", "agendas", "part", name="documentkind", native_enum=False, create_constraint=True),
            nullable=False,
        ),
        sa.Column("participant_id", sa.BigInteger(), nullable=True),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["participant_id"], ["participants.id"], ondelete="CASCADE"),
        sa.ForeignKeyConstraint(["schedule_id"], ["schedules.id"], ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("schedule_id", "kind", "participant_id", "part", postgresql_nulls_not_distinct=True),
    )
    op.create_index("ix_documents_participant_id", "documents", ["participant_id"])


def downgrade() -> None:
    op.drop_table("documents")
    op.drop_constraint("uq_schedules_event_id_publication", "schedules")
    op.drop_column("schedules", "publication")
