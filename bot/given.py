"""Values that differ from id to id, as one parameter: a statement reads them like a table and is run once for all.

A statement for each group of alike ids costs more than the rows of the group. They travel as JSON, one object for
each group: its `ids`, and its values by name.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Dialect, Text, and_, bindparam, column
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ColumnClause
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.sql.selectable import TableValuedAlias
from sqlalchemy.types import NullType, TypeDecorator, TypeEngine

from bot.listed import listed_as

Group = tuple[Sequence[int], Mapping[str, Any]]
"""Ids, and what is given for each of them, by name."""


class _Groups(TypeDecorator[Sequence[Group]]):
    impl = Text
    cache_ok = True

    def __init__(self, types: tuple[tuple[str, TypeEngine[Any]], ...]) -> None:
        super().__init__()
        self.types = types

    def process_bind_param(self, value: Sequence[Group] | None, dialect: Dialect) -> str:
        """Write each value as its column would store it."""
        types = [(name, kind.dialect_impl(dialect).bind_processor(dialect)) for name, kind in self.types]
        rows = []
        for ids, values in value or ():
            row: dict[str, Any] = {"ids": list(ids)}
            for name, process in types:
                one = values.get(name)
                row[name] = one if one is None or process is None else process(one)
            rows.append(row)
        return json.dumps(rows, default=str)


class _Given(FunctionElement[Any]):
    inherit_cache = True
    name = "given"

    def __init__(self, parameter: ColumnElement[Any], columns: Sequence[ColumnClause[Any]]) -> None:
        super().__init__(parameter, *columns)


@compiles(_Given)
def _from_json(element: _Given, compiler: SQLCompiler, **options: Any) -> str:
    parameter, *columns = element.clauses
    names = [compiler.preparer.quote(one.name) for one in columns]
    rows = compiler.process(parameter, **options)
    fields = "".join(f", value ->> '{name}' AS {name}" for name in names)
    # Limited by nothing: so it is read once for each group, and not for each id.
    one = f"(SELECT value -> 'ids' AS ids{fields} FROM json_each({rows}) LIMIT -1)"  # noqa: S608 - names of ours and a parameter
    fields = "".join(f", one.{name}" for name in names)
    return f"(SELECT each.value AS id{fields} FROM {one} AS one, json_each(one.ids) AS each)"  # noqa: S608 - as above


@compiles(_Given, "postgresql")
def _from_record(element: _Given, compiler: SQLCompiler, **options: Any) -> str:
    parameter, *columns = element.clauses
    names = [compiler.preparer.quote(one.name) for one in columns]
    kinds = [one.type.compile(compiler.dialect) for one in columns]
    typed = "".join(f", {name} {kind}" for name, kind in zip(names, kinds, strict=True))
    fields = "".join(f", one.{name}" for name in names)
    rows = f"json_to_recordset(CAST({compiler.process(parameter, **options)} AS json))"
    return f"(SELECT each.id{fields} FROM {rows} AS one(ids BIGINT[]{typed}), unnest(one.ids) AS each(id))"  # noqa: S608 - as above


class _Narrowed(FunctionElement[Any]):
    type = NullType()
    inherit_cache = True


@compiles(_Narrowed)
def _not_at_all(_element: _Narrowed, _compiler: SQLCompiler, **_options: Any) -> str:
    return "1"


@compiles(_Narrowed, "postgresql")
def _as_it_is(element: _Narrowed, compiler: SQLCompiler, **options: Any) -> str:
    return compiler.process(element.clauses, **options)


def given(name: str, /, **columns: TypeEngine[Any]) -> TableValuedAlias:
    """Return the table of ids and values that an execution gives as a sequence of `Group` under this name."""
    values: list[ColumnClause[Any]] = [column(each, kind) for each, kind in columns.items()]
    parameter = bindparam(name, type_=_Groups(tuple(columns.items())))
    return _Given(parameter, values).table_valued(column("id", BigInteger), *values, name=f"given_{name}")


def given_to(column_of_ids: ColumnElement[Any], table: TableValuedAlias) -> ColumnElement[bool]:
    """Return the condition that joins a table to what is `given`; `parameters` fills it in.

    PostgreSQL cannot tell how many ids there will be, and would rather read a whole table than look up a thousand: it
    gets them once more, as a list. SQLite would look through what is given for each id of such a list.
    """
    return and_(column_of_ids == table.c.id, _Narrowed(listed_as(column_of_ids, f"{table.name}_ids")))


def parameters(name: str, groups: Sequence[Group]) -> dict[str, Any]:
    """Return the parameters of a statement with `given(name)` and `given_to`."""
    return {name: groups, f"given_{name}_ids": ids_of(groups)}


def ids_of(groups: Sequence[Group]) -> list[int]:
    """Return the ids of all groups."""
    return sorted(one for ids, _ in groups for one in ids)
