"""What a message needs beside its words to go by mail: a subject, a page behind a link, and a name of its own.

Wiring calls `as_it_travels` when delivery writes a message for a mail address, in the same transaction: the links are
stored with the message. A mail is opened by scanners and forwarded by people, so that nothing in it acts: its link
opens a page whose buttons post.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import MAIL, OF_BRANCHES
from bot.engine.branch_words import NEUTRAL, has_own_page, is_neutral
from bot.engine.session_calendar import MAILED, mail_of
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.outbox.model import Kind, Letter, Message, Rendered
from bot.people import store as people_store
from bot.people.model import Person, RoleKind
from bot.prompts import store as prompts
from bot.rendering.calendar_entries import Ends
from bot.rendering.renderer import Renderer
from bot.settings import Settings

ASKING = frozenset({Kind.QUESTION, Kind.REMINDER})
ANSWER_FOR = timedelta(days=14)
PAGE_FOR = timedelta(days=7)
"""How long the page of a mail works; an alarm that is older has been told again, or its case is in the console."""
GO_ON = frozenset({"checklist", "flight", "report"})
"""Kinds of questions whose buttons begin something longer than one answer: their page is hers alone, like a chat."""
_NAMES_ITS_END = frozenset({"report/question"})
"""What says until when there is time, which follows from when it gets out."""
MINE_FOR = timedelta(days=30)
"""How long the link to a member's own page works."""
REPLY_FOR = timedelta(days=60)
"""How long replies and bounces are known."""


def needs_letter(message: Message, body: Rendered) -> bool:
    """Tell whether a message goes by mail and was written for another way."""
    return message.channel == MAIL and body.letter is None


def must_be_written_anew(message: Message, body: Rendered) -> bool:
    """Tell whether the words that were kept of an earlier try may not go this way or not now: another channel, other
    words, and another last day.
    """
    return needs_letter(message, body) or message.template.startswith(OF_BRANCHES) or message.template in _NAMES_ITS_END


def as_it_travels(
    conn: Connection, message: Message, body: Rendered, renderer: Renderer, settings: Settings, real_now: datetime
) -> Rendered:
    """Return a message as its channel carries it: a letter by mail, and a neutral line with the link to its own page
    where nothing of a branch may travel.
    """
    has_page = message.prompt_id is not None or has_own_page(message)
    if message.channel == MAIL or not is_neutral(message, settings) or not has_page:
        return with_letter(conn, message, body, renderer, settings, real_now)
    return renderer.chat(NEUTRAL, body.language, {"service_url": _page(conn, message, settings, real_now)})


def with_letter(
    conn: Connection, message: Message, body: Rendered, renderer: Renderer, settings: Settings, real_now: datetime
) -> Rendered:
    """Return a message as it goes by mail; as it is when it goes any other way. `real_now` is for its links."""
    if not needs_letter(message, body):
        return body
    branch = is_neutral(message, settings)
    person = people_store.by_id(conn, message.person_id)
    context = {
        "kind": message.kind.value,
        "template": message.template,
        "subject": str(message.data.get("subject", "")) if not branch else "",
        "is_student": person is not None and person.has_role(RoleKind.STUDENT),
        "replies_read": settings.channels.mail.imap.enabled,
        "support": settings.contacts.duty_phone or settings.contacts.support,
    }
    words = renderer.chat("mail/letter", body.language, context)
    subject, _, notes = words.text.partition("\n")
    unsubscribe = message.data.get("unsubscribe")
    page = _page(conn, message, settings, real_now)
    calendar = _calendar(conn, message, person, renderer, settings, page)
    letter = Letter(
        subject=subject.strip(),
        reference=_link(conn, message, LinkPurpose.REPLY, REPLY_FOR, real_now),
        page=page,
        open_label=words.buttons[0][0].label,
        notes=tuple(line.strip() for line in notes.splitlines() if line.strip()),
        unsubscribe=unsubscribe if isinstance(unsubscribe, str) else None,
        calendar=calendar[0] if calendar else None,
        calendar_method=calendar[1] if calendar else "",
    )
    return replace(body, letter=letter)


def _calendar(
    conn: Connection, message: Message, person: Person | None, renderer: Renderer, settings: Settings, page: str
) -> tuple[str, str] | None:
    """Return what goes into her calendar with a mail about a session, and its method; None with any other mail."""
    address = addresses.by_id(conn, message.address_id) if message.address_id is not None else None
    if message.template not in MAILED or message.prompt_id is None or person is None or address is None:
        return None
    mail = settings.channels.mail
    ends = Ends(mail.sender, mail.name, address.external_id, replies=bool(mail.imap.host))
    return mail_of(conn, message.prompt_id, person, renderer, ends, page)


def _page(conn: Connection, message: Message, settings: Settings, real_now: datetime) -> str:
    own = message.data.get("page")  # a message whose matter is a page of its own
    if isinstance(own, str):
        return own
    if has_own_page(message):
        return f"{settings.service.url}/mine/{_link(conn, message, LinkPurpose.MINE, MINE_FOR, real_now)}"
    asks = message.kind in ASKING or message.template.startswith(OF_BRANCHES)
    goes_on = message.template.partition("/")[0] in GO_ON
    if asks and message.prompt_id is not None and not goes_on:
        good_for = max(ANSWER_FOR, _until_over(conn, message))
        return f"{settings.service.url}/a/{_link(conn, message, LinkPurpose.ANSWER, good_for, real_now)}"
    good_for = ANSWER_FOR if goes_on else PAGE_FOR
    return f"{settings.service.url}/m/{_link(conn, message, LinkPurpose.MAIL, good_for, real_now)}"


def _until_over(conn: Connection, message: Message) -> timedelta:
    """Return how long a session is still ahead: a link to it stands in a calendar until it is over."""
    prompt = prompts.by_id(conn, message.prompt_id or 0) if message.template.startswith(OF_BRANCHES) else None
    return timedelta() if prompt is None or prompt.closes_at is None else prompt.closes_at - message.created_at


def _link(conn: Connection, message: Message, purpose: LinkPurpose, good_for: timedelta, real_now: datetime) -> str:
    return links.make(
        conn,
        purpose,
        message.person_id,
        real_now=real_now,
        expires_at=real_now + good_for,
        channel=message.channel or MAIL,
        prompt_id=message.prompt_id if purpose is LinkPurpose.ANSWER else None,
        address_id=message.address_id,
        outbox_id=message.id,
    )
