"""what participants say of their matches

Revision ID: 0017
Revises: 0016
"""

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

VERDICTS = ("more_like_this", "not_for_me")
REASONS = ("not_my_topic", "already_known", "wrong_organisation", "other")
TABLE = "match_feedback"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("event_id", sa.BigInteger(), nullable=False),
        sa.Column("participant_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("verdict", sa.Enum(*VERDICTS, name="feedbackverdict", native_enum=False), nullable=False),
        sa.Column("reason", sa.Enum(*REASONS, name="feedbackreason", native_enum=False), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f(f"fk_{TABLE}_event_id"), ondelete="CASCADE"),
        *(
            sa.ForeignKeyConstraint(
                [column], ["participants.id"], name=op.f(f"fk_{TABLE}_{column}"), ondelete="CASCADE"
            )
            for column in ("participant_id", "other_id")
        ),
        sa.PrimaryKeyConstraint("participant_id", "other_id", name=op.f(f"pk_{TABLE}")),
        sa.CheckConstraint(f"verdict IN {VERDICTS}", name=op.f(f"ck_{TABLE}_feedbackverdict")),
        sa.CheckConstraint(f"reason IN {REASONS}", name=op.f(f"ck_{TABLE}_feedbackreason")),
        sa.CheckConstraint("participant_id <> other_id", name=op.f(f"ck_{TABLE}_two_people")),
        sa.CheckConstraint("reason IS NULL OR verdict = 'not_for_me'", name=op.f(f"ck_{TABLE}_reason_against")),
    )
    op.create_index(op.f(f"ix_{TABLE}_event_id"), TABLE, ["event_id"])
    op.create_index(op.f(f"ix_{TABLE}_other_id"), TABLE, ["other_id"])


def downgrade() -> None:
    op.drop_table(TABLE)
