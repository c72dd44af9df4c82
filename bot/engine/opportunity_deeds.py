"""What a student does with opportunities, and what the clock does for her: follow, hear, be reminded, and be done.

Nothing here is an alarm and nothing is written into the journal: what she wants to hear of is hers.
"""

from datetime import datetime

from sqlalchemy import Connection, select

from bot.engine.facts import load_facts
from bot.engine.opportunity_audience import Hours, columns, let_go, may_apply, values_of
from bot.engine.opportunity_telling import say_news, say_reminder
from bot.local_time import after_quiet, local_date, to_instant
from bot.opportunities import interests, store
from bot.opportunities.model import Follows, Heard, News, Opportunity, Standing
from bot.opportunities.rules import MORNING, at_days, news_at, next_reminder
from bot.people.store import people


def may_she(conn: Connection, person_id: int, one: Opportunity) -> bool:
    """Tell whether a student may apply for an opportunity, by what is known of her."""
    return conn.execute(select(people.c.id).where(people.c.id == person_id, may_apply(one))).first() is not None


def follow_by(
    conn: Connection, person_id: int, follows: Follows, value: str, now: datetime, hours: Hours
) -> list[Opportunity]:
    """Let a student follow something from now on; return what of it is open and she may apply for.

    She sees those at once, so they are no news; their last days are kept in mind for her.
    """
    interests.add(conn, person_id, follows, value)
    found = [one for one in store.live(conn, now) if values_of(one)[follows] == value and may_she(conn, person_id, one)]
    for one in found:
        heard = store.heard_one(conn, one.id, person_id)
        if heard is None or heard.state is Standing.WITHDRAWN:
            _keep_in_mind(conn, person_id, one, now, hours, is_own=False)
    return found


def unfollow(conn: Connection, person_id: int, interest_id: int) -> bool:
    """Let a student follow something no longer: she hears no more of what fits nothing else that she follows."""
    if not interests.remove(conn, person_id, interest_id):
        return False
    still = {(one.follows, one.value) for one in interests.of_person(conn, person_id)}
    waiting = [one for one in store.heard_by(conn, person_id) if one.state is Standing.WAITING and not one.is_own]
    known = store.by_ids(conn, [one.opportunity_id for one in waiting])
    let_go(conn, [one for one in waiting if not still & set(values_of(known[one.opportunity_id]).items())])
    return True


def remind(conn: Connection, opportunity_id: int, person_id: int, now: datetime, hours: Hours) -> bool:
    """Keep one opportunity in mind for a student because she asks for it; False when it is not open."""
    one = store.opportunity(conn, opportunity_id)
    if one is None or one.withdrawn_at is not None or one.due_at <= now:
        return False
    _keep_in_mind(conn, person_id, one, now, hours, is_own=True)
    return True


def settle(conn: Connection, opportunity_id: int, person_id: int, state: Standing) -> bool:
    """Record that she is done with one, or that it is nothing for her; False when she has not heard of it."""
    heard = store.heard_one(conn, opportunity_id, person_id, lock=True)
    if heard is None or heard.state is Standing.WITHDRAWN:
        return False
    let_go(conn, [heard], state)
    return True


def go_on(conn: Connection, heard: Heard, now: datetime, hours: Hours) -> None:
    """Remind a student whose reminder is due, in her zone as it is now, and plan the next."""
    her = load_facts(conn, [heard.person_id]).get(heard.person_id)
    one = store.opportunity(conn, heard.opportunity_id)
    is_off = one is None or one.withdrawn_at is not None or one.due_at != heard.due_at
    if her is None or her.gone or one is None or is_off or heard.state is not Standing.WAITING or heard.days is None:
        store.set_heard(conn, heard.id, days=None, next_at=None)
        return
    if one.due_at <= now:
        let_go(conn, [heard], Standing.OVER)
        return
    zone = her.zone_now(now)
    if (at := at_days(one.due_at, heard.days, zone)) > now:  # she has moved west since it was planned
        store.set_heard(conn, heard.id, next_at=at)
        return
    later = next_reminder(one.due_at, hours.days, zone, now, now)
    if later is not None and her.paused_until is not None and local_date(now, zone) <= her.paused_until:
        store.set_heard(conn, heard.id, **columns(later))  # a quiet time that she asked for; the last one reaches her
        return
    say_reminder(conn, heard, one, now)
    store.set_heard(conn, heard.id, is_new=False, told_at=now, told_due_at=one.due_at, **columns(later))


def news_due(conn: Connection, one: News, now: datetime, hours: Hours) -> None:
    """Tell a student what is new, all in one message, when her hour has come; else plan it."""
    her = load_facts(conn, [one.person_id]).get(one.person_id)
    new = [heard for heard in store.heard_by(conn, one.person_id) if heard.is_new and heard.due_at > now]
    new = [heard for heard in new if heard.state is Standing.WAITING]
    if her is None or her.gone or not new:
        interests.plan_news(conn, one.person_id, None)
        return
    zone = her.zone_now(now)
    at = news_at(now, zone, hours.quiet, one.told_at, new[0].due_at, hours.days)
    if her.paused_until is not None and local_date(at, zone) <= her.paused_until:
        from_then = her.paused_until.fromordinal(her.paused_until.toordinal() + 1)
        at = after_quiet(to_instant(from_then, MORNING, zone), zone, hours.quiet)
    if at > now:
        interests.plan_news(conn, one.person_id, at)
        return
    known = store.by_ids(conn, [heard.opportunity_id for heard in new])
    say_news(conn, one.person_id, [known[heard.opportunity_id] for heard in new], now)
    for heard in new:
        following = columns(next_reminder(heard.due_at, hours.days, zone, now, now))
        values = {"is_new": False, "told_at": now, "told_due_at": heard.due_at, **following}
        store.set_heard(conn, heard.id, **values)
    interests.news_told(conn, one.person_id, now)


def _keep_in_mind(
    conn: Connection, person_id: int, one: Opportunity, now: datetime, hours: Hours, *, is_own: bool
) -> None:
    her = load_facts(conn, [person_id])[person_id]
    following = columns(next_reminder(one.due_at, hours.days, her.zone_now(now), now, now))
    heard = store.heard_one(conn, one.id, person_id, lock=True)
    values = {"due_at": one.due_at, "state": Standing.WAITING.value, "told_at": now, "told_due_at": one.due_at}
    values |= {"is_new": False, "is_own": is_own or (heard is not None and heard.is_own), **following}
    if heard is None:
        store.add(conn, [values | {"person_id": person_id, "opportunity_id": one.id}])
    else:
        store.set_heard(conn, heard.id, **values)
