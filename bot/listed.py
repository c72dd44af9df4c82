"""Lists of ids as one value: `column IN (these)` with the whole list as one parameter, and a group's ids as one list.

For statements that work on batches: an IN of 200 parameters costs more than what it finds, and so do 200 rows that
Python puts in groups. SQLite reads and writes such a list as JSON, PostgreSQL as an array.
"""

import json
from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, bindparam, literal
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine


class _Ids(TypeDecorator[Sequence[int]]):
    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Return an array where the database has one."""
        return dialect.type_descriptor(ARRAY(BigInteger()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: Sequence[int] | None, dialect: Dialect) -> Any:
        """Write the list as JSON for SQLite."""
        ids = list(value or ())
        return ids if dialect.name == "postgresql" else json.dumps(ids)

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Read the JSON of SQLite."""
        return value if value is None or dialect.name == "postgresql" else json.loads(value)


class _Listed(FunctionElement[Any]):
    type = NullType()  # of a boolean SQLAlchemy writes "= 1" behind it, and then SQLite uses no index
    inherit_cache = True


class _Gathered(FunctionElement[Any]):
    type = _Ids()
    inherit_cache = True


@compiles(_Listed)
def _in_json(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608 - a name of ours and a parameter


@compiles(_Listed, "postgresql")
def _in_array(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} = ANY({ids}))"


@compiles(_Gathered)
def _as_json(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"json_group_array({compiler.process(element.clauses, **options)})"


@compiles(_Gathered, "postgresql")
def _as_array(element: _Gathered, compiler: SQLCompiler, **options: Any) -> str:
    return f"array_agg({compiler.process(element.clauses, **options)})"


def listed(column: ColumnElement[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a column of ids is among these; an empty list holds none."""
    return _Listed(column, bindparam(None, list(ids), type_=_Ids(), unique=True))


def listed_as(column: ColumnElement[Any], name: str) -> ColumnElement[bool]:
    """Return the same condition for a statement that is kept: the ids come with each execution, under this name."""
    return _Listed(column, bindparam(name, type_=_Ids()))


def among(column: ColumnElement[Any], values: Iterable[Any]) -> ColumnElement[bool]:
    """Return the condition that a column is one of these few, for a statement that is kept.

    Each value is a parameter of its own from the beginning; a plain `in_` writes its list anew at each execution.
    """
    return column.in_([literal(value, column.type) for value in values])


def gathered(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """Return the aggregate that makes one list of a group's ids, in no particular order."""
    return _Gathered(column)
