"""She wants her sessions in her own calendar: a link that a calendar program fetches, which she can take back.

Where nothing of a branch travels, she gets the link to a page of hers instead, which makes it.
"""

from bot.addresses.model import MAIL, WITHOUT_BRANCHES
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.prompts import store as prompts
from handlers.chat.words import is_off
from handlers.context import Chat
from handlers.links_made import calendar_link, calendar_page_link, meeting_file_link


def asked(chat: Chat, rest: str) -> None:
    """Give her a link, or (`off`) take back all that she has."""
    settings, person_id = chat.services.settings, chat.person.id
    if rest and is_off(rest):
        taken_back(chat)
    elif chat.channel in WITHOUT_BRANCHES:
        url = calendar_page_link(chat.conn, settings, person_id, chat.real_now)
        chat.say("calendar/page", page_url="" if chat.channel == MAIL else url, page=url)
    else:
        others = len(links.live_of(chat.conn, person_id, LinkPurpose.CALENDAR, chat.real_now))
        url = calendar_link(chat.conn, settings, person_id, chat.real_now)
        chat.say("calendar/link", feed_url=url, others=others)


def taken_back(chat: Chat) -> None:
    """End all her calendar links."""
    gone = links.revoke_of(chat.conn, chat.person.id, LinkPurpose.CALENDAR, chat.real_now)
    if gone:
        journal.write(chat.conn, [journal.line(chat.now, "calendar.taken_back", person_id=chat.person.id)])
    chat.say("calendar/off", links=gone)


def pressed(chat: Chat, value: str) -> bool:
    """Take the button that ends them; False for any other."""
    if value != "off":
        return False
    taken_back(chat)
    return True


def file_asked(chat: Chat, prompt_id: int) -> None:
    """Give her a link to the file of one session."""
    prompt = prompts.by_id(chat.conn, prompt_id)
    if prompt is not None:
        url = meeting_file_link(chat.conn, chat.services.settings, prompt, chat.channel, chat.now, chat.real_now)
        chat.say("session/file", prompt_id=prompt_id, file_url=url)
