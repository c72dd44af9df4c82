"""Statements with their constants written into them, instead of bound each time.

SQLite plans a statement anew whenever a value is bound that an index of some rows only is about (`state = 'waiting'`):
for one that asks much at once this takes many times what the answer takes. For statements that are kept.
"""

from typing import Any, TypeVar, cast

from sqlalchemy import BindParameter, ClauseElement, literal_column
from sqlalchemy.sql.visitors import replacement_traverse

E = TypeVar("E", bound=ClauseElement)


def spelt_out(statement: E) -> E:
    """Return the same statement with every text and number in it spelt out; what is named and given later stays."""
    spelt: Any = replacement_traverse(statement, {}, _spell)
    return cast("E", spelt)


def _spell(element: Any, **_: Any) -> Any:
    if not isinstance(element, BindParameter) or element.required:
        return None
    if element.expanding:
        return literal_column(f"({', '.join(_literal(value) for value in element.value or ())})")
    return literal_column(_literal(element.value), element.type)


def _literal(value: Any) -> str:
    if isinstance(value, str):
        return "'{}'".format(value.replace("'", "''"))
    if type(value) is int:
        return str(value)
    raise TypeError(f"a constant of kind {type(value).__name__} cannot be spelt out")
