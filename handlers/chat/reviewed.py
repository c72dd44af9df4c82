"""A member of staff reads reports in chat, accepts them or returns them with words: the same rules as in the console.

Whose reports somebody may read is looked up anew with each press, and each look and each word is journalled. What was
written of the host is never shown, and study reports, which are branch matters, are not here at all.
"""

from typing import Any

from bot.engine.report_life import MOST_WORDS, accept, give_back, part_with_feedback, trip_of
from bot.journal import store as journal
from bot.people.store import by_ids
from bot.reports.model import Version
from bot.reports.rules import may_decide
from bot.reports.versions import authors_of, comments_of, version_of
from bot.views.reports import Listed, Readers, list_reports, one_report, readers_of
from handlers.chat import waiting
from handlers.chat.words import is_off
from handlers.context import Chat

STEP = "review.words"
MOST = 8
"""Buttons of the list; the console has them all."""
LONG, SHORT = 3000, 400
"""Characters of a whole report in one message, and of each part when it is longer."""
_MOST_NUMBER = 15
_WITH_WORDS = frozenset({"return", "praise"})


def asked(chat: Chat, rest: str = "") -> None:
    """List what waits for a reader, or show the report of a number."""
    readers = _readers(chat)
    if readers is None:
        chat.say("review/none", student=chat.is_student)
    elif rest:
        number = _number(rest)
        _show(chat, None if number is None else one_report(chat.conn, readers, number, chat.now))
    else:
        found = list_reports(chat.conn, readers, chat.now, "submitted")[0]
        lines = [{"id": one.report.id, "name": one.name, "host": one.host} for one in found[:MOST]]
        chat.say("review/list", to_review=lines, unlisted=max(len(found) - MOST, 0), url=_url(chat))


def pressed(chat: Chat, value: str) -> bool:
    """Show a report, accept it, or ask for the words with which it is returned; False when it means nothing."""
    deed, _, rest = value.partition(":")
    report_id, version = (_number(one or "0") for one in rest.partition(":")[::2])
    if deed not in {"show", "accept", *_WITH_WORDS} or report_id is None or version is None:
        return False
    readers = _readers(chat)
    one = None if readers is None else one_report(chat.conn, readers, report_id, chat.now)
    if one is None or deed == "show":
        _show(chat, one)
    elif not may_decide(one.report, version):
        chat.say("review/done", deed="", name=one.name)
    elif deed in _WITH_WORDS:
        waiting.wait_for(chat, STEP, report=report_id, version=version, deed=deed)
        chat.say("review/words", deed=deed, name=one.name, report=report_id)
    else:
        _decide(chat, one, version, deed, "")
    return True


def written(chat: Chat, data: dict[str, object], text: str) -> None:
    """Take the words with which a report is returned or accepted."""
    waiting.end(chat)
    report_id, version, deed = data.get("report"), data.get("version"), str(data.get("deed"))
    readers = _readers(chat)
    known = isinstance(report_id, int) and isinstance(version, int) and readers is not None
    one = one_report(chat.conn, readers, report_id, chat.now) if known else None  # type: ignore[arg-type]
    if one is None or is_off(text):
        _show(chat, one)
    elif len(text) > MOST_WORDS:
        waiting.wait_for(chat, STEP, **data)
        chat.say("review/too_long", most=MOST_WORDS)
    else:
        _decide(chat, one, int(str(version)), deed, text.strip())


def _decide(chat: Chat, one: Listed, version: int, deed: str, words: str) -> None:
    report, actor, services = one.report, chat.person.id, chat.services
    if deed == "return":
        done = give_back(chat.conn, report, version, actor, words, chat.now, services.programmes)
    else:
        done = accept(chat.conn, report, version, actor, words, chat.now)
        if done and (trip := trip_of(chat.conn, report)) is not None:
            part_with_feedback(chat.conn, report, services.sections, trip)
    chat.say("review/done", deed=deed if done else "", name=one.name)


def _show(chat: Chat, one: Listed | None) -> None:
    version = None if one is None else version_of(chat.conn, one.report, one.report.version)
    if one is None or version is None:
        chat.say("review/unknown")
        return
    report = one.report
    line = journal.line(chat.now, "report.read", person_id=report.person_id, actor_id=chat.person.id, report=report.id)
    journal.write(chat.conn, [line])
    names = {each.id: each.name for each in by_ids(chat.conn, authors_of(chat.conn, report)).values()}
    said = [{"by": each.author, "body": each.body} for each in comments_of(chat.conn, report, names) if each.body]
    handed = {
        "id": report.id,
        "name": one.name,
        "host": one.host,
        "version": version.number,
        "decides": may_decide(report, version.number),
        "said": said,
        "files": len(version.files),
        "url": f"{_url(chat)}/{report.id}",
        **_parts(version),
    }
    chat.say("review/shown", handed=handed)


def _parts(version: Version) -> dict[str, Any]:
    is_long = sum(len(part.body) for part in version.parts) > LONG
    parts = [
        {
            "title": part.title,
            "text": part.body[:SHORT] if is_long else part.body,
            "cut": is_long and len(part.body) > SHORT,
        }
        for part in version.parts
    ]
    return {"parts": parts, "cut": is_long}


def _readers(chat: Chat) -> Readers | None:
    return readers_of(chat.conn, chat.person, chat.now)


def _url(chat: Chat) -> str:
    return f"{chat.services.settings.service.url}/console/reports"


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < _MOST_NUMBER else None
