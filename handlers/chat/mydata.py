"""She asks what we hold about her: a summary, who was told of her lately, and a page with all of it."""

from typing import Any

from bot.addresses.model import MAIL
from bot.views.held import held_about
from bot.views.looks import looks_at
from bot.views.receipt import Receipt, receipt_of
from handlers.context import Chat
from handlers.links_made import receipt_link

LATEST = 3


def asked(chat: Chat) -> None:
    """Say what is held, in numbers, who can see it, and how to have it deleted.

    By mail the people are on the page alone, whose link ends after a day: a mail lies in many places.
    """
    by_mail = chat.channel == MAIL
    retention = chat.services.settings.retention
    receipts = receipt_of(chat.conn, chat.person.id, retention, chat.now) if chat.is_student else []
    url = receipt_link(chat.conn, chat.services.settings, chat.person.id, chat.real_now) if chat.is_student else ""
    held = held_about(chat.conn, chat.person.id)
    chat.say(
        "mydata/shown",
        trips=held.trips,
        prompts=held.prompts,
        answers=held.answers,
        notes=held.notes + held.listed,
        positions=held.positions,
        inbox=held.inbox,
        outbox=held.outbox,
        channels=held.channels,
        meetings=held.meetings,
        reports=held.reports,
        reports_days=retention.reports_days,
        attended=held.attended,
        made_up=held.made_up,
        calendars=held.calendars,
        sessions_days=retention.sessions_days,
        busy_hours=held.busy,
        agreed_count=held.agreed,
        talks=held.talks,
        looks=[] if by_mail else _looks(chat),
        skips=chat.person.skips_counsellor,
        messages_days=retention.messages_days,
        told=[] if by_mail else [_short(one) for one in receipts if one.told][:LATEST],
        receipt_url="" if by_mail else url,
        can_open=url.startswith("https://"),
        page=url if by_mail and url else None,
    )


def _looks(chat: Chat) -> list[dict[str, Any]]:
    found = looks_at(chat.conn, chat.person.id)
    return [{"who": look.who, "what": look.what, "at": look.at} for look in found]


def _short(receipt: Receipt) -> dict[str, Any]:
    return {
        "reason": receipt.reason,
        "at": receipt.opened_at,
        "told": [{"who": one.who, "role": one.role} for one in receipt.told],
    }
