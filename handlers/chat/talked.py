"""She books a talk with somebody who looks after her 谈心: the times that are offered, hers, another one, or none."""

from bot.engine import talking
from bot.people import store as people
from bot.talks import store
from handlers.context import Chat


def asked(chat: Chat, _rest: str = "") -> None:
    """Show the talk that she has, else the times that she may take."""
    if not chat.is_student:
        chat.say("talk/not_student", console=f"{chat.services.settings.service.url}/console/talks")
        return
    mine = store.booked_by(chat.conn, chat.person.id, chat.now)
    if mine:
        chat.say("talk/booked", talk=talking.shown(chat.conn, mine[0]), fresh=False)
    else:
        _offer(chat)


def pressed(chat: Chat, deed: str, talk_id: int | None) -> bool:
    """Do what a button says; False when it means nothing."""
    if deed == "show":
        _offer(chat)
    elif deed == "want":
        told = talking.asked_for(chat.conn, chat.person, chat.now)
        names = [one.name for one in people.by_ids(chat.conn, told).values()]
        chat.say("talk/wanted", names=names)
    elif deed == "book" and talk_id is not None:
        talk = talking.book(chat.conn, talk_id, chat.person, chat.now)
        if talk is None:
            _offer(chat, gone=True)
        else:
            chat.say("talk/booked", talk=talking.shown(chat.conn, talk), fresh=True)
    elif deed == "off" and talk_id is not None:
        talk = store.by_id(chat.conn, talk_id)
        done = talk is not None and talking.let_go(chat.conn, talk, chat.person.id, chat.now)
        chat.say("talk/let_go", done=done)
    else:
        return False
    return True


def _offer(chat: Chat, *, gone: bool = False) -> None:
    free = talking.free_for(chat.conn, chat.person, chat.now)
    chat.say("talk/offered", free=[talking.shown(chat.conn, one) for one in free], gone=gone)
