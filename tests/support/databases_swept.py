"""Takes a PostgreSQL database back to the rows it was made with, and tells whether anything else has changed in it."""

import itertools
from dataclasses import dataclass
from typing import Any

from psycopg import Connection

_CATALOGUE = (
    *("pg_class", "pg_attribute", "pg_attrdef", "pg_constraint", "pg_index", "pg_type", "pg_proc", "pg_trigger"),
    *("pg_rewrite", "pg_policy", "pg_namespace", "pg_extension", "pg_event_trigger", "pg_db_role_setting"),
)
"""Where PostgreSQL writes down what a database consists of. Whoever changes a row writes it anew in a transaction of
his own, so that the number of rows and the youngest transaction say whether anything was changed."""
_ANALYSED = "(SELECT count(*) FROM pg_statistic WHERE starelid >= 16384)"  # 16384: the first that is not its own
_UNUSED = "NOT EXISTS (SELECT FROM pg_sequence WHERE pg_sequence_last_value(seqrelid) IS NOT NULL)"


@dataclass(frozen=True)
class Swept:
    """A database as it stands before a test has it."""

    held: frozenset[str]
    """The tables that have had rows from the beginning; theirs stay."""
    standing: tuple[Any, ...]


def swept(conn: Connection[Any]) -> Swept:
    """Look at a database that was just copied; no sequence may have been used in it."""
    assert _one(conn, f"SELECT {_UNUSED}") == (True,)
    held = frozenset(_with_rows(conn, _tables(conn)))
    return Swept(held, _standing(conn, held))


def sweep(conn: Connection[Any], before: Swept) -> Swept | None:
    """Delete the rows of a test and return the database as it stands then; None when more than rows has changed."""
    if _standing(conn, before.held) != before.standing:
        return None
    full = _with_rows(conn, [name for name in _tables(conn) if name not in before.held])
    if full:
        conn.execute("SET session_replication_role = replica")  # follows no keys
        conn.execute("; ".join(f"DELETE FROM {name}" for name in full).encode())  # noqa: S608 - its own names
        # Dead rows would still lie between those that come.
        conn.execute(f"VACUUM (SKIP_DATABASE_STATS) {', '.join(full)}".encode())
    conn.execute(
        "SELECT pg_clear_relation_stats('public', relname) FROM pg_class"
        " WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'i') AND reltuples <> -1"
    )
    conn.execute(
        "SELECT setval(seqrelid::regclass, seqstart, false) FROM pg_sequence"
        " WHERE pg_sequence_last_value(seqrelid) IS NOT NULL"
    )
    return Swept(before.held, _standing(conn, before.held))


def _standing(conn: Connection[Any], held: frozenset[str]) -> tuple[Any, ...]:
    looked = "(SELECT concat(count(*), ' ', max(xmin::text::bigint)) FROM {})"
    return _one(conn, f"SELECT {', '.join(map(looked.format, (*_CATALOGUE, *sorted(held))))}, {_ANALYSED}")


def _tables(conn: Connection[Any]) -> list[str]:
    """Return the names of all tables, quoted."""
    query = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
    return [name for (name,) in conn.execute(query).fetchall()]


def _with_rows(conn: Connection[Any], names: list[str]) -> list[str]:
    each = itertools.starmap("SELECT {} WHERE EXISTS (SELECT FROM {})".format, enumerate(names))
    return [names[number] for (number,) in conn.execute(" UNION ALL ".join(each).encode()).fetchall()]


def _one(conn: Connection[Any], query: str) -> tuple[Any, ...]:
    (row,) = conn.execute(query.encode()).fetchall()
    return tuple(row)
