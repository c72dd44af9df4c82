"""An invented roster: plausible, and the same again for the same seed."""

from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from bot.addresses.store import addresses
from bot.local_time import zone
from bot.people.store import people, roles
from bot.settings_channels import Channels
from bot.simulation.roster import invent
from bot.trips.store import trips
from tests.fakes.ground import open_ground

NOW = datetime(2026, 11, 20, tzinfo=UTC)


def made(folder: Path, students: int, seed: int = 1) -> dict[str, list[dict[str, Any]]]:
    folder.mkdir()
    database = open_ground(folder)
    try:
        database.write(lambda conn: invent(conn, students, seed, NOW))
        return database.read(
            lambda conn: {table.name: _rows(conn, table) for table in (people, roles, trips, addresses)}
        )
    finally:
        database.close()


def _rows(conn: Connection, table: Table) -> list[dict[str, Any]]:
    return [dict(row) for row in conn.execute(select(table).order_by(table.c.id)).mappings()]


def test_the_same_seed_makes_the_same_roster(tmp_path: Path) -> None:
    assert made(tmp_path / "a", 90) == made(tmp_path / "b", 90)
    assert made(tmp_path / "c", 90, seed=2) != made(tmp_path / "d", 90)


def test_a_student_is_the_same_in_a_larger_roster(tmp_path: Path) -> None:
    small, large = (made(tmp_path / str(count), count) for count in (20, 200))
    keys = ("city", "country", "zone", "departs", "returns", "type")
    trips_of = [{row["key"]: [row[key] for key in keys] for row in roster["trips"]} for roster in (small, large)]
    assert trips_of[0].items() <= trips_of[1].items()


def test_it_is_plausible(tmp_path: Path) -> None:
    roster = made(tmp_path / "a", 600)
    kinds = Counter(row["kind"] for row in roster["roles"])
    assert kinds == {"student": 600, "counsellor": 20, "office": 1}
    per_counsellor = Counter(row["counsellor_id"] for row in roster["people"] if row["counsellor_id"] is not None)
    assert set(per_counsellor.values()) == {30}
    assert len({row["country"] for row in roster["trips"]}) > 12
    assert all(zone(row["zone"]) for row in roster["trips"])
    lengths = [(row["returns"] - row["departs"]).days for row in roster["trips"]]
    assert min(lengths) >= 3
    assert 0.07 < sum(days < 14 for days in lengths) / 600 < 0.17
    assert 0.6 < sum(row["departs"] <= NOW.date() <= row["returns"] for row in roster["trips"]) / 600 < 0.95
    students = [row["id"] for row in roster["people"] if row["counsellor_id"] is not None]
    reached = Counter(row["person_id"] for row in roster["addresses"])
    assert 0 < sum(person not in reached for person in students) < 30
    assert {row["channel"] for row in roster["addresses"]} == set(Channels.model_fields)
