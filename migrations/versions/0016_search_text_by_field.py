"""what participants are found by, by field

Revision ID: 0016
Revises: 0015
"""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0016"
down_revision = "0015"
branch_labels = None
depends_on = None

BATCH = 1000


def upgrade() -> None:
    _rewrite(_by_field)


def downgrade() -> None:
    _rewrite(_in_two_lines)


def _rewrite(search_text_of: Callable[[sa.Row[Any]], str]) -> None:
    connection = op.get_bind()
    last = 0
    while rows := connection.execute(PEOPLE, {"last": last, "batch": BATCH}).all():
        last = rows[-1].id
        texts = [{"row": row.id, "text": search_text_of(row)} for row in rows]
        connection.execute(sa.text("UPDATE participants SET search_text = :text WHERE id = :row"), texts)


PEOPLE = sa.text(
    """
    SELECT p.id, concat_ws(' ', p.first_name, p.last_name) AS name, o.name AS organisation, p.job_title,
        ARRAY(SELECT text FROM offers WHERE participant_id = p.id ORDER BY position)
        || ARRAY(SELECT text FROM needs WHERE participant_id = p.id ORDER BY position) AS statements
    FROM participants p JOIN organisations o ON o.id = p.organisation_id
    WHERE p.id > :last ORDER BY p.id LIMIT :batch
    """
)


def _by_field(row: sa.Row[Any]) -> str:
    """`api.models.search_text.search_text_of` as it was at this revision."""
    statements = "\n".join(map(_line, row.statements))
    return f"{_line(row.name)}\n{_line(row.organisation)}\n\n{statements}\f{_line(row.job_title or '')}"


def _in_two_lines(row: sa.Row[Any]) -> str:
    """The same as it was before."""
    who = _folded(f"{row.name} {row.job_title or ''} {row.organisation}")
    return f" {who} \n {' '.join(map(_folded, row.statements))} "


def _line(text: str) -> str:
    hyphenated = re.findall(r"[^\W_]+(?:[-\u2010\u2011][^\W_]+)+", text)
    joined = [_folded(word).replace(" ", "") for word in hyphenated]
    return f" {' '.join([_folded(text), *(word for word in joined if len(word) >= 5)])} "


def _folded(text: str) -> str:
    """`matchmaker.text.fold` as it was at this revision."""
    ligatures = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"})
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(ligatures)
    bare = "".join(c for c in plain if not unicodedata.combining(c))
    return " ".join("".join(c if c.isalnum() else " " for c in bare).split())
