"""She sends where she is: to whoever helps her, or only to say which clock she lives by."""

from bot.engine.moving import ask_if_moved
from bot.engine.relaying import sent_position
from bot.journal import store as journal
from bot.prompts.notes import add_position
from handlers.chat import cried, waiting, zoned
from handlers.chat.asking import unanswered, urgent_case
from handlers.chat.spots import around, code_of
from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Offer the button that sends a position once."""
    chat.say("position/ask")


def sent(chat: Chat, latitude: float, longitude: float) -> None:
    """Set the zone when that is what was asked; otherwise keep the position, sealed, for a while."""
    if waiting.cry_waits(chat):
        cried.sos(chat)  # asked whether she needs help, she sends where she is
    case, step = urgent_case(chat), waiting.step(chat)
    if case is None and step is not None and step.step in {zoned.STEP, zoned.UNTIL}:
        zoned.positioned(chat, latitude, longitude)
        return
    prompt = unanswered(chat)
    note_id = add_position(
        chat.conn,
        chat.person.id,
        latitude,
        longitude,
        chat.now,
        prompt_id=None if prompt is None else prompt.id,
        case_id=None if case is None else case.id,
    )
    journal.write(chat.conn, [journal.line(chat.now, "position.sent", person_id=chat.person.id)])
    chat.say("position/kept", helping=case is not None)
    if case is not None:
        sent_position(chat.conn, case, note_id, chat.now)
    if case is None and chat.is_student and chat.address is not None:
        _ask_if_moved(chat, latitude, longitude)


def _ask_if_moved(chat: Chat, latitude: float, longitude: float) -> None:
    """Ask whether she has moved when her position lies in another zone; only the zone goes into the question."""
    seen = zoned.zones_at(chat, latitude, longitude)
    if len(seen) == 1 and ask_if_moved(chat.conn, chat.person.id, seen[0], chat.now):
        (place,) = around(seen)
        chat.say("zone/elsewhere", new_zone=place.zone, country=place.country, code=code_of(place))
