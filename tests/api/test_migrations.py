"""The migrations make exactly the tables that the models describe, and take them back."""

import json
from typing import Any

import alembic.command
import psycopg
import pytest
import sqlalchemy as sa
from psycopg import sql
from psycopg.types.json import Jsonb
from sqlalchemy.engine import make_url

from api.core.database import alembic_config, migrate
from api.models.search_text import search_text_of
from matchmaker.event import StatementKind


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
            "INSERT INTO needs (participant_id, position, text) VALUES (1, 0, 'Start-up de Straße')",
        ):
            database.execute(statement)
        migrate(empty_url)
        (search_text,) = database.execute("SELECT search_text FROM participants").fetchone() or ("",)
    assert search_text == search_text_of(
        "Benoît D'Hondt", "Président", "Œnologie & Cie", ["CAR-T à façon", "Start-up de Straße"]
    )
    assert (
        search_text
        == " benoit d hondt \n oenologie cie \n\n car t a facon \n start up de strasse startup \f president "
    )


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


def test_stored_documents_follow_the_standard_terms_and_go_back(empty_url: str) -> None:
    config = alembic_config(empty_url)
    alembic.command.upgrade(config, "0005")
    ranking = {
        "too_little": [7],
        "undamped": {"gini": 0.5, "value": 0.2},
        "exposure": {"gini": 0.2, "value": 0.1},
        "met_before": 3,
        "learned": {"used": True, "good": 4, "plain_auc": 0.5},
    }
    found = {"people": [{"id": 7, "short": {"en": "Too few."}}], "pairs": [], "kept": 2, "proven": True}
    with psycopg.connect(empty_url) as database:
        database.execute(
            "INSERT INTO events (slug, name, time_zone, languages, colour, themes, ranking)"
            " VALUES ('day', 'Day', 'Europe/Brussels', '{en}', '#123456', '{}', %s)",
            [json.dumps(ranking)],
        )
        database.execute(
            "INSERT INTO schedules (event_id, version, state, options, progress, goals, measures, cancelled)"
            " SELECT id, 1, 'draft', '{}', '{}', '[]', %s, false FROM events",
            [json.dumps({"people": 4, "idle": 1, "breaks": 2})],
        )
        database.execute(
            "INSERT INTO proposals (event_id, state, options, result, meetings)"
            " SELECT id, 'ready', %s, %s, 0 FROM events",
            [json.dumps({"least": 10}), json.dumps(found)],
        )
    old = _documents(empty_url)
    alembic.command.upgrade(config, "0007")
    new = _documents(empty_url)
    assert new["measures"] == {"participants": 4, "idle_slots": 1, "breaks": 2}
    assert new["options"] == {"minimum_score": 10}
    assert new["result"] == {
        "people": [{"id": 7, "shortfall": {"en": "Too few."}}], "pairs": [], "unchanged": 2, "proven": True,
    }  # fmt: skip
    assert new["ranking"] == {
        "insufficient_text": [7],
        "exposure_undamped": {"gini": 0.5, "mean_score": 0.2},
        "exposure": {"gini": 0.2, "mean_score": 0.1},
        "pairs_met_before": 3,
        "learning": {"applied": True, "positive": 4, "baseline_auc": 0.5},
    }
    alembic.command.downgrade(config, "0005")
    assert _documents(empty_url) == old


def _documents(url: str) -> dict[str, Any]:
    columns = ("measures", "options", "result", "ranking")
    with psycopg.connect(url) as database:
        row = database.execute(
            "SELECT measures, proposals.options, result, ranking FROM events"
            " JOIN schedules ON schedules.event_id = events.id JOIN proposals ON proposals.event_id = events.id"
        ).fetchone()
    assert row is not None
    return dict(zip(columns, row, strict=True))


def test_problems_stored_by_position_name_their_slots_by_id(empty_url: str) -> None:
    """Slot 3 came later, and before the others: the problem knows nothing of it."""
    config = alembic_config(empty_url)
    alembic.command.upgrade(config, "0005")
    problem = {
        "slots": [{}, {"session": 1}],
        "places": [{"id": 1, "open": [1]}],
        "participants": [{"id": 1, "available": [0, 1]}],
        "candidates": [{"id": 1, "people": [1], "slots": [0]}],
        "pins": [{"candidate": 1, "slot": 1}],
    }
    plan = {"meetings": [{"candidate": 1, "slot": 1, "place": 1, "attendees": [1]}]}
    with psycopg.connect(empty_url) as database:
        database.execute(
            "INSERT INTO events (slug, name, time_zone, languages, colour, themes)"
            " VALUES ('e', 'E', 'UTC', '{}', '#000000', '{}')"
        )
        database.execute("INSERT INTO event_sessions (event_id, name, position) SELECT id, 'S', 0 FROM events")
        for hour, position in ((10, 1), (14, 2), (9, 0)):
            database.execute(
                "INSERT INTO slots (event_id, session_id, position, starts, ends) SELECT event_id, id, %s,"
                " make_timestamptz(2026, 12, 8, %s, 0, 0), make_timestamptz(2026, 12, 8, %s, 20, 0)"
                " FROM event_sessions",
                (position, hour, hour),
            )
        database.execute(
            "INSERT INTO schedules (event_id, version, state, options, progress, goals, measures, cancelled,"
            " problem, plan)"
            " SELECT id, 1, 'running', '{}', '{}', '[]', '{}', false, %s, %s FROM events",
            (Jsonb(problem), Jsonb(plan)),
        )
    stored = "SELECT problem, plan FROM schedules"
    alembic.command.upgrade(config, "0006")
    with psycopg.connect(empty_url) as database:
        after = database.execute(stored).fetchone()
    assert after == (
        {
            "slots": [{"id": 1}, {"id": 2, "session": 1}],
            "places": [{"id": 1, "open": [2]}],
            "participants": [{"id": 1, "available": [1, 2]}],
            "candidates": [{"id": 1, "people": [1], "slots": [1]}],
            "pins": [{"candidate": 1, "slot": 2}],
        },
        {"meetings": [{"candidate": 1, "slot": 2, "place": 1, "attendees": [1]}]},
    )
    alembic.command.downgrade(config, "0005")
    with psycopg.connect(empty_url) as database:
        assert database.execute(stored).fetchone() == (problem, plan)


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


def test_texts_of_before_are_for_nobody_in_particular_and_only_known_kinds_are_stored(empty_url: str) -> None:
    config = alembic_config(empty_url)
    alembic.command.upgrade(config, "0013")
    with psycopg.connect(empty_url, autocommit=True) as database:
        database.execute("SET session_replication_role = replica")  # rows without those that they refer to
        database.execute("INSERT INTO offers (participant_id, position, text) VALUES (1, 0, 'A test')")
        database.execute("INSERT INTO needs (participant_id, position, text) VALUES (1, 0, 'A site')")
        migrate(empty_url)
        for table in ("offers", "needs"):
            name = sql.Identifier(table)
            found = database.execute(sql.SQL("SELECT audience, kind FROM {}").format(name)).fetchall()
            assert found == [([], None)]
            for kind in StatementKind:
                database.execute(sql.SQL("UPDATE {} SET kind = %s").format(name), [kind.value])
            with pytest.raises(psycopg.errors.CheckViolation):
                database.execute(sql.SQL("UPDATE {} SET kind = 'friendship'").format(name))
        alembic.command.downgrade(config, "0013")
        assert database.execute("SELECT text FROM needs").fetchall() == [("A site",)]
