"""keys of stored JSON by their standard terms (docs/renames.md)

Revision ID: 0007
Revises: 0006
"""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

# (table, column, path inside the document, old key, new key)
RENAMED = (
    ("schedules", "measures", (), "people", "participants"),
    ("schedules", "measures", (), "idle", "idle_slots"),
    ("proposals", "options", (), "least", "minimum_score"),
    ("proposals", "result", (), "kept", "unchanged"),
    ("events", "ranking", (), "too_little", "insufficient_text"),
    ("events", "ranking", (), "undamped", "exposure_undamped"),
    ("events", "ranking", (), "met_before", "pairs_met_before"),
    ("events", "ranking", (), "learned", "learning"),
    ("events", "ranking", ("exposure",), "value", "mean_score"),
    ("events", "ranking", ("exposure_undamped",), "value", "mean_score"),
    ("events", "ranking", ("learning",), "used", "applied"),
    ("events", "ranking", ("learning",), "good", "positive"),
    ("events", "ranking", ("learning",), "plain_auc", "baseline_auc"),
)


def upgrade() -> None:
    for table, column, path, old, new in RENAMED:
        op.execute(_rename(table, column, path, old, new))
    op.execute(_rename_people("short", "shortfall"))


def downgrade() -> None:
    for table, column, path, old, new in reversed(RENAMED):
        op.execute(_rename(table, column, path, new, old))
    op.execute(_rename_people("shortfall", "short"))


def _rename(table: str, column: str, path: tuple[str, ...], old: str, new: str) -> str:
    at = "{" + ",".join(path) + "}"
    inner = f"({column} #> '{at}')"
    renamed = f"({inner} - '{old}') || jsonb_build_object('{new}', {inner} -> '{old}')"
    value = f"jsonb_set({column}, '{at}', {renamed})" if path else renamed
    return f"UPDATE {table} SET {column} = {value} WHERE {inner} ? '{old}'"  # noqa: S608 - constants of this file


def _rename_people(old: str, new: str) -> str:
    each = f"(person - '{old}') || jsonb_build_object('{new}', person -> '{old}')"
    people = f"(SELECT coalesce(jsonb_agg({each}), '[]') FROM jsonb_array_elements(result -> 'people') AS person)"  # noqa: S608
    return f"UPDATE proposals SET result = jsonb_set(result, '{{people}}', {people}) WHERE result ? 'people'"  # noqa: S608
