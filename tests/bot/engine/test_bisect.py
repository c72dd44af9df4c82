"""One poisoned row is set aside; a database that is away is nobody's fault."""

from collections.abc import Sequence

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from bot.engine.bisect import bisect
from tests.support.school import School


def test_the_poisoned_one_is_set_aside_and_all_others_go_on(school: School) -> None:
    done: list[int] = []
    aside: list[int] = []

    def apply(rows: Sequence[int]) -> None:
        if 7 in rows:
            raise ValueError("poison")
        done.extend(rows)

    school.do(lambda conn: bisect(conn, range(20), apply, lambda row, _error: aside.append(row)))
    assert sorted(done) == [n for n in range(20) if n != 7]
    assert aside == [7]


def test_a_database_that_fails_sets_nobody_aside(school: School) -> None:
    aside: list[int] = []

    def apply(_rows: Sequence[int]) -> None:
        raise OperationalError("SELECT", {}, Exception("deadlock detected"))

    with pytest.raises(OperationalError):
        school.do(lambda conn: bisect(conn, [1, 2], apply, lambda row, _error: aside.append(row)))
    assert aside == []
    assert school.db.read(lambda conn: conn.execute(text("SELECT 1")).scalar()) == 1
