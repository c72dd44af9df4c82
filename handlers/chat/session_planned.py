"""Whoever leads a branch arranges a session in chat: about what, when, how long, which link, what to read; a preview.

What is wrong is said at its question and nothing that was said before is lost; nobody is invited before she confirms.
"""

from datetime import datetime, timedelta
from typing import Any

from bot.addresses.model import MAIL, WITHOUT_BRANCHES
from bot.engine import sessions as engine
from bot.engine.facts import load_facts
from bot.local_time import local_date, to_instant
from bot.moves.model import Place
from bot.sessions import drafts
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Session
from bot.sessions.rules import LONGEST, Plan, checked
from bot.sessions.when_reading import end_in, minutes_in, when_in, zones_said
from bot.views.session_board import branch_led, branches_led, members_of, same_planned
from handlers.chat import waiting
from handlers.chat.spots import named
from handlers.chat.words import is_off, whole
from handlers.context import Chat

STEP = "session.plan"
A_DAY = timedelta(days=1)
_ASKED = ("branch", "title", "starts_at", "minutes", "link", "material")
_NOTHING = frozenset({"没有", "无", "不用", "还没有", "跳过", "none", "no", "skip", "-", "later"})
_LONGEST = 5000
_PREVIEW = "preview"
_QUESTION_OF = {Fault.NO_TITLE: "title", Fault.TIME: "starts_at", Fault.NO_TIME: "starts_at", Fault.PAST: "starts_at"}
_QUESTION_OF |= {Fault.FAR: "starts_at", Fault.RSVP: "starts_at", Fault.MINUTES: "minutes", Fault.LINK: "link"}
_QUESTION_OF |= {Fault.BRANCH: "branch"}


def asked(chat: Chat, _rest: str = "") -> None:
    """Begin, or go on where she was; elsewhere than where branch matters may travel she gets the way to the form."""
    if not branches_led(chat.conn, chat.person):
        chat.say("session/plan_not_yours")
    elif chat.channel in WITHOUT_BRANCHES:
        url = f"{chat.services.settings.service.url}/console/sessions/new"
        chat.say("staff/plan_page", page_url="" if chat.channel == MAIL else url, page=url)
    else:
        _ask(chat, drafts.get(chat.conn, chat.person.id, chat.now))


def written(chat: Chat, text: str) -> None:
    """Take the answer to the question that she was asked."""
    draft = drafts.get(chat.conn, chat.person.id, chat.now)
    if is_off(text):
        _drop(chat)
        return
    question = draft.get("asking") or _next(draft)
    if question == _PREVIEW:
        _ask(chat, draft)
        return
    try:
        value = _read(chat, question, text.strip()[:_LONGEST], draft)
        long = _length(text, _zone(chat), chat.now) if question == "starts_at" else {}
    except SessionRefused as error:
        _say(chat, draft, question, error.fault)
        return
    _ask(chat, draft | {question: value, "asking": None} | long)


def pressed(chat: Chat, value: str) -> bool:
    """Take a button of the dialogue; False for any other."""
    name, _, rest = value.partition(":")
    draft = drafts.get(chat.conn, chat.person.id, chat.now)
    if name == "off":
        _drop(chat)
    elif name == "go":
        _go(chat, draft)
    elif name == "edit" and rest in _ASKED:
        _say(chat, draft, rest, None)
    elif name == "say" and draft:
        written(chat, rest)
    elif name == "branch" and draft.get("asking") == "branch":
        led = branches_led(chat.conn, chat.person)
        written(chat, led[int(rest)] if rest in map(str, range(len(led))) else rest)
    else:
        return False
    return True


def _read(chat: Chat, question: str, text: str, draft: dict[str, Any]) -> Any:
    """Return what an answer means; SessionRefused for what cannot be."""
    if question == "branch":
        if branch_led(chat.conn, chat.person, text) is None:
            raise SessionRefused(Fault.BRANCH, text)
        return text
    if question == "starts_at":
        found: Any = _starts(text, _zone(chat), chat.now).isoformat()
    elif question == "minutes":
        found = minutes_in(text)
        if found is None:
            raise SessionRefused(Fault.MINUTES, text)
    else:
        found = "" if question != "title" and whole(text) in _NOTHING else text
    checked(_plan(chat, draft | {question: found}), chat.now)
    return found


def _starts(text: str, own_zone: str, now: datetime) -> datetime:
    """Return the instant that somebody writes, on her own clock or on that of a place that she names beside it."""
    zone = _clock_meant(text, own_zone)
    day, at = when_in(text, local_date(now, zone or own_zone))
    if day is None or at is None:
        raise SessionRefused(Fault.TIME if day is None else Fault.NO_TIME, text)
    if zone is None:
        raise SessionRefused(Fault.ZONE, text)
    return to_instant(day, at, zone)


def _clock_meant(text: str, own_zone: str) -> str | None:
    """Return the zone on whose clock an hour is meant; None for a place that we do not know, or with several zones."""
    said = zones_said(text)
    if not said:
        return own_zone
    places: list[Place] = next(filter(None, (named(one, None) for one in said)), [])
    zones = {place.zone for place in places}
    return zones.pop() if len(zones) == 1 else None


def _length(text: str, own_zone: str, now: datetime) -> dict[str, int]:
    """Return how long it lasts where she says from when until when; SessionRefused where that is no later hour."""
    end = end_in(text)
    if end is None:
        return {}
    start = when_in(text, local_date(now, own_zone))[1] or end
    minutes = ((end.hour - start.hour) * 60 + end.minute - start.minute) % (24 * 60)
    if not 0 < minutes <= LONGEST:
        raise SessionRefused(Fault.END, text)
    return {"minutes": minutes}


def _plan(chat: Chat, draft: dict[str, Any]) -> Plan:
    """Return the plan so far; what was not asked yet is something that could be."""
    zone = _zone(chat)
    starts_at = datetime.fromisoformat(draft["starts_at"]) if "starts_at" in draft else chat.now + A_DAY
    texts = (draft.get("link") or None, draft.get("material") or None)
    return Plan(draft.get("title", "–"), starts_at, zone, draft.get("minutes", 60), *texts)


def _next(draft: dict[str, Any]) -> str:
    return next((one for one in _ASKED if one not in draft), _PREVIEW)


def _ask(chat: Chat, draft: dict[str, Any]) -> None:
    led = branches_led(chat.conn, chat.person)
    if len(led) == 1:
        draft = draft | {"branch": led[0]}
    _say(chat, draft, _next(draft), None)


def _say(chat: Chat, draft: dict[str, Any], question: str, fault: Fault | None) -> None:
    drafts.put(chat.conn, chat.person.id, draft | {"asking": question}, chat.now)
    waiting.wait_for(chat, STEP)
    invited = 0
    if question == _PREVIEW:
        branch_id = branch_led(chat.conn, chat.person, draft["branch"])
        invited = len(members_of(chat.conn, chat.person, branch_id))
    said = {name: draft.get(name) for name in _ASKED}
    chat.say(
        "session/plan",
        asking=question,
        fault=fault.value if fault else "",
        plan=said,
        meet_zone=_zone(chat),
        branches=branches_led(chat.conn, chat.person),
        invited=invited,
    )


def _go(chat: Chat, draft: dict[str, Any]) -> None:
    if any(name not in draft for name in _ASKED):
        _ask(chat, draft) if draft else _drop(chat)
        return
    try:
        made = _make(chat, draft)
    except SessionRefused as error:
        _say(chat, draft, _QUESTION_OF.get(error.fault, "title"), error.fault)
        return
    drafts.clear(chat.conn, chat.person.id)
    waiting.end(chat)
    url = f"{chat.services.settings.service.url}/console/sessions/{made.id}"
    chat.say("session/planned", starts_at=made.starts_at, meet_zone=_zone(chat), board_url=url)


def _make(chat: Chat, draft: dict[str, Any]) -> Session:
    """Make the session, or return the one that an earlier press has made."""
    plan = _plan(chat, draft)
    if draft["branch"] not in branches_led(chat.conn, chat.person, locked=True):
        raise SessionRefused(Fault.BRANCH, draft["branch"])
    quiet = chat.services.programmes.current(chat.conn).quiet
    twice = same_planned(chat.conn, draft["branch"], plan.starts_at, plan.title)
    return twice or engine.create(chat.conn, draft["branch"], plan, chat.person.id, chat.now, quiet)


def _drop(chat: Chat) -> None:
    """Forget what was said; where there is nothing, an old button was pressed, and sessions that were made stand."""
    draft = drafts.get(chat.conn, chat.person.id, chat.now)
    drafts.clear(chat.conn, chat.person.id)
    waiting.leave(chat)
    if draft:
        chat.say("session/plan_dropped")
    else:
        chat.say("session/plan_over", board_url=f"{chat.services.settings.service.url}/console/sessions")


def _zone(chat: Chat) -> str:
    return load_facts(chat.conn, [chat.person.id])[chat.person.id].zone_now(chat.now)
