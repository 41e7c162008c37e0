"""The migrations make exactly the tables that the models describe, and take them back."""

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from api.core.database import alembic_config, migrate


@pytest.fixture
def empty_url(server_url: str, worker_id: str) -> str:
    name = f"matchmaker_empty_{worker_id}"
    with psycopg.connect(server_url, autocommit=True) as server:
        for statement in ("DROP DATABASE IF EXISTS {} WITH (FORCE)", "CREATE DATABASE {}"):
            server.execute(sql.SQL(statement).format(sql.Identifier(name)))
    return make_url(server_url).set(database=name).render_as_string(hide_password=False)


def test_models_and_migrations_agree(database_url: str) -> None:
    alembic.command.check(alembic_config(database_url))


def test_migrations_go_back_and_forth(empty_url: str) -> None:
    migrate(empty_url)
    alembic.command.downgrade(alembic_config(empty_url), "base")
    with psycopg.connect(empty_url) as database:
        left = database.execute("SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace").fetchall()
    assert {name for (name,) in left} == {"alembic_version", "alembic_version_pkc"}
    migrate(empty_url)
    alembic.command.check(alembic_config(empty_url))


def test_migrating_twice_is_harmless(database_url: str) -> None:
    migrate(database_url)
    alembic.command.check(alembic_config(database_url))


def test_no_migration_adds_a_value_to_a_type_which_older_servers_refuse_to_use_at_once(empty_url: str) -> None:
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        migrate(empty_url)
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert any("CREATE TABLE procrastinate_jobs" in statement for statement in statements)
    assert not [statement for statement in statements if "ADD VALUE" in statement]


def test_sentences_of_older_rows_become_codes_and_values(empty_url: str) -> None:
    config = alembic_config(empty_url)
    alembic.command.upgrade(config, "0007")
    with psycopg.connect(empty_url, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")  # rows without those that they refer to
        database.execute(
            "INSERT INTO unplaced VALUES (1, 1, %s)",
            [Jsonb({"code": "limit", "text": {"en": "Ann: limit reached."}, "fix": {"en": "Possible at 10:00."}})],
        )
        fallback = "The language model set for this event failed; another took its place. HTTP 503"
        ranking = {
            "people": 2,
            "notices": [{"kind": "fallback", "text": {"en": fallback}}, {"kind": "keyword_mode", "text": {"en": "K."}}],
            "learning": {"applied": False, "outcomes": 3, "text": {"en": "Not in use."}},
        }
        new_event = "INSERT INTO events (slug, name, time_zone, languages, colour, themes, ranking) "
        for slug, figures in (("a", ranking), ("b", ranking | {"learning": None}), ("c", None)):
            values = [slug, Jsonb(figures)] if figures else [slug, None]
            database.execute(new_event + "VALUES (%s, 'E', 'UTC', '{en}', '#000000', '{}', %s)", values)
        shortfalls = [
            "Meetings: 1 of 3. People they can meet at all: 2.",
            "Meetings: 1 of 3. The limits, free slots and tables leave no room for more.",
        ]
        people = [{"id": i, "shortfall": {"en": text}} for i, text in enumerate(shortfalls)]
        database.execute(
            "INSERT INTO proposals (event_id, state, options, result, meetings) VALUES (1, 'ready', '{}', %s, 0)",
            [Jsonb({"people": [*people, {"id": 2, "shortfall": None}]})],
        )
        alembic.command.upgrade(config, "0008")
        (reason,) = database.execute("SELECT reason FROM unplaced").fetchone() or ()
        rankings = [row[0] for row in database.execute("SELECT ranking FROM events ORDER BY slug")]
        (result,) = database.execute("SELECT result FROM proposals").fetchone() or ()
    assert reason == {"code": "limit", "fix": None}
    assert rankings[0]["notices"] == [
        {"kind": "fallback", "detail": "HTTP 503"},
        {"kind": "keyword_mode", "detail": ""},
    ]
    assert rankings[0]["learning"] == {"applied": False, "outcomes": 3}
    assert (rankings[1]["learning"], rankings[2]) == (None, None)
    assert [person["shortfall"] for person in result["people"]] == [
        {"got": 1, "wanted": 3, "possible": 2},
        {"got": 1, "wanted": 3, "possible": 3},
        None,
    ]
    alembic.command.downgrade(config, "0007")
