"""One message of the inbox is processed in one transaction: who is it, what do they mean, effect, replies, done.

Whoever runs the inbox calls `process`; when it raises, they roll back and call `set_aside`, so that a message that
breaks a handler is tried again twice, then kept with its error, and never blocks the next.
"""

from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from bot.addresses import store as addresses
from bot.addresses.model import MAIL, PULL_ONLY, Address, AddressState
from bot.digests import store as digests
from bot.engine import second_channel, sender
from bot.engine.asked import shown_on
from bot.engine.casework import raise_sos
from bot.engine.sender import Sender
from bot.inbox import store as inbox
from bot.inbox.model import InboxRow, InboxState, Incoming, Said
from bot.inbox.rules import without_position
from bot.outbox import store as outbox
from bot.outbox.model import Kind, Priority
from bot.people import store as people
from handlers.chat import (
    cut_short,
    enrolled,
    mail_received,
    member_met,
    numbered,
    unknown_sender,
    window_opened,
    wordless,
)
from handlers.chat.turn import take_turn
from handlers.context import Chat
from handlers.services import Services

MOST_TRIES = 3
_TURN = select(people.people.c.id).where(people.people.c.id == bindparam("person_id")).with_for_update(key_share=True)


def process(conn: Connection, inbox_id: int, services: Services) -> bool:
    """Process one waiting message; False when it is done already or somebody else has it."""
    now = services.clock.now()
    row = inbox.take(conn, inbox_id, now)
    if row is None:
        return False
    incoming = services.understand[row.channel](row.raw)
    known = _known(conn, row)
    address, refusal = known.address if known else None, ""
    if incoming.said is Said.START and incoming.data and row.channel not in PULL_ONLY:
        followed = enrolled.follow(
            conn,
            row.channel,
            row.account,
            row.sender,
            incoming.data,
            key=f"in:{row.id}",
            now=now,
            real_now=services.clock.real(),
        )
        address, refusal = followed.address or address, followed.refusal
    if address is None or _is_nobody(conn, address):
        address, incoming = member_met.met(conn, row, incoming, address, now)
    sure = True
    if row.channel == MAIL:
        address, incoming, sure = mail_received.whose(conn, incoming, address, now)
    if incoming.said is Said.OTHER or (address is None and incoming.said is Said.ENTERED):
        inbox.finish(conn, inbox_id, InboxState.IGNORED, now, tries=row.tries)
    elif address is None or _is_nobody(conn, address):
        unknown_sender.wrote(conn, row, incoming, services, refusal)
    else:
        if sure and incoming.said is not Said.BLOCKED:
            _heard(conn, address, now)
        same = known is not None and address is known.address and incoming.said is not Said.START
        chat = _chat(conn, row, address, services, known if same else None)
        if row.channel in PULL_ONLY:
            shown_on(conn, address.id, now, services.programmes)
        _speak(chat, incoming, refusal, sure=sure)
        queue_replies(chat, address, row.id)
    window_opened.opened(conn, row, incoming, services)
    kept = without_position(row.raw)
    if kept != row.raw:  # a position has its own place, where it goes after three days
        inbox.replace_raw(conn, inbox_id, kept)
    return True


def _known(conn: Connection, row: InboxRow) -> Sender | None:
    """Return who wrote. On PostgreSQL her turn comes first: what is read then is what her message before has left."""
    sent_by = row.channel, row.account, row.sender
    if conn.dialect.name == "sqlite":
        return sender.known(conn, *sent_by)
    address = addresses.by_external(conn, *sent_by)
    while address is not None:
        in_turn(conn, address.person_id)
        found = sender.known(conn, *sent_by)
        if found is None or found.person.id == address.person_id:
            return found
        address = found.address  # somebody else has it since, and it is her turn that counts
    return None


def _heard(conn: Connection, address: Address, now: datetime) -> None:
    addresses.heard(conn, address.id, now)
    if not address.was_proven:  # else nothing is proven now that was not before
        second_channel.heard(conn, address.person_id, now)


def _speak(chat: Chat, incoming: Incoming, refusal: str, *, sure: bool) -> None:
    if refusal:
        chat.say(refusal)
    elif sure and incoming.is_wordless:
        wordless.sent(chat)
    elif sure:
        if incoming.text or not incoming.is_cut:
            take_turn(chat, numbered.meant(chat, incoming))
        cut_short.tell(chat, incoming)
    else:
        mail_received.unsure(chat, incoming)
    if sure and not chat.is_student and digests.is_stale(chat.conn, chat.person.id, chat.now):
        digests.looked(chat.conn, chat.person.id, chat.now)


def set_aside(conn: Connection, inbox_id: int, error: BaseException, now: datetime) -> None:
    """Count a try that failed; after the third the message stays with its error and is not tried again."""
    row = inbox.claim(conn, inbox_id)
    if row is None:
        return
    tries = row.tries + 1
    failed = tries >= MOST_TRIES
    state = InboxState.FAILED if failed else InboxState.NEW
    values = {"state": state.value, "tries": tries, "error": type(error).__name__}
    conn.execute(
        inbox.inbox.update().where(inbox.inbox.c.id == inbox_id).values(**values, processed_at=now if failed else None)
    )
    address = addresses.by_external(conn, row.channel, row.account, row.sender)
    if failed and row.urgent and address is not None and not _is_nobody(conn, address):
        raise_sos(conn, address.person_id, None, now)  # what she wrote we cannot handle; that she cried we can


def reply_key(inbox_id: int, number: int) -> str:
    """Return what the replies to a message are called in the outbox."""
    return f"in:{inbox_id}:{number}"


def queue_replies(chat: Chat, address: Address, inbox_id: int) -> None:
    """Queue what a turn has said, to where she spoke; numbers to dial overtake everything else."""
    rows = [
        outbox.row(
            reply_key(inbox_id, number),
            Kind.REPLY,
            chat.person.id,
            reply.template,
            priority=Priority.ALARM if reply.template.startswith("sos/") else Priority.REPLY,
            now=chat.now,
            address_id=address.id,
            channel=address.channel,
            account=address.account,
            data=reply.data,
            prompt_id=reply.prompt_id,
            inbox_id=inbox_id,
        )
        for number, reply in enumerate(chat.replies)
    ]
    outbox.put(chat.conn, rows)


def in_turn(conn: Connection, person_id: int) -> None:
    """Let two messages of one person take turns; a weaker lock than UPDATE, for which foreign keys need not wait."""
    if conn.dialect.name != "sqlite":  # there only one writes at a time
        conn.execute(_TURN, {"person_id": person_id})


def _chat(conn: Connection, row: InboxRow, address: Address, services: Services, known: Sender | None) -> Chat:
    """Begin a turn; `known`: who wrote, where nothing can have changed since she was looked up."""
    if known is None:
        in_turn(conn, address.person_id)
    person = people.by_id(conn, address.person_id) if known is None else known.person
    if person is None:
        raise LookupError("an address belongs to nobody")
    return Chat(
        conn=conn,
        now=services.clock.now(),
        real_now=services.clock.real(),
        person=person,
        address=address,
        channel=row.channel,
        services=services,
        key=f"in:{row.id}",
        is_idle=known is not None and known.is_idle,
    )


def _is_nobody(conn: Connection, address: Address) -> bool:
    """Tell whether an address was taken back: its sender is a stranger again, unless she left by herself."""
    if address.state is not AddressState.REVOKED:
        return False
    person = people.by_id(conn, address.person_id)
    return person is None or person.left_at is None
