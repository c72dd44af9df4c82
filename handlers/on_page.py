"""A press or a few words on a page that is no chat: the same handlers, and the replies are shown at once.

The answer page calls this from its POST, inside its write transaction; nothing is queued to her.
"""

from sqlalchemy import Connection

from bot.engine.compose import compose_reply
from bot.inbox.model import Incoming, Said
from bot.outbox.model import Rendered
from bot.people.model import Person
from handlers.chat.turn import take_turn
from handlers.context import Chat
from handlers.services import Services

CHANNEL = "web"


def say_on_page(
    conn: Connection, person: Person, services: Services, *, key: str, press: str = "", text: str = ""
) -> list[Rendered]:
    """Do what a pressed button (its data) or a text means and return the replies in her language.

    `key` names this POST and no other. Who she is was proved by the page's link.
    """
    chat = Chat(
        conn=conn,
        now=services.clock.now(),
        real_now=services.clock.real(),
        person=person,
        address=None,
        channel=CHANNEL,
        services=services,
        key=key,
    )
    said = Said.PRESS if press else Said.TEXT
    take_turn(chat, Incoming(said, sender="", text=text, data=press))
    return [
        compose_reply(
            conn,
            chat.person,
            reply.template,
            reply.data,
            reply.prompt_id,
            renderer=services.renderer,
            settings=services.settings,
            now=chat.now,
        )
        for reply in chat.replies
    ]
