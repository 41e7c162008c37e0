"""what participants are found by; sign-in codes bound to a browser; indexes of long lists

Revision ID: 0013
Revises: 0012
"""

import re
import unicodedata

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    _add_search_text()
    op.create_index(
        "ix_participants_event_id_last_name_first_name_id",
        "participants",
        ["event_id", "last_name", "first_name", "id"],
    )
    op.create_index(
        "ix_meeting_requests_latest", "meeting_requests", ["event_id", sa.text("created_at DESC"), sa.text("id DESC")]
    )
    op.create_table(
        "installation_secrets",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_installation_secrets"),
    )
    op.create_table(
        "sign_in_requests",
        sa.Column("id", sa.BigInteger(), sa.Identity(), nullable=False),
        sa.Column("token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("attempts", sa.Integer(), server_default="0", nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_sign_in_requests"),
        sa.UniqueConstraint("token_hash", name="uq_sign_in_requests_token_hash"),
    )
    op.create_index("ix_sign_in_requests_expires_at", "sign_in_requests", ["expires_at"])
    op.drop_column("sign_in_links", "attempts")
    op.add_column("sign_in_links", sa.Column("request_id", sa.BigInteger()))
    op.create_foreign_key(
        "fk_sign_in_links_request_id",
        "sign_in_links",
        "sign_in_requests",
        ["request_id"],
        ["id"],
        ondelete="SET NULL",
    )
    op.create_index("ix_sign_in_links_request_id", "sign_in_links", ["request_id"])
    op.alter_column("sign_in_links", "code_hash", nullable=True)


def downgrade() -> None:
    op.execute("DELETE FROM sign_in_links WHERE code_hash IS NULL")
    op.alter_column("sign_in_links", "code_hash", nullable=False)
    op.drop_column("sign_in_links", "request_id")
    op.add_column("sign_in_links", sa.Column("attempts", sa.Integer(), server_default="0", nullable=False))
    op.drop_table("sign_in_requests")
    op.drop_table("installation_secrets")
    op.drop_index("ix_meeting_requests_latest", "meeting_requests")
    op.drop_index("ix_participants_event_id_last_name_first_name_id", "participants")
    op.drop_column("participants", "search_text")


def _add_search_text() -> None:
    op.add_column("participants", sa.Column("search_text", sa.Text(), server_default="", nullable=False))
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(PEOPLE, {"last": last, "batch": BATCH}).all():
        last = rows[-1].id
        texts = [
            {"row": row.id, "text": f" {_folded(row.who)} \n {' '.join(map(_folded, row.statements))} "} for row in rows
        ]
        connection.execute(sa.text("UPDATE participants SET search_text = :text WHERE id = :row"), texts)
    op.alter_column("participants", "search_text", server_default=None)


PEOPLE = sa.text(
    """
    SELECT p.id, concat_ws(' ', p.first_name, p.last_name, p.job_title, o.name) AS who,
        ARRAY(SELECT text FROM offers WHERE participant_id = p.id ORDER BY position)
        || ARRAY(SELECT text FROM needs WHERE participant_id = p.id ORDER BY position) AS statements
    FROM participants p JOIN organisations o ON o.id = p.organisation_id
    WHERE p.id > :last ORDER BY p.id LIMIT :batch
    """
)


def _folded(text: str) -> str:
    """`matchmaker.text.fold` as it was at this revision."""
    ligatures = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(ligatures)
    return " ".join(re.findall(r"[^\W_]+", "".join(c for c in plain if not unicodedata.combining(c))))
