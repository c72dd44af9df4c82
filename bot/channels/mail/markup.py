"""A message as a mail: one text and the same as HTML, with the headers that mail programs and servers go by. Pure.

Both parts are made from the same list of pieces, so that they cannot say different things. The HTML is plain and its
styles stand in it, because mail programs read no style sheets; nothing is loaded from anywhere.
"""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from html import escape

from bot.outbox.model import Rendered

BEFORE = "yanxin."
"""What stands before the reference in a Message-ID."""


@dataclass(frozen=True)
class Piece:
    """A part of a mail: a paragraph, a link under a label (the first is the page), or a small line below."""

    text: str
    url: str = ""
    small: bool = False


@dataclass(frozen=True)
class From:
    """Who a mail is from: an address and a name."""

    address: str
    name: str

    @property
    def domain(self) -> str:
        """Return what stands behind the @."""
        return self.address.rpartition("@")[2]


def pieces_of(message: Rendered, limit: int) -> list[Piece]:
    """Return what a mail says, in order; a text of more than `limit` characters is cut, and the page has all of it."""
    text = message.text.strip()
    shown = text if len(text) <= limit else f"{text[:limit].rstrip()} …"
    found = [Piece(part) for part in shown.split("\n\n") if part.strip()]
    if message.letter is not None:
        found.append(Piece(message.letter.open_label, url=message.letter.page))
    found += [Piece(one.label, url=one.url) for row in message.buttons for one in row if one.url is not None]
    if message.letter is not None:
        found += [Piece(line, small=True) for line in message.letter.notes]
    return found


def as_text(pieces: list[Piece]) -> str:
    """Return the text part."""
    return "\n".join(_text_lines(pieces)) + "\n"


def as_html(pieces: list[Piece], language: str) -> str:
    """Return the HTML part."""
    body = "\n".join(_html_of(piece, first=place == _first_link(pieces)) for place, piece in enumerate(pieces))
    lang = "zh-CN" if language == "zh" else "en"
    return _PAGE.format(lang=lang, body=body, font=_FONT)


def reference_of(message: Rendered, key: str) -> str:
    """Return what names a mail: stable over all tries, so that a mailbox shows a copy only once."""
    if message.letter is not None:
        return message.letter.reference
    return hashlib.sha256(key.encode()).hexdigest()[:40]


def message_id(reference: str, domain: str) -> str:
    """Return the Message-ID of a reference."""
    return f"<{BEFORE}{reference}@{domain}>"


def mail_of(
    message: Rendered, sender: From, to: str, key: str, at: datetime, limit: int, *, picture: bytes | None = None
) -> bytes:
    """Return a whole mail as it goes over the wire; a PNG lies in it as a file that a phone can keep."""
    mail = EmailMessage(policy=SMTP)
    letter, pieces = message.letter, pieces_of(message, limit)
    mail["From"] = Address(display_name=sender.name, addr_spec=sender.address)
    mail["To"] = to
    mail["Subject"] = letter.subject if letter is not None else sender.name
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = message_id(reference_of(message, key), sender.domain)
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "OOF, AutoReply"
    mail["Content-Language"] = "zh-CN" if message.language == "zh" else "en"
    if letter is not None and letter.unsubscribe is not None:
        mail["List-Unsubscribe"] = f"<{letter.unsubscribe}>"
        mail["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    mail.set_content(as_text(pieces), cte="base64")
    mail.add_alternative(as_html(pieces, message.language), subtype="html", cte="base64")
    if letter is not None and letter.calendar is not None:
        with_method = {"method": letter.calendar_method}
        mail.add_alternative(letter.calendar, subtype="calendar", cte="base64", params=with_method)
    if picture is not None:
        mail.add_attachment(picture, "image", "png", filename="card.png")
    return mail.as_bytes()


def _first_link(pieces: list[Piece]) -> int:
    return next((place for place, piece in enumerate(pieces) if piece.url), -1)


def _text_lines(pieces: list[Piece]) -> Iterator[str]:
    small_before = False
    for piece in pieces:
        if piece.small and not small_before:
            yield "--"
        small_before = piece.small
        yield piece.text
        if piece.url:
            yield piece.url
        if not piece.small:
            yield ""


def _html_of(piece: Piece, *, first: bool) -> str:
    words = escape(piece.text).replace("\n", "<br>\n")
    if piece.url:
        style = _BUTTON if first else _LINK
        return f'<p style="margin:20px 0"><a href="{escape(piece.url)}" style="{style}">{words}</a></p>'
    return f'<p style="{_SMALL if piece.small else _PARAGRAPH}">{words}</p>'


_FONT = "font-family:-apple-system,'PingFang SC','Microsoft YaHei','Noto Sans CJK SC',sans-serif"
_PARAGRAPH = "margin:0 0 16px;font-size:17px;line-height:1.6"
_SMALL = "margin:8px 0 0;font-size:13px;line-height:1.5;opacity:.75"
_LINK = "color:#1f6f8b"
_BUTTON = (
    "display:inline-block;padding:12px 22px;border-radius:8px;background:#1f6f8b;color:#ffffff;"
    "text-decoration:none;font-size:17px"
)
_PAGE = """<!doctype html>
<html lang="{lang}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark"></head>
<body style="margin:0;padding:24px 16px;{font}">
<div style="max-width:560px;margin:0 auto">
{body}
</div>
</body>
</html>
"""
