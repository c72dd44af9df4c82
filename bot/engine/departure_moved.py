"""The day of a departure has moved, or her school has called the stay off, after she was asked for what comes before:
she hears of that once, shortly.

What was asked goes on before the new day (`bot.engine.planning`); only the landing, told for the other day, is asked
for again. Of a stay that is off nothing goes on.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import Connection, and_, or_, select

from bot.engine.facts import load_facts
from bot.engine.planning import CARRIED, GOES_ON
from bot.engine.telling import not_before_her_morning, tell
from bot.listed import listed
from bot.local_time import local_date
from bot.outbox.model import Kind as MessageKind
from bot.outbox.model import Priority
from bot.programmes.model import Kind
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.trips.store import trips


def days_of(conn: Connection, trip_ids: Collection[int]) -> dict[int, date]:
    """Return the departures of those of these stays that are not off yet; to be called before they are."""
    query = select(trips.c.id, trips.c.departs).where(
        listed(trips.c.id, sorted(trip_ids)), trips.c.cancelled_at.is_(None)
    )
    return {row.id: row.departs for row in conn.execute(query)}


def asked_before(conn: Connection, moved: Mapping[int, date]) -> dict[int, dict[str, str]]:
    """Return what has been asked before the departures of trips that move or are called off: kind and state, by trip;
    `moved` has the old days.

    To be called before her plan is made anew.
    """
    query = select(prompts.c.trip_id, prompts.c.kind, prompts.c.state, prompts.c.occasion).where(
        listed(prompts.c.trip_id, sorted(moved)),
        prompts.c.kind.in_([kind.value for kind in CARRIED]),
        or_(prompts.c.asked_at.is_not(None), prompts.c.kind == Kind.FLIGHT.value),  # she may tell it unasked
        or_(
            prompts.c.state == State.ANSWERED.value,
            and_(prompts.c.asked_at.is_not(None), prompts.c.state.in_([state.value for state in GOES_ON])),
        ),
    )
    found: dict[int, dict[str, str]] = {}
    for row in conn.execute(query):
        if row.occasion.endswith(f":{moved[row.trip_id].isoformat()}"):
            found.setdefault(row.trip_id, {})[row.kind] = row.state
    return found


def say(conn: Connection, asked: Mapping[int, Mapping[str, str]], now: datetime) -> None:
    """Tell whoever was asked something of it that the day has moved or the stay is off; nobody whose stay has begun."""
    rows = conn.execute(select(trips).where(listed(trips.c.id, sorted(asked)))).all()
    facts = load_facts(conn, {row.person_id for row in rows})
    for trip in rows:
        hers = facts.get(trip.person_id)
        if hers is None or hers.gone or trip.departs <= local_date(now, hers.home_zone):
            continue
        off = trip.cancelled_at is not None
        flight = asked[trip.id].get(Kind.FLIGHT)
        tell(
            conn,
            trip.person_id,
            MessageKind.NOTICE,
            "checklist/called_off" if off else "checklist/moved",
            key=f"trip:{trip.id}:{'off' if off else 'departs'}:{trip.departs.isoformat()}:{int(now.timestamp())}",
            priority=Priority.PROMPT,
            now=now,
            data={
                "to_city": trip.city,
                "to_country": trip.country,
                "to_departs": trip.departs.isoformat(),
                "has_list": Kind.CHECKLIST in asked[trip.id],
                "landing": "" if flight is None else "told" if flight == State.ANSWERED else "open",
            },
            not_before=not_before_her_morning(conn, trip.person_id, now),
        )
