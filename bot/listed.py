"""`column IN (these ids)` with the whole list as one parameter: an IN of 200 parameters costs more than what it finds.

For statements that work on batches. SQLite reads the list as JSON, PostgreSQL as an array.
"""

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, bindparam
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


class _Listed(FunctionElement[Any]):
    type = NullType()  # of a boolean SQLAlchemy writes "= 1" behind it, and then SQLite uses no index
    inherit_cache = True


@compiles(_Listed)
def _in_json(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} IN (SELECT value FROM json_each({ids})))"  # noqa: S608 - a name of ours and a parameter


@compiles(_Listed, "postgresql")
def _in_array(element: _Listed, compiler: SQLCompiler, **options: Any) -> str:
    column, ids = (compiler.process(part, **options) for part in element.clauses)
    return f"({column} = ANY({ids}))"


def listed(column: ColumnElement[Any], ids: Sequence[int]) -> ColumnElement[bool]:
    """Return the condition that a column of ids is among these; an empty list holds none."""
    return _Listed(column, bindparam(None, list(ids), type_=_Ids(), unique=True))
