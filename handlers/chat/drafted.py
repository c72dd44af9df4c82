"""She writes her report in chat: over several messages, on several days, in whichever app she is in.

What she says goes to the section where she is, and she hears how long it is by now. Whether words belong to it is sure
for half a day; after a longer rest she is asked, and nothing is put in or lost meanwhile.
"""

from typing import Any

from bot.engine.report_life import hand_in
from bot.local_time import local_date
from bot.obligations import store as obligations
from bot.prompts import store as prompts_store
from bot.reports import drafts, store, versions
from bot.reports.files import files_of
from bot.reports.model import WRITABLE, Draft, Form, Remark, Report, Stage
from bot.reports.rules import belongs, counted, following
from bot.trips.store import of_person
from handlers.chat import not_understood, relayed, report_shared, waiting
from handlers.chat.asking import just_answered, urgent_case
from handlers.chat.draft_words import FOLDERS, found, may_write, reports_here, say, sections, title, url, written_now
from handlers.chat.files_sent import take_out, takes_files
from handlers.chat.words import is_off
from handlers.context import Chat
from handlers.report_begun import begin, noted, own_notes

SHORT = 300
"""Characters of each section that a long preview shows."""
LONG = 2500
"""Characters up to which a preview shows all."""
_MOST_NUMBER = 15


def asked(chat: Chat, _rest: str = "", form: Form = Form.STAY) -> None:
    """Open her report where she was, or say that there is none to write."""
    report = found(chat, form)
    if report is None or not may_write(chat, form):
        chat.say(f"{FOLDERS[form]}/none")
    elif report.stage not in WRITABLE:
        say(chat, report, "over", stage=report.stage, url=url(chat, report))
    else:
        report = begin(chat.conn, report, chat.person, chat.services)
        _turn_to(chat, report)
        _show(chat, report)


def study_asked(chat: Chat, _rest: str = "") -> None:
    """Open her study report, where it may be written; a neutral line stands for it elsewhere."""
    asked(chat, form=Form.STUDY)


def study_pressed(chat: Chat, value: str) -> bool:
    """Do what a button of a study report says; False when it means nothing."""
    return pressed(chat, value, Form.STUDY)


def written(chat: Chat, text: str) -> bool:
    """Take words for the report if they belong to it; False when they surely do not."""
    report = written_now(chat)
    if report is None:
        return False
    sure = belongs(report, chat.now)
    answer = just_answered(chat)
    if answer is not None and answer.answered_at is not None and answer.answered_at >= (report.said_at or chat.now):
        return False  # a word to what she was asked just now
    if (case := urgent_case(chat)) is not None:
        relayed.hers(chat, case, text)
    elif is_off(text):
        _rest(chat, report)
    elif sure:
        _add(chat, report, text)
    else:
        _ask(chat, report, text)
    return True


def is_asked(chat: Chat) -> bool:
    """Tell whether a report of hers waits to be written."""
    mine = store.of_person(chat.conn, chat.person.id)
    return any(one.stage in WRITABLE and one.prompt_id is not None for one in mine)


def went_on(chat: Chat, words: str) -> None:
    """Take words that sounded urgent and were not: she was writing, so they go where they were meant for."""
    if words and waiting.step(chat) is None:
        written(chat, words)


def pressed(chat: Chat, value: str, form: Form = Form.STAY) -> bool:
    """Do what a button of the report says; False when it means nothing."""
    name, _, rest = value.partition(":")
    if name == "open":
        asked(chat, form=form)
        return True
    if name == "may" and form is Form.STAY:
        return report_shared.pressed(chat, rest)
    report = found(chat, form)
    deed = _DEEDS.get(name)
    if deed is None:
        return False
    if report is None or not may_write(chat, form):
        chat.say(f"{FOLDERS[form]}/none")
    elif report.stage not in WRITABLE:
        say(chat, report, "over", stage=report.stage, url=url(chat, report))
    else:
        report = begin(chat.conn, report, chat.person, chat.services)
        if name != "rest":
            _turn_to(chat, report)
        return deed(chat, report, rest)
    return True


def _next(chat: Chat, report: Report, _rest: str) -> bool:
    key = following(sections(chat, report).keys, report.section)
    if key is None:
        return _preview(chat, report, "")
    return _to(chat, report, key)


def _to(chat: Chat, report: Report, key: str) -> bool:
    if sections(chat, report).of(key) is None:
        return False
    store.update(chat.conn, report, section=key)
    _show(chat, store.again(chat.conn, report), moved=True)
    return True


def _which(chat: Chat, report: Report, _rest: str) -> bool:
    texts = drafts.drafts_of(chat.conn, report)
    shown = [
        {"key": key, "title": title(chat, report, key), "count": counted(texts.get(key, Draft(key)).body)}
        for key in sections(chat, report).keys
    ]
    say(chat, report, "which", sections=shown, here=report.section)
    return True


def _undo(chat: Chat, report: Report, _rest: str) -> bool:
    draft, words = drafts.take_back(chat.conn, report, chat.now)
    if draft is None:
        say(chat, report, "not_undone", changed=bool(words), url=url(chat, report))
        return True
    say(
        chat, report, "undone", title=title(chat, report, draft.section), count=counted(draft.body), words=words[:SHORT]
    )
    return True


def _notes(chat: Chat, report: Report, _rest: str) -> bool:
    mine = own_notes(chat.conn, report)
    if mine:
        _add(chat, report, noted(mine))
    else:
        say(chat, report, "no_notes")
    return True


def _preview(chat: Chat, report: Report, _rest: str) -> bool:
    texts = {key: one.body for key, one in drafts.drafts_of(chat.conn, report).items()}
    is_long = sum(len(text) for text in texts.values()) > LONG
    parts = [
        {
            "title": title(chat, report, key),
            "count": counted(text),
            "text": text[:SHORT] if is_long else text,
            "cut": is_long and len(text) > SHORT,
        }
        for key in sections(chat, report).keys
        if (text := texts.get(key, "").strip())
    ]
    say(
        chat, report, "preview", texts=parts, cut=is_long, files=len(files_of(chat.conn, report)), url=url(chat, report)
    )
    return True


def _submit(chat: Chat, report: Report, rest: str) -> bool:
    language = chat.person.language
    done = hand_in(chat.conn, report, sections(chat, report), language, chat.channel, chat.now, sure=rest == "sure")
    if done.version:
        say(chat, report, "submitted", again=done.version > 1)
    elif done.why == "parts":
        say(chat, report, "parts_empty", titles=[title(chat, report, key) for key in done.empty])
    else:
        say(chat, report, "empty")
    return True


def _rest(chat: Chat, report: Report, _value: str = "") -> bool:
    store.update(chat.conn, report, said_at=None)
    say(chat, report, "resting")
    return True


def _take(chat: Chat, report: Report, value: str) -> bool:
    number = _number(value)
    aside = None if number is None else drafts.settle(chat.conn, report, number, chat.now, take=True)
    if aside is None:
        _show(chat, report)
        return True
    _kept(chat, report, drafts.drafts_of(chat.conn, report)[aside.section])
    return True


def _not(chat: Chat, report: Report, value: str) -> bool:
    number = _number(value)
    store.update(chat.conn, report, said_at=None)
    aside = None if number is None else drafts.settle(chat.conn, report, number, chat.now, take=False)
    not_understood.written(chat, "" if aside is None else aside.body)
    return True


_DEEDS = {
    "next": _next,
    "to": _to,
    "which": _which,
    "undo": _undo,
    "notes": _notes,
    "preview": _preview,
    "submit": _submit,
    "rest": _rest,
    "take": _take,
    "not": _not,
    "out": take_out,
}


def _turn_to(chat: Chat, report: Report) -> None:
    """Let what she writes from now on go into one report, and into no other."""
    for other in reports_here(chat):
        if (other.form, other.id) != (report.form, report.id) and other.said_at is not None:
            store.update(chat.conn, other, said_at=None)
    store.update(chat.conn, report, said_at=chat.now)


def _add(chat: Chat, report: Report, text: str) -> None:
    chat.most_kept = None  # what finds no room in the section is kept beside it
    draft = drafts.say(chat.conn, report, report.section, text, chat.channel, chat.now)
    store.update(chat.conn, report, said_at=chat.now)
    if draft is None:
        say(chat, report, "too_long", title=title(chat, report, report.section), url=url(chat, report))
    else:
        _kept(chat, report, draft)


def _kept(chat: Chat, report: Report, draft: Draft) -> None:
    following_key = following(sections(chat, report).keys, draft.section)
    say(
        chat,
        report,
        "kept",
        title=title(chat, report, draft.section),
        count=counted(draft.body),
        next_title="" if following_key is None else title(chat, report, following_key),
    )


def _ask(chat: Chat, report: Report, text: str) -> None:
    """Ask whether words after a rest belong to the report; until she says so they lie beside it."""
    chat.most_kept = None
    number = drafts.put_aside(chat.conn, report, report.section, text.strip(), "chat", chat.now)
    say(chat, report, "belongs", aside=number, title=title(chat, report, report.section))


def _show(chat: Chat, report: Report, *, moved: bool = False) -> None:
    texts = drafts.drafts_of(chat.conn, report)
    section = sections(chat, report).of(report.section)
    here = texts.get(report.section, Draft(report.section))
    trip = next((one for one in of_person(chat.conn, chat.person.id) if one.id == report.trip_id), None)
    prompt = None if report.prompt_id is None else prompts_store.by_id(chat.conn, report.prompt_id)
    owed = obligations.by_id(chat.conn, report.obligation_id or 0)
    said = [one for one in versions.comments_of(chat.conn, report, {}) if one.remark is Remark.RETURNED]
    data: dict[str, Any] = {
        "title": title(chat, report, report.section),
        "hint": "" if section is None else section.hint["en" if chat.person.language == "en" else "zh"],
        "count": counted(here.body),
        "tail": here.body[-80:] if here.body else "",
        "moved": moved,
        "begun": report.edited_at is not None,
        "host": "" if trip is None else trip.host,
        "due": None if prompt is None else local_date(prompt.due_at, prompt.zone),
        "due_on": None if owed is None else owed.due_on,
        "returned": said[-1].body if said and report.stage is Stage.RETURNED else "",
        "takes_files": takes_files(chat),
        "notes": len(own_notes(chat.conn, report)),
        "url": url(chat, report),
    }
    say(chat, report, "open", **data)


def _number(value: str) -> int | None:
    return int(value) if value.isascii() and value.isdecimal() and len(value) < _MOST_NUMBER else None
