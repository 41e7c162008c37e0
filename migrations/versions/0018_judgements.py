"""judgements of pairs by a chat server, and the order that they give

Revision ID: 0018
Revises: 0017
"""

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "judgements",
        sa.Column("key", sa.LargeBinary(), nullable=False),
        sa.Column("fits", sa.REAL(), nullable=True),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_judgements")),
    )
    op.create_table(
        "rerankings",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("pairs", sa.Integer(), nullable=False),
        sa.Column("judgements", sa.Integer(), nullable=False),
        sa.Column("requests", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("notice", sa.Text(), nullable=True),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["event_id"], ["events.id"], name=op.f("fk_rerankings_event_id_events"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("event_id", name=op.f("pk_rerankings")),
    )
    op.add_column("matches", sa.Column("judgement_key", sa.LargeBinary(), nullable=True))
    op.add_column("matches", sa.Column("judged_standing", sa.REAL(), nullable=True))


def downgrade() -> None:
    op.drop_column("matches", "judged_standing")
    op.drop_column("matches", "judgement_key")
    op.drop_table("rerankings")
    op.drop_table("judgements")
