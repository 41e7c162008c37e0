"""The migrations make exactly the tables that the models describe, and take them back."""

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from sqlalchemy.engine import make_url

from api.core.database import alembic_config, migrate
from api.models.search_text import search_text_of


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


def test_participants_of_before_are_found_as_those_of_after(empty_url: str) -> None:
    alembic.command.upgrade(alembic_config(empty_url), "0007")
    with psycopg.connect(empty_url, autocommit=True) as database:
        for statement in (
            "INSERT INTO users (email, name, language) VALUES ('a@b.be', '', 'fr')",
            "INSERT INTO events (slug, name, time_zone, languages, colour, themes)"
            " VALUES ('e', 'E', 'Europe/Brussels', '{fr}', '#000000', '{}')",
            "INSERT INTO organisations (event_id, name, key) VALUES (1, 'Œnologie & Cie', 'o')",
            "INSERT INTO participants (event_id, user_id, organisation_id, first_name, last_name, country, language,"
            " type, job_title, themes, remote, minimum, imported)"
            " VALUES (1, 1, 1, 'Benoît', 'D''Hondt', 'BE', 'fr', '', 'Président', '{}', false, 0, '{}')",
            "INSERT INTO offers (participant_id, position, text) VALUES (1, 0, 'CAR-T à façon')",
            "INSERT INTO needs (participant_id, position, text) VALUES (1, 0, 'Straße')",
        ):
            database.execute(statement)
        migrate(empty_url)
        (search_text,) = database.execute("SELECT search_text FROM participants").fetchone() or ("",)
    assert search_text == search_text_of("Benoît D'Hondt", "Président", "Œnologie & Cie", ["CAR-T à façon", "Straße"])
    assert search_text == " benoit d hondt president oenologie cie \n car t a facon strasse "


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
