"""Sets one poisoned row aside while its neighbours go on."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import InterfaceError, OperationalError

T = TypeVar("T")


def bisect(
    conn: Connection,
    rows: Sequence[T],
    apply: Callable[[Sequence[T]], None],
    set_aside: Callable[[T, Exception], None],
) -> None:
    """Apply something to all rows in a savepoint; when it fails, to each half; a single row that fails is set aside."""
    if not rows:
        return
    try:
        with conn.begin_nested():
            apply(rows)
    except (InterfaceError, OperationalError):
        raise  # the database is away or two transactions met: no row's fault, and the next ring tries all again
    except Exception as error:  # noqa: BLE001 - whatever one row does must not hold up the others
        if len(rows) == 1:
            set_aside(rows[0], error)
            return
        half = len(rows) // 2
        bisect(conn, rows[:half], apply, set_aside)
        bisect(conn, rows[half:], apply, set_aside)
