"""When she lands: asked some days before departure, so that "have you arrived" comes at the right hour.

Nothing follows from silence: whoever tells nothing is asked on the day after departure. Also the link to the card that
she keeps for the time without a network.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from bot.engine.facts import load_facts
from bot.engine.person_facts import PersonFacts
from bot.engine.replanning import replan
from bot.engine.settled import settled
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.local_time import local_date, to_instant
from bot.people.model import Person
from bot.programmes.model import Anchor, Item, Kind
from bot.programmes.versions import Programmes
from bot.prompts import store as prompts_store
from bot.prompts.model import RUNNING, Prompt, State
from bot.prompts.store import prompts
from bot.settings import Settings
from bot.trips.landing import LATEST
from bot.trips.model import Trip
from bot.trips.store import trips

KIND = Kind.FLIGHT.value
CARD_FOR = timedelta(days=60)
_LANDS = f":{Anchor.LANDING.value}:"
"""Stands in the occasion of what is asked after a landing."""


def settle(conn: Connection, prompt_ids: Sequence[int], item: Item, now: datetime) -> list[int]:
    """End those of these due prompts whose answer is known, or that nobody needs any more; return the others."""
    due = prompts_store.by_ids(conn, prompt_ids)
    facts = load_facts(conn, [one.person_id for one in due])
    left = []
    for one in due:
        hers = facts[one.person_id]
        trip = next((trip for trip in hers.trips if trip.id == one.trip_id), None)
        if trip is not None and trip.landing_at is not None:
            settled(conn, one, State.ANSWERED, now)
            continue
        over = trip is None or trip.departs <= local_date(now, one.zone)
        if over or (one.state in RUNNING and one.step >= len(item.ladder) - 1):
            settled(conn, one, State.EXCUSED, now)
        else:
            left.append(one.id)
    return left


def trip_to_land(facts: PersonFacts, now: datetime) -> Trip | None:
    """Return the trip whose landing she may tell: the next one, or one that has just begun."""
    today = local_date(now, facts.home_zone)
    near = [one for one in facts.trips if one.cancelled_at is None and one.departs >= today - LATEST]
    return min(near, key=lambda trip: trip.departs, default=None)


def is_asked(conn: Connection, person_id: int) -> bool:
    """Tell whether she has been asked when she lands and has not said."""
    where = (prompts.c.person_id == person_id, prompts.c.kind == KIND)
    running = prompts.c.state.in_([state.value for state in RUNNING])
    return (
        conn.execute(select(prompts.c.id).where(*where, running, prompts.c.asked_at.is_not(None))).first() is not None
    )


def given(
    conn: Connection, person: Person, trip: Trip, wall: datetime, now: datetime, programmes: Programmes
) -> datetime:
    """Keep when she lands, on the wall of where she goes, and plan by it; return the instant."""
    at = to_instant(wall.date(), wall.time(), trip.zone)
    conn.execute(trips.update().where(trips.c.id == trip.id).values(landing_at=at))
    journal.write(
        conn, [journal.line(now, "trip.landing_given", person_id=person.id, actor_id=person.id, trip=trip.id)]
    )
    where = (prompts.c.trip_id == trip.id, prompts.c.kind == KIND)
    for row in conn.execute(select(prompts).where(*where)).all():
        one = prompts_store.from_row(row)
        if one.state in RUNNING | {State.SCHEDULED}:
            settled(conn, one, State.ANSWERED, now)
    replan(conn, [person.id], programmes, now)
    return at


def said(conn: Connection, prompt: Prompt, settings: Settings, real: datetime | None) -> dict[str, Any]:
    """Return what the question for the flight says beside its words; and of the landing, the link to her card.

    `real` is the real time where it goes out; None where it is only shown again, without a new link.
    """
    if prompt.kind == Kind.LANDING.value and _LANDS in prompt.occasion and real is not None:
        trip = _trip_of(conn, prompt)
        card = {} if trip is None else {"card": {"city": trip.city, "country": trip.country}}
        return card | {"card_url": card_link(conn, settings, prompt.person_id, real)}
    if prompt.kind != KIND:
        return {}
    trip = _trip_of(conn, prompt)
    departs: date | None = None if trip is None else trip.departs
    return {
        "to_city": "" if trip is None else trip.city,
        "to_country": "" if trip is None else trip.country,
        "to_departs": "" if departs is None else departs.isoformat(),
    }


def card_link(conn: Connection, settings: Settings, person_id: int, real: datetime) -> str:
    """Return a link to the card with the numbers of where she is or goes; good for two months."""
    token = links.make(conn, LinkPurpose.CARD, person_id, real_now=real, expires_at=real + CARD_FOR, channel="web")
    return f"{settings.service.url}/card/{token}"


def _trip_of(conn: Connection, prompt: Prompt) -> Trip | None:
    hers = load_facts(conn, [prompt.person_id])[prompt.person_id]
    return next((one for one in hers.trips if one.id == prompt.trip_id), None)
