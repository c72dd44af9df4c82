"""A platform's calls of this month are nearly used up: the office hears of it, once a month, in its own morning.

The bell rings it every few minutes. What is written to students does not stop for it; that is for the school to decide.
"""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection

from bot.engine.telling import not_before_her_morning, tell
from bot.engine.who_helps import load_helpers
from bot.outbox.model import Kind, Priority
from bot.platforms.store import month_of, tell_of_calls

TELL_AT = 0.8


def work_off(conn: Connection, quotas: Mapping[str, int], now: datetime, real_now: datetime) -> int:
    """Tell everybody of the office about each channel that has reached its share; return how many messages that made.

    `quotas`: how many calls a month has, by channel.
    """
    office = load_helpers(conn, ()).office
    told = 0
    if not office:
        return told  # whoever comes to it later hears of it then
    for channel, most in quotas.items():
        calls = tell_of_calls(conn, channel, round(most * TELL_AT), real_now)
        if calls is None:
            continue
        for person_id in office:
            tell(
                conn,
                person_id,
                Kind.NOTICE,
                "staff/calls_nearly_used",
                key=f"calls:{channel}:{month_of(real_now)}:{person_id}",
                priority=Priority.PROMPT,
                now=now,
                data={"channel": channel, "calls": calls, "most": most},
                not_before=not_before_her_morning(conn, person_id, now),
            )
            told += 1
    return told
