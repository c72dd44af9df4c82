"""A short crash test on both databases: ten kills each; `make crash` runs the long one and prints what it counted."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.crash.rounds import Plan, crash

SHORT = Plan(kills=10, seed=20261120)


def _prove(folder: Path, url: str, plan: Plan = SHORT) -> None:
    tally = crash(folder, url, plan)
    assert tally.broken() == []
    assert tally.questions >= SHORT.students
    assert min(tally.answers, tally.alarms, tally.in_flight) > 0  # else it has proven nothing


@pytest.mark.timeout(300)
def test_nothing_is_lost_on_sqlite(tmp_path: Path) -> None:
    _prove(tmp_path, f"sqlite:///{tmp_path / 'crash.db'}")


@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_nothing_is_lost_on_postgresql(tmp_path: Path, fresh_pg_url: str) -> None:
    _prove(tmp_path, fresh_pg_url)


@pytest.mark.postgres
@pytest.mark.timeout(300)
def test_nothing_is_lost_when_one_of_two_services_on_one_postgresql_is_killed(
    tmp_path: Path, fresh_pg_url: str
) -> None:
    _prove(tmp_path, fresh_pg_url, replace(SHORT, processes=2))
