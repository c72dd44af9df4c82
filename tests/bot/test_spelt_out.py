"""Constants that stand in a statement's own text."""

import pytest
from sqlalchemy import Column, DateTime, Dialect, Integer, MetaData, String, Table, bindparam, exists, select
from sqlalchemy.dialects import postgresql, sqlite

from bot.spelt_out import spelt_out

LETTERS = Table("letters", MetaData(), Column("id", Integer), Column("state", String), Column("at", DateTime))
QUERY = select(
    exists().where(LETTERS.c.state == "o'clock: 7%", LETTERS.c.id > 3, LETTERS.c.at <= bindparam("now")).label("any"),
    exists().where(LETTERS.c.state.in_(["new", "old"])).label("of_two"),
)


@pytest.mark.parametrize("dialect", [sqlite.dialect(), postgresql.dialect()])  # type: ignore[no-untyped-call]
def test_only_what_is_given_later_is_bound(dialect: Dialect) -> None:
    compiled = spelt_out(QUERY).compile(dialect=dialect)
    assert list(compiled.binds) == ["now"]
    assert "'o''clock: 7%" in str(compiled)
    assert "IN ('new', 'old')" in str(compiled)


def test_the_statement_itself_stays() -> None:
    before = str(QUERY)
    spelt_out(QUERY)
    assert str(QUERY) == before


def test_what_would_have_to_be_converted_is_refused() -> None:
    with pytest.raises(TypeError, match="float"):
        spelt_out(select(LETTERS.c.id).where(LETTERS.c.id > 1.5))
