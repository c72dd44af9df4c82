"""She asks what we hold about her."""

from bot.views.held import held_about
from bot.views.looks import looks_at
from handlers.context import Chat


def asked(chat: Chat) -> None:
    """Say what is held, in numbers, who can see it, and how to have it deleted."""
    held = held_about(chat.conn, chat.person.id)
    chat.say(
        "mydata/shown",
        trips=held.trips,
        prompts=held.prompts,
        answers=held.answers,
        notes=held.notes,
        positions=held.positions,
        inbox=held.inbox,
        outbox=held.outbox,
        channels=held.channels,
        looks=[{"who": look.who, "what": look.what, "at": look.at} for look in looks_at(chat.conn, chat.person.id)],
        messages_days=chat.services.settings.retention.messages_days,
    )
