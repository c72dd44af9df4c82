"""How alarms reach those who may be on duty: chat, alarm URLs, and whether a test alarm was ever confirmed."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from bot.addresses import store as addresses_store
from bot.duty import store as duty_store
from bot.engine.alarm_tests import unproven
from bot.engine.duty_rotas import load_duty, load_rotas
from bot.engine.telling import pick
from bot.people import store as people_store
from bot.people.model import Person, RoleKind

REMINDED = (RoleKind.OFFICE, RoleKind.COUNSELLOR)
"""Roles that are asked to try, when they have alarm URLs; whoever is on a rota is asked anyway."""


def on_rotas(conn: Connection) -> list[Person]:
    """Return everybody present whom a rota or a stand-in names, by number."""
    staff = load_rotas(conn).staff
    return [staff[number] for number in sorted(staff)]


def to_remind(conn: Connection) -> list[tuple[Person, bool]]:
    """Return who should try a test alarm, and whether alarm URLs would ring then.

    That is everybody on a rota, and those of the office and the counsellors who have alarm URLs, as long as no test
    alarm of theirs was confirmed (by its link, when there are URLs).
    """
    waking = set(addresses_store.waking(conn))
    people = {person.id: person for person in on_rotas(conn)} if load_duty(conn).rotas else {}
    people |= {
        person.id: person
        for person in people_store.by_ids(conn, waking).values()
        if person.has_role(*REMINDED) and person.absent_at is None and person.left_at is None
    }
    return [(person, person.id in waking) for person in unproven(conn, people.values(), waking)]


def reach_shown(conn: Connection, people: Iterable[Person]) -> list[dict[str, Any]]:
    """Return for each of some people how an alarm reaches them, as plain values for the page."""
    people = list(people)
    ids = [person.id for person in people]
    chats = addresses_store.working_of(conn, ids)
    waking = set(addresses_store.waking(conn))
    open_ones = {person.id for person in unproven(conn, people, waking)}
    newest: dict[int, datetime] = duty_store.confirmed_at(conn, ids)
    shown = []
    for person in people:
        chat = pick(chats.get(person.id, []))
        shown.append(
            {
                "number": person.number,
                "name": person.name,
                "chat": chat.channel if chat else "",
                "rings": person.id in waking,
                "confirmed_at": newest.get(person.id),
                "is_proven": person.id not in open_ones,
            }
        )
    return shown
