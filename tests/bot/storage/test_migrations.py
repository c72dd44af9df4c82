"""The migrations make exactly the tables that the stores name, on both databases, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, inspect, text
from sqlalchemy.exc import IntegrityError

from bot.outbox.model import Priority
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables
from bot.storage.engine import make_engine, parse_url
from bot.storage.migrate import Standing, changing_tables, config, migrate, newest, standing

assert tables.__all__


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    url = f"sqlite:///{tmp_path}/migrated.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    made = make_engine(parse_url(url), Keyring([Keyring.new_key()]))
    yield made
    made.dispose()


def indexes(engine: Engine) -> dict[str, str]:
    """Every index with its definition, its WHERE included, as the database itself tells it."""
    query = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if engine.dialect.name == "sqlite"
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with engine.connect() as conn:
        found = {name: " ".join(sql.split()) for name, sql in conn.execute(text(query)).all()}
    return {name: sql for name, sql in found.items() if "alembic" not in name}


def test_they_make_what_the_tables_say(engine: Engine) -> None:
    assert standing(engine) is Standing.EMPTY
    migrate(engine)
    assert standing(engine) is Standing.CURRENT
    with engine.connect() as conn:
        assert compare_metadata(MigrationContext.configure(conn, opts={"compare_type": True}), metadata) == []


def test_partial_indexes_are_the_same_as_those_of_the_tables(engine: Engine) -> None:
    migrate(engine)
    migrated = indexes(engine)
    with engine.begin() as conn:
        command.downgrade(_on(conn), "base")
        metadata.create_all(conn)
    assert migrated == indexes(engine)
    assert "WHERE" in migrated["ix_prompts_next_at"]
    assert "UNIQUE" in migrated["uq_cases_unresolved"]


BEFORE = """
INSERT INTO people (id, number, name, language, zone, created_at)
    VALUES (1, 'S1', 'x', 'zh', 'UTC', '2026-09-01 00:00:00'), (2, 'C1', 'x', 'zh', 'UTC', '2026-09-01 00:00:00');
INSERT INTO roles (person_id, kind) VALUES (1, 'student');
INSERT INTO addresses (person_id, channel, account, external_id, state, position)
    VALUES (1, 'telegram', 'bot', '7', 'working', 0);
INSERT INTO cases (id, person_id, reason, state, opened_at, next_at, round, acknowledged_by, acknowledged_at)
    VALUES (1, 1, 'urgent', 'open', '2026-09-01 00:00:00', '2026-09-01 00:00:00', 3, NULL, NULL),
    (2, 1, 'missed', 'acknowledged', '2026-09-01 00:00:00', NULL, 1, 2, '2026-09-01 00:00:00');
INSERT INTO case_alarms (case_id, person_id, first_at, last_at)
    VALUES (1, 2, '2026-09-01 00:00:00', '2026-09-01 00:00:00');
INSERT INTO outbox (id, key, kind, person_id, case_id, template, priority, state, tries, created_at, next_try_at)
    VALUES (1, 'k', 'alarm', 2, 1, 'staff/case_urgent', 0, 'waiting', 0, '2026-09-01 00:00:00', '2026-09-01 00:00:00'),
    (2, 'q', 'question', 1, NULL, 'checkin/question', 2, 'waiting', 0, '2026-09-01 00:00:00', '2026-09-01 00:00:00'),
    (3, 'r', 'reply', 1, NULL, 'help/shown', 1, 'waiting', 0, '2026-09-01 00:00:00', '2026-09-01 00:00:00');
INSERT INTO attempts (outbox_id, body, epoch, started_at) VALUES (1, 'x', 1, '2026-09-01 00:00:00');
INSERT INTO notes (person_id, kind, case_id, body, at) VALUES (1, 'note', 1, 'x', '2026-09-01 00:00:00')
"""
"""A little of everything that a table which is made anew might take along, as revision 0001 has it."""


@pytest.fixture
def older(engine: Engine) -> Engine:
    """A database of revision 0001 with rows."""
    with changing_tables(engine) as conn:
        command.upgrade(_on(conn), "0001")
        for line in BEFORE.split(";"):
            conn.exec_driver_sql(line)
    return engine


def test_no_row_is_lost(older: Engine) -> None:
    tables_with_rows = [line.split()[2] for line in BEFORE.split(";")]
    query = text(" UNION ALL ".join(f"SELECT '{name}', count(*) FROM {name}" for name in tables_with_rows))  # noqa: S608
    with older.connect() as conn:
        before = conn.execute(query).all()
    migrate(older)
    with older.connect() as conn:
        assert conn.execute(query).all() == before


def test_a_case_that_somebody_had_taken_comes_up_again(older: Engine) -> None:
    """Before 0002 an acknowledgement held for ever."""
    migrate(older)
    with older.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM cases WHERE next_at IS NULL")).scalar_one() == 0


def test_what_waits_keeps_its_place_beside_the_new_priority_of_roll_calls(older: Engine) -> None:
    migrate(older)
    with older.connect() as conn:
        found = list(conn.execute(text("SELECT priority FROM outbox ORDER BY id")).scalars())
    assert found == [Priority.ALARM, Priority.PROMPT, Priority.REPLY]


def test_rows_that_point_at_nothing_are_refused_and_foreign_keys_hold_afterwards(engine: Engine) -> None:
    migrate(engine)
    alone = "INSERT INTO branch_members (person_id, branch_id) VALUES (7, 7)"
    with pytest.raises(IntegrityError), changing_tables(engine) as conn:
        conn.exec_driver_sql(alone)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM branch_members")).scalar_one() == 0
    with pytest.raises(IntegrityError), engine.begin() as conn:
        conn.exec_driver_sql(alone)


def _on(conn: Connection) -> Config:
    alembic = config()
    alembic.attributes["connection"] = conn
    return alembic


def test_migrating_twice_changes_nothing_and_undoing_leaves_nothing(engine: Engine) -> None:
    migrate(engine)
    migrate(engine)
    with engine.begin() as conn:
        command.downgrade(_on(conn), "base")
    assert set(inspect(engine).get_table_names()) == {"alembic_version"}


def test_there_is_one_head_and_its_file_says_so() -> None:
    assert ScriptDirectory.from_config(config()).get_heads() == [newest()]


def test_what_is_older_or_newer_is_told_apart(engine: Engine) -> None:
    with engine.begin() as conn:
        command.upgrade(_on(conn), "0041")
    assert standing(engine) is Standing.OLDER
    with engine.begin() as conn:
        conn.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    assert standing(engine) is Standing.NEWER
