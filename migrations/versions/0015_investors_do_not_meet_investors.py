"""An event whose organiser decided nothing keeps investors apart; events that exist keep what they had.

Revision ID: 0015
Revises: 0014
"""

from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    op.execute(
        """UPDATE events SET matching = matching || '{"may_not_meet": []}' WHERE NOT (matching ? 'may_not_meet')"""
    )


def downgrade() -> None:
    op.execute(
        "UPDATE events SET matching = jsonb_set(matching, '{may_not_meet}', '[]')"
        " WHERE matching -> 'may_not_meet' = 'null'"
    )
