"""The migrations make exactly the tables that the models describe, and take them back."""

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
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


def test_who_answered_is_filled_in_for_what_was_answered_before(empty_url: str) -> None:
    alembic.command.upgrade(alembic_config(empty_url), "0007")
    with psycopg.connect(empty_url) as database:
        database.execute(
            """INSERT INTO events (slug, name, time_zone, languages, colour, themes)
            VALUES ('day', 'Day', 'UTC', '{en}', '#000000', '{}');
            INSERT INTO organisations (event_id, name, key) VALUES (1, 'One', 'one');
            INSERT INTO users (email, name, language) SELECT n || '@example.org', '', 'en' FROM generate_series(1, 5) n;
            INSERT INTO participants (event_id, user_id, organisation_id, first_name, last_name, country, language,
                type, job_title, themes, remote, minimum, imported)
            SELECT 1, n, 1, 'A', 'B', 'BE', 'en', '', '', '{}', false, 0, '{}' FROM generate_series(1, 5) n;
            INSERT INTO proposals (event_id, state, options, meetings) VALUES (1, 'adopted', '{}', 1);
            INSERT INTO meeting_requests (event_id, sender_id, recipient_id, proposals_id, status, preference, message,
                created_at, answered_at)
            VALUES (1, 1, 2, 1, 'accepted', 'like', '', '2026-01-01', '2026-01-01'),
                (1, 1, 3, 1, 'declined', 'like', '', '2026-01-01', '2026-01-02'),
                (1, 1, 4, NULL, 'accepted', 'like', '', '2026-01-01', '2026-01-01'),
                (1, 1, 5, NULL, 'pending', 'like', '', '2026-01-01', NULL)"""
        )
    migrate(empty_url)
    with psycopg.connect(empty_url) as database:
        answers = database.execute("SELECT answered_by FROM meeting_requests ORDER BY id").fetchall()
    assert [answerer for (answerer,) in answers] == ["organiser", "recipient", "recipient", None]


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
