"""She says at which hours of her week she cannot meet, and takes it back: her branch's meetings are put elsewhere.

Nobody sees it but herself. Where nothing of a branch travels, she gets the link to a page of hers instead.
"""

from typing import Any

from bot.addresses.model import MAIL, WITHOUT_BRANCHES
from bot.sessions import busy
from bot.sessions.busy_reading import busy_in
from handlers.chat import waiting
from handlers.chat.words import is_off
from handlers.context import Chat
from handlers.links_made import calendar_page_link

STEP = "busy.when"


def asked(chat: Chat, rest: str) -> None:
    """Show what she has stated, or take what stands behind the command."""
    if chat.channel in WITHOUT_BRANCHES:
        url = calendar_page_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now)
        chat.say("calendar/busy_page", page_url="" if chat.channel == MAIL else url, page=url)
    elif rest:
        written(chat, rest)
    else:
        _show(chat, "")


def written(chat: Chat, text: str) -> None:
    """Take hours in her words, or the wish to take all back."""
    if is_off(text):
        gone = busy.take_back(chat.conn, chat.person.id)
        waiting.end(chat)
        chat.say("session/busy", busy_said="none_left" if gone else "none", busy=[])
        return
    found = busy_in(text)
    if found is None:
        _show(chat, "unread")
    else:
        _show(chat, "added" if busy.state(chat.conn, chat.person.id, found, chat.now) else "full")


def pressed(chat: Chat, value: str) -> bool:
    """Take the button that takes back one of them; False for any other."""
    if not (value.isascii() and value.isdecimal() and len(value) < 19):  # noqa: PLR2004 - what a database holds
        return False
    gone = busy.take_back(chat.conn, chat.person.id, int(value))
    _show(chat, "gone" if gone else "gone_before")
    return True


def plain(stated: busy.Stated) -> dict[str, Any]:
    """Return one of them as templates read it."""
    hours = stated.busy
    return {
        "id": stated.id,
        "days": sorted(hours.weekdays),
        "start": f"{hours.start:%H:%M}",
        "end": f"{hours.end:%H:%M}",
        "next_day": hours.end <= hours.start,
    }


def _show(chat: Chat, said: str) -> None:
    waiting.wait_for(chat, STEP)
    hers = [plain(one) for one in busy.stated_by(chat.conn, chat.person.id)]
    chat.say("session/busy", busy_said=said, busy=hers)
