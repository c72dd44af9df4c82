"""What chat templates may say about people, prompts and cases, gathered for `compose` and for the answer page.

Instants are UTC and are written in the reader's zone by the templates' filters. Nothing here is ever logged.
"""

from datetime import datetime
from functools import partial
from typing import Any

from sqlalchemy import Connection

from bot.cases.model import Case
from bot.engine.facts import facts_of_people
from bot.engine.person_facts import PersonFacts
from bot.engine.who_helps import load_helpers
from bot.local_time import local_date
from bot.people import store as people_store
from bot.people.model import CARE_ROLES, Person, RoleKind
from bot.places.emergency import CONSULAR_HOTLINE, emergency_numbers, line_to_dial
from bot.prompts.model import Prompt, ShareWith
from bot.settings import Settings
from bot.trips.rules import current


def facts_of(conn: Connection, person: Person) -> PersonFacts:
    """Return what planning knows of one person."""
    return facts_of_people(conn, {person.id: person})[person.id]


def reader_zone(person: Person, facts: PersonFacts, now: datetime) -> str:
    """Return the zone in which a person reads times: a student's local one, or the one that staff named."""
    if person.has_role(RoleKind.STUDENT):
        return facts.zone_now(now)
    return person.zone


def of_reader(
    conn: Connection, person: Person, settings: Settings, now: datetime, facts: PersonFacts | None = None
) -> dict[str, Any]:
    """Return what every template may say to its reader; her facts are loaded unless they are given."""
    facts = facts or facts_of(conn, person)
    return {
        "name": person.name,
        "is_student": person.has_role(RoleKind.STUDENT),
        # Who does not look after students hears nothing of how they are, and is promised nothing of it either.
        "cares": person.has_role(*CARE_ROLES),
        "now": now,
        "zone": reader_zone(person, facts, now),
        # Called by the few templates that offer whom to tell; all others need not look.
        "may_know": partial(may_know, conn, person),
        "stands_in": partial(stands_in, conn, person),
        "service_url": settings.service.url,
        "positions_hours": settings.retention.positions_hours,
    } | of_emergency(facts.place_now(now).country, person.language, settings)


def of_emergency(country: str | None, language: str, settings: Settings) -> dict[str, Any]:
    """Return whom to dial in a country ("" or None: anywhere), and what the school gave to call."""
    numbers = emergency_numbers(country) if country else None
    contacts = settings.contacts
    return {
        "dial": line_to_dial(country, language if language in {"zh", "en"} else "zh"),
        "dial_first": (numbers.general or numbers.police) if numbers else "",
        "hotline": CONSULAR_HOTLINE,
        "support_contact": contacts.support,
        "duty_phone": contacts.duty_phone,
        "embassy": contacts.embassy,
        "insurer": contacts.insurer,
    }


def may_know(conn: Connection, person: Person) -> list[str]:
    """Return who can be told of a hard week of hers, the one that goes on first; "nobody" is always the last."""
    helpers = load_helpers(conn, [person])
    left_out = {ShareWith.COUNSELLOR, ShareWith.STAND_IN} if person.skips_counsellor else set()
    if helpers.for_hard(person, ShareWith.STAND_IN):
        left_out.add(ShareWith.COUNSELLOR)  # whoever is away is not offered
    return [
        whom.value
        for whom in ShareWith
        if whom is ShareWith.NOBODY or (whom not in left_out and helpers.for_hard(person, whom))
    ]


def stands_in(conn: Connection, person: Person) -> str:
    """Return the name of who looks after her in place of her counsellor now, as it may stand on a button; else ""."""
    found = people_store.by_id(conn, person.stand_in_id) if person.stand_in_id is not None else None
    return " ".join(found.name.translate({ord("["): "(", ord("]"): ")"}).split()) if found else ""


def of_prompt(prompt: Prompt) -> dict[str, Any]:
    """Return what templates may say about a prompt."""
    return {
        "prompt": prompt.id,
        "item": prompt.item,
        "kind": prompt.kind,
        "opens_at": prompt.opens_at,
        "asked_at": prompt.asked_at,
        "prompt_zone": prompt.zone,
    }


def of_case(conn: Connection, case: Case) -> dict[str, Any]:
    """Return what templates may say about a case, and who has taken it."""
    taker = people_store.by_id(conn, case.acknowledged_by) if case.acknowledged_by else None
    return {
        "case": case.id,
        "case_reason": case.reason.value,
        "case_round": case.round,
        "opened_at": case.opened_at,
        "taken_by": taker.name if taker else "",
        "taken_by_phone": (taker.phone or "") if taker else "",
    }


def of_student(conn: Connection, person_id: int, settings: Settings, now: datetime) -> dict[str, Any]:
    """Return what an alarm tells staff about a student; LookupError when there is no such person."""
    person = people_store.by_id(conn, person_id)
    if person is None:
        raise LookupError(f"there is no person {person_id}")
    facts = facts_of(conn, person)
    place = facts.place_now(now)
    trip = facts.abroad(now)
    known = trip or current(facts.trips, local_date(now, place.zone))
    url = f"{settings.service.url}/console/people/{person.number}"
    return {
        "name": person.name,
        "number": person.number,
        "unit": people_store.unit_paths(conn).get(person.unit_id or 0, ""),
        "zone": place.zone,
        "city": place.city,
        "country": place.country,
        "host": known.host if known else "",
        "phone": person.phone or "",
        "email": person.email or "",
        "url": url,
        # A platform may refuse a message whose button opens something that is not https.
        "can_open": url.startswith("https://"),
    }
