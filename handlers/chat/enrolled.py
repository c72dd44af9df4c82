"""An invitation is followed: whose it is, what is asked, who sees what; consent, language, clock, done.

The link is used up by the consent, not by the look; until then the address is pending and belongs to that one link.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from bot.addresses import store as addresses
from bot.addresses.model import MAIL, PULL_ONLY, VOUCHED, Address, AddressState
from bot.engine import second_channel
from bot.engine.people_moves import enrol
from bot.journal import store as journal
from bot.links import store as links
from bot.links.model import LinkPurpose
from bot.people import store as people
from bot.people.model import Person
from handlers.chat import claimed, languaged, waiting
from handlers.chat.settled import settled
from handlers.context import Chat

SHOWN = 1
"""How many letters of a name are shown to whoever holds an invitation."""
_LINKED = frozenset({AddressState.WORKING, AddressState.GONE, AddressState.WRONG})


@dataclass(frozen=True)
class Followed:
    """What became of a token: an address with a person to go on with, or the template that says why not."""

    address: Address | None = None
    refusal: str = ""


def follow(
    conn: Connection,
    channel: str,
    account: str,
    sender: str,
    token: str,
    *,
    key: str,
    now: datetime,
    real_now: datetime,
) -> Followed:
    """Follow the token of an invitation; the sender's address becomes pending for the person whose link it is."""
    link = links.find(conn, token, LinkPurpose.ENROL)
    known = addresses.by_external(conn, channel, account, sender)
    if link is None or link.channel not in {None, channel}:
        return Followed(refusal="stranger/expired")
    person = people.by_id(conn, link.person_id)
    own = known is not None and known.state in _LINKED and known.person_id == link.person_id
    taken = known is not None and known.state in _LINKED and not own and not _has_left(conn, known.person_id)
    refusal = ""
    if own and person is not None and person.left_at is None:
        refusal = "enrol/already"
    elif link.used_at is not None:
        refusal = "stop/left" if own else "stranger/used"
        if not own:
            claimed.tell(conn, link.person_id, channel, key, now)
    elif not links.is_live(link, real_now):
        refusal = "stranger/expired"
    elif taken:
        refusal = "enrol/taken"
    if refusal:
        return Followed(refusal=refusal)
    address = addresses.put(conn, link.person_id, channel, account, sender, AddressState.PENDING, now)
    links.update(conn, link.id, address_id=address.id)
    journal.write(conn, [journal.line(now, "enrol.followed", person_id=link.person_id, channel=channel)])
    return Followed(address)


def ask_consent(chat: Chat) -> None:
    """Say whose invitation it is, what is asked and who sees what, and ask whether to begin."""
    unit = people.unit_paths(chat.conn).get(chat.person.unit_id or 0, "")
    template = "enrol/consent" if chat.is_student else "enrol/consent_staff"
    link = _link_id(chat)
    if link is None:
        chat.say("stranger/expired")
        return
    chat.say(template, masked=masked(chat.person), unit=unit, link=link, vouched=chat.channel in VOUCHED)


def pressed(chat: Chat, value: str) -> bool:
    """Take the answer to the consent; False when the button is neither."""
    if chat.address is None:
        return False
    if chat.address.state is not AddressState.PENDING:  # an old button: there is nothing more to agree to
        chat.say("enrol/already")
        return True
    if value == "no":
        _close(chat, chat.address, "declined")
        chat.say("enrol/declined", may_write=chat.channel in VOUCHED - {MAIL})
        return True
    if value != "yes":
        return False
    link = _link_id(chat)
    if link is None or (link and not links.use(chat.conn, link, chat.real_now)):
        _close(chat, chat.address, "link_used")
        claimed.tell(chat.conn, chat.person.id, chat.channel, chat.key, chat.now)
        chat.say("stranger/used")
        return True
    older = addresses.working_of(chat.conn, [chat.person.id]).get(chat.person.id, [])
    if any(one.channel == chat.channel and one.id != chat.address.id for one in older):
        claimed.tell(chat.conn, chat.person.id, chat.channel, chat.key, chat.now)
    enrol(chat.conn, chat.person.id, chat.address, chat.now, chat.services.programmes)
    if chat.person.consent_at is not None and chat.person.left_at is None and not _is_enrolling(chat):
        second_channel.heard(chat.conn, chat.person.id, chat.now)  # her yes came back from there: that proves it
        settled(chat, again=True)  # she has told us all of it in another app; what she is in the middle of there stays
    else:
        languaged.enrolling(chat)
    return True


def masked(person: Person) -> str:
    """Return a name of which only its owner recognises the rest: 张**."""
    hidden = min(max(len(person.name) - SHOWN, 1), 2)
    return person.name[:SHOWN] + "*" * hidden


def _is_enrolling(chat: Chat) -> bool:
    found = waiting.step(chat)
    return found is not None and (found.step == languaged.STEP or bool(found.data.get("enrolling")))


def _close(chat: Chat, address: Address, reason: str) -> None:
    # A page shows its own closed door; elsewhere a revoked address could not even be told why, so it stays pending.
    if address.channel in PULL_ONLY:
        addresses.set_state(chat.conn, address.id, AddressState.REVOKED, reason)
    line = journal.line(chat.now, "enrol.closed", person_id=chat.person.id, channel=chat.channel, why=reason)
    journal.write(chat.conn, [line])


def _has_left(conn: Connection, person_id: int) -> bool:
    person = people.by_id(conn, person_id)
    return person is not None and person.left_at is not None


def _link_id(chat: Chat) -> int | None:
    """Return the live link that this address has followed; 0 where none is needed: the page has checked it itself,
    or the school's own directory vouches for her. Else None.
    """
    if chat.address is None:
        return None
    link = links.of_address(chat.conn, chat.address.id, LinkPurpose.ENROL)
    if link is None or link.person_id != chat.person.id:
        return 0 if chat.address.channel in PULL_ONLY | VOUCHED else None
    return link.id if links.is_live(link, chat.real_now) else None
