"""The day of a departure has moved after she was asked for what comes before it: she hears of that once, shortly.

What was asked goes on before the new day (`bot.engine.planning`); only the landing, told for the other day, is asked
for again.
"""

from collections.abc import Mapping
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


def asked_before(conn: Connection, moved: Mapping[int, date]) -> dict[int, dict[str, str]]:
    """Return what has been asked before the old departures of trips: kind and state, by trip; `moved` has those days.

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
    """Tell whoever was asked something of it that the day has moved; nobody whose stay is off or has begun."""
    rows = conn.execute(select(trips).where(listed(trips.c.id, sorted(asked)))).all()
    facts = load_facts(conn, {row.person_id for row in rows})
    for trip in rows:
        hers = facts.get(trip.person_id)
        off = trip.cancelled_at is not None or hers is None or hers.gone
        if off or hers is None or trip.departs <= local_date(now, hers.home_zone):
            continue
        flight = asked[trip.id].get(Kind.FLIGHT)
        tell(
            conn,
            trip.person_id,
            MessageKind.NOTICE,
            "checklist/moved",
            key=f"trip:{trip.id}:departs:{trip.departs.isoformat()}:{int(now.timestamp())}",
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
