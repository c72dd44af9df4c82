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

from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables
from bot.storage.engine import make_engine, parse_url
from bot.storage.migrate import Standing, config, migrate, standing

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


def test_there_is_one_head() -> None:
    assert len(ScriptDirectory.from_config(config()).get_heads()) == 1
