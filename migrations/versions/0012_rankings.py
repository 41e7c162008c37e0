"""rankings by version: matches store keys, and what re-ranks one person is kept

Revision ID: 0012
Revises: 0011
"""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

TEXTS = ("need_id", "offer_id", "their_need_id", "their_offer_id")


def upgrade() -> None:
    op.create_table(
        "rankings",
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("edits", sa.Integer(), nullable=False),
        sa.Column("state", sa.LargeBinary(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_rankings_event_id"), ondelete="CASCADE"),
        sa.PrimaryKeyConstraint("event_id", "version", name=op.f("pk_rankings")),
    )
    # numbers that look random: compressing them costs time and gains nothing
    op.execute("ALTER TABLE rankings ALTER COLUMN state SET STORAGE EXTERNAL")
    op.add_column("events", sa.Column("ranking_version", sa.Integer(), nullable=True))
    op.drop_table("matches")
    op.create_table(
        "matches",
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("ranking_version", sa.Integer(), nullable=False),
        sa.Column("met_before", sa.Boolean(), nullable=False),
        *(sa.Column(name, sa.REAL(), nullable=False) for name in ("standing", "score", "forward", "backward")),
        *(sa.Column(name, sa.BigInteger(), nullable=True) for name in TEXTS),
        *_people(),
        sa.PrimaryKeyConstraint("participant_id", "other_id", "ranking_version", name=op.f("pk_matches")),
        postgresql_with={"fillfactor": 90},
    )
    op.create_index(op.f("ix_matches_other_id"), "matches", ["other_id"])
    # what is stored has the old shape: every ranked event is ranked anew
    op.execute(
        """SELECT procrastinate_defer_jobs_v1(array_agg(
            ROW('compute', 'rank_event', 0, 'event-' || id, 'rank-' || id, jsonb_build_object('event_id', id), NULL)
            ::procrastinate_job_to_defer_v1))
        FROM events WHERE ranked_at IS NOT NULL AND NOT EXISTS (
            SELECT FROM procrastinate_jobs WHERE status = 'todo' AND queueing_lock = 'rank-' || events.id)
        HAVING count(*) > 0"""
    )


def downgrade() -> None:
    op.drop_table("matches")
    op.create_table(
        "matches",
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in ("rank", "score", "forward", "backward")),
        sa.Column("reasons", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        *_people(),
        sa.PrimaryKeyConstraint("participant_id", "other_id", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_other_id"), "matches", ["other_id"])
    op.create_index("ix_matches_participant_id_rank", "matches", ["participant_id", "rank"])
    op.drop_column("events", "ranking_version")
    op.drop_table("rankings")


def _people() -> list[sa.schema.SchemaItem]:
    return [
        sa.CheckConstraint("participant_id <> other_id", name=op.f("ck_matches_two_people")),
        *(
            sa.ForeignKeyConstraint([name], ["participants.id"], name=op.f(f"fk_matches_{name}"), ondelete="CASCADE")
            for name in ("other_id", "participant_id")
        ),
    ]
