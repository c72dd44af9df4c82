"""What a mail that came to our mailbox means, in our own words. Pure; the inbox calls it.

The raw update is the mail as it came, byte for byte (`raw_of`). A bounce says which mail of ours it is about, a reply
of a calendar program which event; a mail of a machine means nothing; everything else is somebody's words.
"""

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr
from typing import Any

from bot.channels.mail.bounces import bounce_in, references_in
from bot.channels.mail.calendar_replies import reply_in
from bot.channels.mail.replies import is_of_a_machine, own_words
from bot.inbox.model import Incoming, Said

LONGEST_SENDER = 128


def raw_of(content: bytes, *, is_cut: bool = False) -> dict[str, Any]:
    """Return a mail as a raw update; `is_cut`: it is longer, and this is its beginning."""
    return {"mail": content.decode("latin-1")} | ({"cut": True} if is_cut else {})


def is_known(raw: dict[str, Any]) -> bool:
    """Tell whether an update is a mail."""
    return isinstance(raw.get("mail"), str)


def understand(raw: dict[str, Any]) -> Incoming:
    """Return what a mail means; whatever cannot be read at all is OTHER."""
    content = raw.get("mail")
    if not isinstance(content, str):
        return Incoming(Said.OTHER, "")
    mail = message_from_bytes(content.encode("latin-1", "replace"), _class=EmailMessage, policy=default)
    name, sender = sender_of(mail)
    bounce = bounce_in(mail)
    if bounce is not None:
        if not bounce.final or not bounce.reference:
            return Incoming(Said.OTHER, sender)
        return Incoming(Said.BOUNCED, sender, data=f"{bounce.reference}|{bounce.status}")
    answer = reply_in(mail, sender)
    if answer is not None:
        said = Said.ATTENDS if answer.word else Said.OTHER
        return Incoming(said, sender, text=answer.comment, data=f"{answer.word}|{answer.sequence}|{answer.uid}")
    if is_of_a_machine(mail):
        return Incoming(Said.OTHER, sender)
    named = references_in(_header(mail, "References"), _header(mail, "In-Reply-To"))
    read = own_words(mail, is_cut=bool(raw.get("cut")))
    words = read.text
    if not named and (subject := _header(mail, "Subject").strip()) and subject not in words:
        words = f"{subject}\n{words}".strip()  # a mail of her own, whose subject may be all it says
    # A reply of hers that has something in it: silence would look as if it had been seen. To an empty one, which many a
    # program sends, nothing is said, so that two programs do not talk for ever.
    mute = bool(named) and not words and not read.is_cut and _has_files(mail)
    said = Said.TEXT if words or read.is_cut or mute else Said.OTHER
    reference = named[0] if named else None
    return Incoming(said, sender, words, reply_ref=reference, name=name, is_cut=read.is_cut, is_wordless=mute)


def _has_files(mail: EmailMessage) -> bool:
    return any(part.get_content_maintype() not in {"text", "multipart", "message"} for part in mail.walk())


def sender_of(mail: EmailMessage) -> tuple[str, str]:
    """Return the name and the address that a mail gives as its sender; anybody can write any."""
    name, address = parseaddr(_header(mail, "From"))
    return name[:60], address.strip().lower()[:LONGEST_SENDER]


def _header(mail: EmailMessage, name: str) -> str:
    try:
        return str(mail.get(name, ""))
    except (ValueError, IndexError, AttributeError, TypeError):  # the parser of headers trips over some that are broken
        return ""
