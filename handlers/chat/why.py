"""She asks why she got the last message: which rule, which clock, who sees the answer, how to change it."""

from typing import Any

from bot.engine.checklist import KIND as CHECKLIST
from bot.engine.facts import load_facts
from bot.engine.flight import KIND as FLIGHT
from bot.engine.second_channel import KIND as CHANNELS
from bot.local_time import local_date
from bot.outbox.model import Kind
from bot.programmes.model import Anchor, Item, Recurring
from bot.prompts import store as prompts
from bot.prompts.model import Prompt
from bot.reports.model import KIND as REPORT
from bot.rollcalls.model import KIND as ROLLCALL
from bot.sessions.model import KIND as SESSION
from bot.trips.model import Trip
from bot.views.told import Told, last_told
from handlers.context import Chat

_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")


def asked(chat: Chat) -> None:
    """Explain the last message that she did not ask for."""
    told = last_told(chat.conn, chat.person.id)
    prompt = None if told is None or told.prompt_id is None else prompts.by_id(chat.conn, told.prompt_id)
    if told is None:
        chat.say("why/nothing")
    elif told.kind in {Kind.ALARM, Kind.CLEAR}:
        chat.say("why/shown", about="alarm", sent_at=told.at)
    elif told.kind is Kind.DIGEST:
        chat.say("why/shown", about="digest", sent_at=told.at)
    elif told.template.startswith("opportunity/"):
        chat.say("why/shown", about="opportunity", sent_at=told.at)
    elif prompt is not None and prompt.kind == SESSION and prompt.person_id == chat.person.id:
        chat.say("why/shown", about="session", sent_at=told.at)
    elif prompt is None or told.kind is Kind.NOTICE or prompt.person_id != chat.person.id:
        chat.say("why/shown", about="other", sent_at=told.at)
    elif prompt.kind == ROLLCALL:
        chat.say("why/shown", prompt_id=prompt.id, about="rollcall", sent_at=told.at)
    else:
        _explain(chat, told, prompt)


def _explain(chat: Chat, told: Told, prompt: Prompt) -> None:
    item = chat.services.programmes.version(chat.conn, prompt.version_id).item(prompt.item)
    about = "landing"
    if item is None or isinstance(item.when, Recurring):
        about = "checkin"
    elif prompt.kind == CHANNELS:
        about = "channels"
    elif prompt.kind in {REPORT, CHECKLIST, FLIGHT}:
        about = prompt.kind
    elif item.when.anchor is Anchor.RETURN:
        about = "return"
    chat.say(
        "why/shown",
        prompt_id=prompt.id,
        about=about,
        rung=told.template.rpartition("/")[2],
        sent_at=told.at,
        **_rhythm(item, prompt, _trip(chat, prompt)),
    )


def _rhythm(item: Item | None, prompt: Prompt, trip: Trip | None) -> dict[str, Any]:
    """Return weeks between two questions, weekdays and wall time; no weeks where the rule is not a weekly one."""
    if item is None or not isinstance(item.when, Recurring):
        return {"weeks": 0, "days": [], "at": ""}
    when = item.when
    rule = when.rule
    if when.first_rule is not None and trip is not None:
        weeks_in = (local_date(prompt.opens_at, prompt.zone) - trip.departs).days // 7
        if weeks_in < when.first_weeks or trip.country in when.often_in:
            rule = when.first_rule
    parts = dict(part.split("=", 1) for part in rule.upper().removeprefix("RRULE:").split(";") if "=" in part)
    days = [_DAYS.index(day) for day in parts.get("BYDAY", "").split(",") if day in _DAYS]
    weekly = parts.get("FREQ") == "WEEKLY" and bool(days)
    return {"weeks": int(parts.get("INTERVAL", "1")) if weekly else 0, "days": days, "at": f"{when.at:%H:%M}"}


def _trip(chat: Chat, prompt: Prompt) -> Trip | None:
    facts = load_facts(chat.conn, [chat.person.id])[chat.person.id]
    return next((trip for trip in facts.trips if trip.id == prompt.trip_id), None)
