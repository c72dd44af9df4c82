"""What somebody wrote in a mail: her own words without what she quotes; and whether a machine wrote it. Pure."""

import re
from dataclasses import dataclass
from email.message import EmailMessage, MIMEPart
from html.parser import HTMLParser

MOST = 100_000
"""Characters of her own words that are read: a whole report and more. Whoever takes them says what they keep."""
_QUOTE_HEADS = re.compile(
    r"^\s*(?:"
    r"On\b.{4,200}\bwrote:|"
    r"在\s?.{4,200}(?:写道|寫道)[：:]|"
    r".{0,120}(?:于|於)\s?\d{4}.{4,120}(?:写道|寫道)[：:]|"
    r"Le\b.{4,200}\ba écrit\s?:|Am\b.{4,200}\bschrieb.{0,80}:|El\b.{4,200}\bescribió:|"
    r"-{2,}\s*(?:Original Message|Forwarded message|原始邮件|原始郵件|转发邮件)\s*-{2,}|"
    r"-{2,}\s*(?:Ursprüngliche Nachricht|Message d'origine)\s*-{2,}|"
    r"_{10,}|发件人[：:]\s?.+|寄件者[：:]\s?.+|From:\s.+@.+"
    r")\s*$",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(r"^(?:--\s?|发自我的.{1,20}|Sent from my .{1,30})$")
_OUT_OF_OFFICE = re.compile(
    r"^(?:automatic reply|auto(?:matic)?[- ]?reply|out of (?:the )?office|自动回复|自動回覆)", re.IGNORECASE
)


@dataclass(frozen=True)
class Words:
    """What somebody wrote; `is_cut` when it went on after this."""

    text: str
    is_cut: bool = False


def own_words(mail: EmailMessage, *, is_cut: bool = False) -> Words:
    """Return what she wrote herself, without quoted text and signatures of programs.

    `is_cut`: only the beginning of the mail is there. Her words are whole all the same where a quotation or another
    part of the mail follows them.
    """
    part = mail.get_body(("plain", "html"))
    is_open = is_cut and (part is None or part is [one for one in mail.walk() if not one.is_multipart()][-1])
    lines: list[str] = []
    given = _text_of(part).replace("\r\n", "\n").split("\n")
    for place, line in enumerate(given):
        wrapped = f"{line} {given[place + 1]}" if place + 1 < len(given) else line  # heads break in the middle
        quotes = _QUOTE_HEADS.match(line) or (
            line.startswith(("On ", "在", "Le ", "Am ", "El ")) and _QUOTE_HEADS.match(wrapped)
        )
        if quotes or _SIGNATURE.match(line):
            is_open = False
            break
        if not line.lstrip().startswith(">"):
            lines.append(line)
    if is_open and given[-1].lstrip().startswith(">"):
        is_open = False
    words = re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()
    return Words(words[:MOST], is_open or len(words) > MOST)


def is_of_a_machine(mail: EmailMessage) -> bool:
    """Tell whether a program wrote a mail by itself: out-of-office notes, lists, receipts."""
    automatic = str(mail.get("Auto-Submitted", "no")).strip().lower()
    if automatic not in {"", "no"}:
        return True
    if str(mail.get("Precedence", "")).strip().lower() in {"bulk", "junk", "list", "auto_reply"}:
        return True
    if any(name in mail for name in ("X-Autoreply", "X-Autorespond", "List-Id", "X-Auto-Response-From")):
        return True
    if mail.get_content_type() == "multipart/report":
        return True
    return _OUT_OF_OFFICE.match(str(mail.get("Subject", "")).strip()) is not None


def _text_of(part: MIMEPart | None) -> str:
    if part is None:
        return ""
    try:
        content = part.get_content()
    except (LookupError, ValueError):  # a character set that nobody knows
        payload = part.get_payload(decode=True)
        content = payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""
    if not isinstance(content, str):
        return ""
    return _plain(content) if part.get_content_subtype() == "html" else content


def _plain(html: str) -> str:
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return "".join(reader.words) + ("\n>" if reader.words and reader.is_silent else "")  # what was cut is quoted


class _Reader(HTMLParser):
    """Reads the words of HTML: blocks are lines, and what is quoted is left out."""

    _BLOCKS = frozenset({"p", "div", "br", "li", "tr", "h1", "h2", "h3"})
    _SILENT = frozenset({"style", "script", "head", "title", "blockquote"})

    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self._silent = 0

    @property
    def is_silent(self) -> bool:
        """Tell whether what comes next would be left out."""
        return self._silent > 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002 - the parser's
        if tag in self._SILENT:
            self._silent += 1
        elif tag in self._BLOCKS:
            self.words.append("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self._SILENT:
            self._silent = max(self._silent - 1, 0)

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.words.append(data)
