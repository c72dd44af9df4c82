"""Who is on duty for a student now, and who is on each rota now and next. Alarms, pages and the command ask here."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection

from bot.duty.rules import Standing, covering, standing, who_at
from bot.engine.duty_rotas import Rotas, load_rotas, scopes_at
from bot.engine.facts import facts_of_people
from bot.engine.person_facts import PersonFacts
from bot.local_time import local_date
from bot.people import store as people_store
from bot.people.model import Person
from bot.trips.rules import current

__all__ = ["on_duty", "who_next"]


def on_duty(conn: Connection, students: Sequence[Person], now: datetime) -> dict[int, tuple[int, ...]]:
    """Return the person ids on duty now for each student, by her id; empty: nobody is.

    The rotas that are meant most closely for her are asked first; when they have nobody, the wider ones. Where she is
    now counts, else the trip that comes next.
    """
    rotas = load_rotas(conn)
    if not rotas.rotas:
        return {student.id: () for student in students}
    paths = people_store.unit_paths(conn)
    facts = facts_of_people(conn, {student.id: student for student in students})
    on_now = {rota.name: who_at(rota, now) for rota in rotas.rotas}
    return {
        student.id: _first(rotas, on_now, paths.get(student.unit_id or 0, ""), country_of(facts[student.id], now))
        for student in students
    }


def who_next(conn: Connection, now: datetime) -> list[tuple[Standing, Person | None, Person | None]]:
    """Return each rota as it stands at an instant, with who is on and who comes next as people.

    Somebody who is named there but not present is None, like nobody.
    """
    rotas = load_rotas(conn)
    found = [standing(rota, now) for rota in rotas.rotas]
    return [(one, rotas.staff.get(one.on or ""), rotas.staff.get(one.then or "")) for one in found]


def country_of(facts: PersonFacts, now: datetime) -> str:
    """Return the country that counts for duty: where she is, before the trip where she is going; "" when none does."""
    trip = current(facts.trips, local_date(now, facts.home_zone))
    is_ahead = trip is not None and local_date(now, trip.zone) < trip.departs
    return trip.country if trip is not None and is_ahead else facts.place_now(now).country


def _first(rotas: Rotas, on_now: dict[str, str | None], unit_path: str, country: str) -> tuple[int, ...]:
    for level in covering(rotas.rotas, scopes_at(unit_path, [country])):
        numbers = dict.fromkeys(on_now[rota.name] or "" for rota in level)
        if found := tuple(rotas.staff[number].id for number in numbers if number in rotas.staff):
            return found
    return ()
