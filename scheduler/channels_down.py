"""A channel takes nothing any more, or nothing comes in through it: the office hears of it once, and when it is over.

The bell rings it every minute with what channels say of themselves. Who is asleep hears of it in the morning, if it
lasts until then; nobody is told on the channel that is down. All times here are real ones, but for those of messages.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection

from bot.addresses.store import took_since
from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.outbox import store as outbox
from bot.outbox.held import held_by
from bot.outbox.model import Kind, Priority
from bot.platforms.store import ChannelOutage, end_outage, note_outage, outages_of
from scheduler.outage import DOWN
from scheduler.watchdog import WARNINGS

TELL_AFTER = timedelta(minutes=10)
OVER_AFTER = timedelta(minutes=3)
"""How long a channel must be well before that is said: one that comes and goes is one outage."""
_PASSING = WARNINGS | {"frames_not_understood", "group_answer_not_known"}
_ANSWER = "answer_"
"""Codes of single answers that were not understood begin with it."""


def down_of(troubles: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    """Return the channels that are down, with the short code of why, of what channels say of themselves."""
    found = {}
    for channel, codes in troubles.items():
        lasting = sorted(code for code in codes if code not in _PASSING and not code.startswith(_ANSWER))
        if lasting:
            # What a channel knows of itself says more than that nothing goes out.
            found[channel] = min(lasting, key=lambda code: code == DOWN)
    return found


def has_work(conn: Connection, down: Mapping[str, str]) -> bool:
    """Tell whether anything is down, or was a moment ago."""
    return bool(down) or bool(outages_of(conn))


def work_off(conn: Connection, down: Mapping[str, str], now: datetime, real_now: datetime) -> int:
    """Keep what is down, tell of what has lasted and of what is over; return how many messages that made."""
    for channel, code in down.items():
        note_outage(conn, channel, code, real_now)
    office = load_helpers(conn, ()).office
    known = outages_of(conn)
    told = 0
    for channel, outage in known.items():
        began = now - (real_now - outage.since)
        lasts: dict[str, Any] = {"channel": channel, "since": began.isoformat(), "code": outage.code}
        if outage.seen_at <= real_now - OVER_AFTER:
            if not _is_over(conn, outage, now - (real_now - outage.seen_at)):
                continue
            minutes = max(1, round((outage.seen_at - outage.since).total_seconds() / 60))
            told += sum(_over(conn, one, outage, lasts | {"minutes": minutes}, now) for one in office)
            end_outage(conn, channel)
        elif outage.since <= real_now - TELL_AFTER:
            lasts |= held_by(conn, channel)
            told += sum(_down(conn, one, outage, lasts, set(known), now) for one in office)
    return told


def _is_over(conn: Connection, outage: ChannelOutage, seen: datetime) -> bool:
    """Tell whether a channel about which nothing is said any more works: it took something, or nothing waits for it.

    A process that has just started says nothing of it either, however dead the channel is. `seen` is by the clock of
    messages.
    """
    return not held_by(conn, outage.channel)["held"] or took_since(conn, outage.channel, seen)


def _key(what: str, outage: ChannelOutage, person_id: int) -> str:
    return f"{what}:{outage.channel}:{outage.since:%Y%m%d%H%M%S}:{person_id}"


def _down(
    conn: Connection, person_id: int, outage: ChannelOutage, data: dict[str, Any], avoiding: set[str], now: datetime
) -> bool:
    key = _key("down", outage, person_id)
    if outbox.has_key(conn, key) or not_before_her_morning(conn, person_id, now) > now:
        return False
    return _say(conn, person_id, "staff/channel_down", key, data, now, avoiding)


def _over(conn: Connection, person_id: int, outage: ChannelOutage, data: dict[str, Any], now: datetime) -> bool:
    if not outbox.has_key(conn, _key("down", outage, person_id)):
        return False
    return _say(conn, person_id, "staff/channel_up", _key("up", outage, person_id), data, now, set())


def _say(
    conn: Connection, person_id: int, template: str, key: str, data: dict[str, Any], now: datetime, avoiding: set[str]
) -> bool:
    return tell(
        conn,
        person_id,
        Kind.NOTICE,
        template,
        key=key,
        priority=Priority.PROMPT,
        now=now,
        data=data,
        not_before=not_before_her_morning(conn, person_id, now),
        avoiding=avoiding,
    )
