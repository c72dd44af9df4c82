"""She leaves, or comes back: an open case stays, and her counsellor hears no more than that she left."""

from bot.engine.buddies import end_all
from bot.engine.people_moves import enrol, leave
from handlers.chat import waiting
from handlers.chat.asking import urgent_case
from handlers.chat.settled import settled
from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Ask whether she means it."""
    chat.say("stop/ask", helping=urgent_case(chat) is not None)


def pressed(chat: Chat, value: str) -> bool:
    """Take her answer; False when the button is neither."""
    if value == "yes":
        waiting.end(chat)
        leave(chat.conn, chat.person.id, chat.now, chat.services.programmes)
        end_all(chat.conn, [chat.person.id], chat.now)
        chat.say("stop/done")
    elif value == "no":
        chat.say("stop/kept")
    else:
        return False
    return True


def wrote_after(chat: Chat, press: str) -> None:
    """Somebody who has left writes or presses: she may come back, and nothing else happens."""
    chat.counts_as_alive = False
    if press == "back:yes" and chat.address is not None:
        enrol(chat.conn, chat.person.id, chat.address, chat.now, chat.services.programmes)
        settled(chat)
    elif press == "back:no":
        chat.say("stop/done")
    else:
        chat.say("stop/left")
