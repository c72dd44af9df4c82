"""Engines that would compile the same share what was compiled; a sealed column keeps the keys of its own engine."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Column, CursorResult, Integer, MetaData, Table

from bot.schema import Sealed
from bot.sealed import Keyring, SealError
from bot.storage.engine import connected_to_write, make_engine, parse_url

notes = Table("notes", MetaData(), Column("id", Integer, primary_key=True), Column("text", Sealed()))


@contextmanager
def written(file: Path, key: str) -> Iterator[CursorResult[Any]]:
    """Write a note and read all of them."""
    engine = make_engine(parse_url(f"sqlite:///{file}"), Keyring([key]))
    notes.metadata.create_all(engine, [notes])
    with connected_to_write(engine) as conn:
        conn.execute(notes.insert().values(text="well"))
        conn.commit()
        yield conn.execute(notes.select().with_only_columns(notes.c.text))
    engine.dispose()


def test_the_same_statement_is_compiled_once_for_each_key(tmp_path: Path) -> None:
    first, second = Keyring.new_key(), Keyring.new_key()
    assert first != second
    with (
        written(tmp_path / "a.db", first) as one,
        written(tmp_path / "b.db", first) as two,
        written(tmp_path / "c.db", second) as three,
    ):
        assert one.context.compiled is two.context.compiled
        assert one.context.compiled is not three.context.compiled
        assert [list(result.scalars()) for result in (one, two, three)] == [["well"]] * 3


def test_whoever_has_another_key_opens_nothing(tmp_path: Path) -> None:
    with written(tmp_path / "a.db", Keyring.new_key()):
        pass
    with written(tmp_path / "a.db", Keyring.new_key()) as both, pytest.raises(SealError):
        both.scalars().all()
