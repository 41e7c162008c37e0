"""accounts that may create events

Revision ID: 0005
Revises: 0004
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("users", sa.Column("creates_events", sa.Boolean(), server_default=sa.false(), nullable=False))
    # who attends nothing was invited to organise
    op.execute(
        "UPDATE users SET creates_events = true WHERE NOT EXISTS (SELECT FROM participants WHERE user_id = users.id)"
    )


def downgrade() -> None:
    op.drop_column("users", "creates_events")
