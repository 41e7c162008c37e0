"""whom an offer or a need is for, and the kind of cooperation it is about

Revision ID: 0014
Revises: 0013
"""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

KINDS = (
    "funding",
    "licence",
    "manufacturing",
    "supply",
    "distribution",
    "market_access",
    "research",
    "clinical_site",
    "regulatory",
    "service",
    "data",
    "equipment",
    "talent",
)


def upgrade() -> None:
    kind = sa.Enum(*KINDS, name="statementkind", native_enum=False)
    for table in ("offers", "needs"):
        op.add_column(table, sa.Column("audience", sa.ARRAY(sa.Text()), server_default="{}", nullable=False))
        op.add_column(table, sa.Column("kind", kind, nullable=True))
        values = ", ".join(f"'{value}'" for value in KINDS)
        op.create_check_constraint(op.f(f"ck_{table}_statementkind"), table, f"kind IN ({values})")


def downgrade() -> None:
    for table in ("offers", "needs"):
        op.drop_constraint(op.f(f"ck_{table}_statementkind"), table)
        op.drop_column(table, "kind")
        op.drop_column(table, "audience")
