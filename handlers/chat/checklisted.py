"""She goes through her list in chat: what to do before she leaves, what has a last day; or calls the stay off."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bot.checklists.model import StepState
from bot.checklists.store import remove_file
from bot.deadlines import store as deadlines
from bot.deadlines.model import Standing
from bot.dialogues.store import Dialogue
from bot.engine.checklist import Checklist, checklist_of, trip_ahead
from bot.engine.checklist_life import answer, say_done, take_back, takes_file
from bot.engine.checklist_rules import text_of
from bot.engine.compose_facts import of_emergency
from bot.engine.deadline_life import said
from bot.engine.facts import load_facts
from bot.engine.trip_withdrawal import bring_back, withdraw
from bot.fetches.model import For
from bot.inbox.model import SentFile
from bot.local_time import local_date
from bot.programmes.model import Programme, Proof
from bot.trips.model import Trip
from handlers.chat import waiting
from handlers.chat.files_sent import fetch, takes_files
from handlers.context import Chat
from handlers.links_made import todo_link

STEP = "todo.file"
"""She looks at a step that takes a file: what she sends now is for it."""
_LABEL = 24
_MATTERS = 6


def asked(chat: Chat) -> None:
    """Show her list."""
    if not chat.is_student:
        chat.say("checklist/list", list=_nothing() | {"matters": [], "url": ""})
        return
    checklist = current(chat)
    matters = [
        said(chat.conn, one)
        for one in deadlines.reminders_of(chat.conn, chat.person.id)
        if one.state is Standing.WAITING and one.due_at > chat.now and (one.told or one.paper_id is not None)
    ]
    shown = _nothing() if checklist is None else _shown(chat, checklist)
    chat.say("checklist/list", list=shown | {"matters": matters[:_MATTERS], "url": _url(chat)})


def pressed(chat: Chat, value: str) -> bool:
    """Do what a button of the list says; False when it means nothing."""
    word, _, rest = value.partition(":")
    deed = _DEEDS.get(word)
    if deed is None or not chat.is_student:
        return False
    return deed(chat, rest)


def current(chat: Chat) -> Checklist | None:
    """Return the checklist of her next trip."""
    trip = _ahead(chat)
    return None if trip is None else checklist_of(chat.conn, trip, _programme(chat))


def off_asked(chat: Chat, rest: str = "") -> bool:
    """Ask whether she calls her stay off; with `sure` do it."""
    trip = _ahead(chat)
    if trip is None:
        chat.say("checklist/off_not")
    elif rest != "sure":
        chat.say("checklist/off_ask", to_city=trip.city, to_country=trip.country)
    elif withdraw(chat.conn, chat.person, trip, chat.now, chat.services.programmes):
        chat.say("checklist/off_done", off=True)
    else:
        chat.say("checklist/off_not")
    return True


def step_here(chat: Chat) -> Dialogue | None:
    """Return that she looks at a step which takes a file."""
    found = waiting.step(chat)
    return found if found is not None and found.step == STEP else None


def file_sent(chat: Chat, data: Mapping[str, Any], files: Sequence[SentFile], caption: str) -> bool:
    """Have a file fetched as proof of the step that she looks at; True when its words name it."""
    key, checklist = str(data.get("step", "")), current(chat)
    line = None if checklist is None else checklist.line(key)
    if checklist is None or line is None or not takes_file(checklist, key) or not files:
        _step(chat, key)
        return False
    fetch(chat, files, caption, For.STEP, checklist.trip.id, key, line.step.title[_language(chat)])
    return True


def steps_with_files(chat: Chat) -> list[dict[str, str]]:
    """Return the open steps of hers that a file proves, as buttons name them."""
    checklist = current(chat) if chat.is_student else None
    lines = [] if checklist is None else checklist.lines
    open_ones = [
        one for one in lines if one.step.proof is Proof.FILE and one.state in {StepState.OPEN, StepState.RETURNED}
    ]
    return [{"key": one.step.key, "label": label_of(one.step.title[_language(chat)])} for one in open_ones[:_MATTERS]]


def _out(chat: Chat, rest: str) -> bool:
    number, _, key = rest.partition(":")
    checklist = current(chat)
    if checklist is not None and takes_file(checklist, key) and number.isascii() and number.isdecimal():
        remove_file(chat.conn, checklist.trip.id, int(number[:18]))
    return _step(chat, key)


def _on(chat: Chat, _rest: str) -> bool:
    trips = load_facts(chat.conn, [chat.person.id])[chat.person.id].trips
    off = [one for one in trips if one.withdrawn_at is not None]
    back = any(bring_back(chat.conn, chat.person, one, chat.now, chat.services.programmes) for one in off[-1:])
    chat.say("checklist/off_done" if back else "checklist/off_not", off=False)
    return True


def _list(chat: Chat, _rest: str) -> bool:
    asked(chat)
    return True


def _step(chat: Chat, key: str, *, wrong: bool = False) -> bool:
    checklist = current(chat)
    line = None if checklist is None else checklist.line(key)
    if checklist is None or line is None:
        asked(chat)
        return True
    language = _language(chat)
    step = line.step
    shown = {
        "key": key,
        "title": step.title[language],
        "text": text_of(step, language, chat.services.settings.contacts.support),
        "link": step.link,
        "proof": step.proof.value,
        "state": line.state.value,
        "returned": line.returned,
        "number": line.question or 0,
        "question": "" if line.question is None else step.questions[line.question].words[language],
        "wrong": wrong,
        "url": _url(chat),
        "takes_file": takes_files(chat) and takes_file(checklist, key),
    }
    if shown["takes_file"]:
        waiting.wait_for(chat, STEP, step=key)
    chat.say("checklist/step", step=shown)
    return True


def _done(chat: Chat, key: str) -> bool:
    checklist = current(chat)
    line = None if checklist is None else checklist.line(key)
    if checklist is None or line is None or line.step.proof is not Proof.TICK:
        return _step(chat, key)
    say_done(chat.conn, checklist, key, _programme(chat), chat.now)
    asked(chat)
    return True


def _rehearse(chat: Chat, key: str) -> bool:
    checklist = current(chat)
    line = None if checklist is None else checklist.line(key)
    if checklist is None or line is None or line.step.proof is not Proof.SOS:
        return _step(chat, key)
    say_done(chat.conn, checklist, key, _programme(chat), chat.now)
    there = of_emergency(checklist.trip.country, _language(chat), chat.services.settings)
    chat.say("checklist/rehearsed", dial=there["dial"])
    return True


def _back(chat: Chat, key: str) -> bool:
    checklist = current(chat)
    if checklist is not None:
        take_back(chat.conn, checklist, key, chat.now)
    return _step(chat, key)


def _replied(chat: Chat, rest: str, *, yes: bool) -> bool:
    number, _, key = rest.partition(":")
    checklist = current(chat)
    if checklist is None or not (number.isascii() and number.isdecimal() and len(number) < 4):  # noqa: PLR2004 - few questions
        return _step(chat, key)
    right = answer(chat.conn, checklist, key, int(number), _programme(chat), chat.now, yes=yes)
    return _step(chat, key, wrong=right is False)


_DEEDS: dict[str, Callable[[Chat, str], bool]] = {
    "list": _list,
    "step": _step,
    "done": _done,
    "rehearse": _rehearse,
    "back": _back,
    "yes": lambda chat, rest: _replied(chat, rest, yes=True),
    "no": lambda chat, rest: _replied(chat, rest, yes=False),
    "off": off_asked,
    "on": _on,
    "out": _out,
}


def _ahead(chat: Chat) -> Trip | None:
    facts = load_facts(chat.conn, [chat.person.id])[chat.person.id]
    return trip_ahead(facts, local_date(chat.now, chat.person.zone))


def _shown(chat: Chat, checklist: Checklist) -> dict[str, Any]:
    language = _language(chat)
    return {
        "to_city": checklist.trip.city,
        "to_country": checklist.trip.country,
        "to_departs": checklist.trip.departs,
        "done": checklist.done,
        "ready": checklist.is_ready,
        "lines": [
            {
                "key": line.step.key,
                "title": line.step.title[language],
                "label": label_of(line.step.title[language]),
                "state": line.state,
            }
            for line in checklist.lines
        ],
    }


def label_of(title: str) -> str:
    """Return a title as it may stand on a button."""
    flat = " ".join(title.translate({ord("["): "(", ord("]"): ")"}).split())
    return flat if len(flat) <= _LABEL else f"{flat[: _LABEL - 1]}…"


def _nothing() -> dict[str, Any]:
    return {"to_city": "", "to_country": "", "to_departs": "", "done": 0, "ready": False, "lines": []}


def _programme(chat: Chat) -> Programme:
    return chat.services.programmes.current(chat.conn)


def _language(chat: Chat) -> str:
    return "en" if chat.person.language == "en" else "zh"


def _url(chat: Chat) -> str:
    return todo_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now)
