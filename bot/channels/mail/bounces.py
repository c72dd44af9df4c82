"""Reads what a mail server reports of a mail of ours that did not arrive: a delivery status notification (RFC 3464).

Servers write them in many ways; what counts is the message/delivery-status part, and our own Message-ID in the part
that returns our mail. Without our Message-ID nobody is believed: anybody can write such a report.
"""

import re
from dataclasses import dataclass
from email.message import EmailMessage, Message

from bot.channels.mail.markup import BEFORE

_OURS = re.compile(r"<" + re.escape(BEFORE) + r"([A-Za-z0-9_-]{20,64})@")
_STATUS = re.compile(r"\b([245]\.\d{1,3}\.\d{1,3})\b")
MOST_SEARCHED = 20_000
"""Characters of a returned part in which our Message-ID is looked for: it stands near the top."""


@dataclass(frozen=True)
class Bounce:
    """What a report says of one of our mails: its reference, the enhanced status, whether it is final."""

    reference: str
    status: str
    final: bool


def bounce_in(mail: EmailMessage) -> Bounce | None:
    """Return what a report says, None when a mail is no such report."""
    report = next((part for part in mail.walk() if part.get_content_type() == "message/delivery-status"), None)
    if report is None:
        return None
    fields = _of_recipient(report)
    found = _STATUS.search(str(fields.get("Status", "")))
    action = str(fields.get("Action", "")).strip().lower()
    status = found.group(1) if found else ""
    return Bounce(_returned(mail), status, final=action == "failed" or (not action and status.startswith("5")))


def references_in(*headers: str) -> list[str]:
    """Return the references of mails of ours that headers name, the newest first."""
    found = [one for header in headers for one in _OURS.findall(header)]
    return list(dict.fromkeys(reversed(found)))


def _of_recipient(report: Message) -> Message:
    """Return the fields of the one recipient: each mail of ours has one. The first block is about the server."""
    payload = report.get_payload()
    blocks = payload if isinstance(payload, list) else []
    described = [block for block in blocks if isinstance(block, Message)]
    return next((block for block in described if "Status" in block or "Final-Recipient" in block), Message())


def _returned(mail: EmailMessage) -> str:
    """Return the reference of the mail that a report gives back, whole or its headers alone; empty when it has none."""
    for part in mail.walk():
        if part.get_content_type() in {"message/rfc822", "text/rfc822-headers", "message/rfc822-headers"}:
            text = part.as_string()[:MOST_SEARCHED]
            for line in re.sub(r"\r?\n[ \t]+", " ", text).splitlines():
                if line.lower().startswith("message-id:") and (found := _OURS.search(line)):
                    return found.group(1)
    own = references_in(str(mail.get("References", "")), str(mail.get("In-Reply-To", "")))
    return own[0] if own else ""
