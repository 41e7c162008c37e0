"""versions of participants; who answered a request

Revision ID: 0011
Revises: 0010
"""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("participants", sa.Column("version", sa.Integer(), server_default="1", nullable=False))
    answerer = sa.Enum("recipient", "organiser", name="answerer", native_enum=False)
    op.add_column("meeting_requests", sa.Column("answered_by", answerer, nullable=True))
    op.create_check_constraint(
        op.f("ck_meeting_requests_answerer"), "meeting_requests", "answered_by IN ('recipient', 'organiser')"
    )
    # until now, an organiser had answered what was answered in the transaction that made it
    op.execute(
        """UPDATE meeting_requests SET answered_by = CASE
            WHEN proposals_id IS NOT NULL AND answered_at = created_at THEN 'organiser' ELSE 'recipient' END
        WHERE status IN ('accepted', 'declined') AND preference <> 'never'"""
    )


def downgrade() -> None:
    op.drop_constraint(op.f("ck_meeting_requests_answerer"), "meeting_requests")
    op.drop_column("meeting_requests", "answered_by")
    op.drop_column("participants", "version")
