"""She says what may become of her accepted report: into the handbook with her name, without it, or nowhere."""

from bot.engine.report_life import keep_consent
from bot.reports import store
from bot.reports.consents import May
from handlers.context import Chat

_MOST_NUMBER = 15


def pressed(chat: Chat, value: str) -> bool:
    """Keep what a button below an accepted report says; False when it means nothing."""
    number, _, said = value.partition(":")
    if said not in set(May) or not number.isascii() or not number.isdecimal() or len(number) > _MOST_NUMBER:
        return False
    mine = store.of_person(chat.conn, chat.person.id)
    report = next((one for one in mine if one.id == int(number)), None)
    if report is not None and keep_consent(chat.conn, report, May(said), chat.now):
        chat.say("report/may", may=said, report=report.id)
    else:
        chat.say("report/none")
    return True
