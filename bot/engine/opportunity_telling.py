"""What a student hears of opportunities: what is new, in one message; a reminder; that a day moved or one is off."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from bot.engine.telling import not_before_her_morning, tell
from bot.opportunities import interests, store
from bot.opportunities.model import Heard, Opportunity
from bot.outbox.model import Kind, OutboxState, Priority
from bot.outbox.store import outbox
from bot.people.model import Level

SHOWN = 5
"""How many one message names; it says how many there are besides."""
_LONGEST_LABEL = 32


def said(one: Opportunity) -> dict[str, Any]:
    """Return what a message or a page may say of an opportunity, as plain JSON; words in both languages."""
    return {
        "id": one.id,
        "title": {"zh": one.title, "en": one.title_en or one.title},
        "label": {"zh": _label(one.title), "en": _label(one.title_en or one.title)},
        "text": {"zh": one.text or one.text_en, "en": one.text_en or one.text},
        "host": one.host,
        "tag": one.tag,
        "country": one.country,
        "type": one.type,
        "funding": one.funding,
        "due_at": one.due_at.isoformat(),
        "levels": [level.value for level in Level if level.value in one.levels],
        "link": one.link,
    }


def say_news(conn: Connection, person_id: int, some: Sequence[Opportunity], now: datetime) -> None:
    """Tell one student what is new, the nearest last day first."""
    tell(
        conn,
        person_id,
        Kind.NOTICE,
        "opportunity/news",
        key=f"{_news(person_id)}{int(now.timestamp())}",
        priority=Priority.BULK,
        now=now,
        data={
            "ids": [one.id for one in some],
            "abroad": {"opportunities": [said(one) for one in some[:SHOWN]], "more": max(len(some) - SHOWN, 0)},
        },
        expires_at=max(one.due_at for one in some),
    )


def say_reminder(conn: Connection, heard: Heard, one: Opportunity, now: datetime) -> None:
    """Remind one student of a last day."""
    _say(conn, heard, one, "reminder", f"at{heard.days}", now)


def say_moved(conn: Connection, heard: Heard, one: Opportunity, now: datetime) -> None:
    """Tell one student that a last day of which she was told has moved."""
    _say(conn, heard, one, "moved", "moved", now)


def say_withdrawn(conn: Connection, heard: Heard, one: Opportunity, now: datetime) -> None:
    """Tell one student that something of which she was told is off."""
    _say(conn, heard, one, "withdrawn", f"withdrawn:{int(now.timestamp())}", now)


def take_back(conn: Connection, heard: Heard) -> bool:
    """Withdraw what waits to be said of an opportunity to one student; tell whether she has not heard of it yet.

    News that name others too are told anew without it.
    """
    waits = outbox.c.state == OutboxState.WAITING.value
    gone = {"state": OutboxState.WITHDRAWN.value, "reason": "not_wanted"}
    about_it = outbox.c.key.startswith(f"opp:{heard.id}:", autoescape=True)
    conn.execute(outbox.update().where(about_it, waits).values(**gone))
    news = select(outbox.c.id, outbox.c.data).where(
        outbox.c.person_id == heard.person_id, outbox.c.key.startswith(_news(heard.person_id), autoescape=True), waits
    )
    unheard = False
    for row in conn.execute(news).all():
        ids = [int(one) for one in (row.data or {}).get("ids", [])]
        if heard.opportunity_id in ids:
            unheard = True
            conn.execute(outbox.update().where(outbox.c.id == row.id).values(**gone))
            store.new_again(conn, heard.person_id, [one for one in ids if one != heard.opportunity_id])
            interests.forget_told(conn, heard.person_id)
    return unheard


def _label(title: str) -> str:
    """Return a title as it may stand on a button."""
    flat = " ".join(title.translate({ord("["): "(", ord("]"): ")"}).split())
    return flat if len(flat) <= _LONGEST_LABEL else f"{flat[: _LONGEST_LABEL - 1]}…"


def _news(person_id: int) -> str:
    return f"oppnews:{person_id}:"


def _say(conn: Connection, heard: Heard, one: Opportunity, template: str, name: str, now: datetime) -> None:
    tell(
        conn,
        heard.person_id,
        Kind.NOTICE,
        f"opportunity/{template}",
        key=f"opp:{heard.id}:{name}:{int(one.due_at.timestamp())}",
        priority=Priority.PROMPT,
        now=now,
        data={"abroad": {"one": said(one)}},
        not_before=not_before_her_morning(conn, heard.person_id, now),
        expires_at=max(one.due_at, now) if template == "reminder" else None,
    )
