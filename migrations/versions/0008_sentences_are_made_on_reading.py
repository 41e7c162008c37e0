"""rows keep codes and values in the place of finished sentences

Kept as it was: the kind of a notice and what the model answered, the figures of learning, the numbers of a shortfall.
Not to be had of the old sentences are the people, slots and meetings of which the reason of an unplaced request spoke,
and the steps of its fix: the code stays, and the next schedule has them again.

Revision ID: 0008
Revises: 0007
"""

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

FALLBACK = "The language model set for this event failed; another took its place. "
FEW_PARTNERS = r"^Meetings: (\d+) of (\d+)\. People they can meet at all: (\d+)\.$"
FULL = r"^Meetings: (\d+) of (\d+)\. The limits, free slots and tables leave no room for more\.$"


def upgrade() -> None:
    op.execute("UPDATE unplaced SET reason = jsonb_build_object('code', reason -> 'code', 'fix', NULL)")
    op.execute("UPDATE events SET ranking = ranking #- '{learning,text}' WHERE ranking #> '{learning}' ? 'text'")
    op.execute(_each("events", "ranking", "notices", _notice()))
    op.execute(_each("proposals", "result", "people", _shortfall()))


def downgrade() -> None:
    """The English sentences come back in every language; those of unplaced requests and of learning do not."""
    op.execute('UPDATE unplaced SET reason = reason || \'{"text": {"en": ""}, "fix": null}\'')
    op.execute(
        "UPDATE events SET ranking = jsonb_set(ranking, '{learning,text}', '{\"en\": \"\"}') "
        "WHERE jsonb_typeof(ranking -> 'learning') = 'object'"
    )
    op.execute(_each("events", "ranking", "notices", _old_notice()))
    op.execute(_each("proposals", "result", "people", _old_shortfall()))


def _each(table: str, column: str, key: str, made: str) -> str:
    """Makes `made` of `item`, each element of the list `key` of a document."""
    items = f"jsonb_array_elements({column} -> '{key}') WITH ORDINALITY AS items (item, n)"
    made_of_all = f"(SELECT coalesce(jsonb_agg({made} ORDER BY n), '[]') FROM {items})"  # noqa: S608 - constants of this file
    return f"UPDATE {table} SET {column} = jsonb_set({column}, '{{{key}}}', {made_of_all}) WHERE {column} ? '{key}'"  # noqa: S608


def _notice() -> str:
    detail = f"replace(item #>> '{{text,en}}', '{FALLBACK}', '')"
    return (
        "jsonb_build_object('kind', item -> 'kind', 'detail', "
        f"CASE item ->> 'kind' WHEN 'fallback' THEN {detail} ELSE '' END)"
    )


def _old_notice() -> str:
    text = f"CASE item ->> 'kind' WHEN 'fallback' THEN '{FALLBACK}' || (item ->> 'detail') ELSE item ->> 'kind' END"
    return f"jsonb_build_object('kind', item -> 'kind', 'text', jsonb_build_object('en', {text}))"


def _shortfall() -> str:
    """Of somebody whom limits leave no more, it was not kept how many they could meet: enough, so as many as wanted."""
    text = "item #>> '{shortfall,en}'"

    def number(pattern: str, group: int) -> str:
        return f"(regexp_match({text}, '{pattern}'))[{group}]::int"

    def numbers(pattern: str, possible: int) -> str:
        return (
            f"jsonb_build_object('got', {number(pattern, 1)}, 'wanted', {number(pattern, 2)}, "
            f"'possible', {number(pattern, possible)})"
        )

    return (
        "item || jsonb_build_object('shortfall', CASE "
        f"WHEN {text} ~ '{FEW_PARTNERS}' THEN {numbers(FEW_PARTNERS, 3)} "
        f"WHEN {text} ~ '{FULL}' THEN {numbers(FULL, 2)} END)"
    )


def _old_shortfall() -> str:
    got, wanted, possible = (f"(item #>> '{{shortfall,{key}}}')" for key in ("got", "wanted", "possible"))
    few = f"'Meetings: ' || {got} || ' of ' || {wanted} || '. People they can meet at all: ' || {possible} || '.'"
    full = (
        f"'Meetings: ' || {got} || ' of ' || {wanted} || '. The limits, free slots and tables leave no room for more.'"
    )
    text = f"CASE WHEN {possible}::int < {wanted}::int THEN {few} ELSE {full} END"
    return (
        "item || jsonb_build_object('shortfall', CASE WHEN jsonb_typeof(item -> 'shortfall') = 'object' "
        f"THEN jsonb_build_object('en', {text}) END)"
    )
