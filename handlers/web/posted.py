"""What a form of the chat page or the answer page carries: one press, one text or one position, and its own nonce."""

import hashlib
import math
import re
import secrets
from dataclasses import dataclass

from starlette.datastructures import FormData

from bot.channels.web.understand import MAX_TEXT
from bot.inbox.rules import cry_in

_NONCE = re.compile(r"[0-9a-f]{16}")
LONGEST_PRESS = 64
"""Bytes of what a button carries."""


@dataclass(frozen=True)
class Posted:
    """A form as it was sent. `message` is the attempt on which the pressed button stands."""

    nonce: str
    text: str = ""
    press: str = ""
    message: int | None = None
    position: tuple[float, float] | None = None

    @property
    def key(self) -> str:
        """Name this form and what it says: the same one sent twice has one effect, a changed one has its own."""
        said = repr((self.text, self.press, self.position))
        return f"{self.nonce}:{hashlib.sha256(said.encode()).hexdigest()[:16]}"

    @property
    def is_urgent(self) -> bool:
        """Tell whether it is a cry for help, which overtakes everything."""
        return self.press.endswith(":urgent") or self.press == "sos:yes" or cry_in(self.text) is not None


def new_nonce() -> str:
    """Make a nonce for one form."""
    return secrets.token_hex(8)


def read(fields: FormData) -> Posted | None:
    """Read a form; None when it says nothing at all. A form without a nonce gets one: it is never the same twice."""
    given = str(fields.get("nonce", ""))
    nonce = given if _NONCE.fullmatch(given) else new_nonce()
    message = str(fields.get("message", ""))
    on = int(message) if message.isascii() and message.isdigit() and len(message) < 16 else None  # noqa: PLR2004
    position = _position(fields)
    press = str(fields.get("press", ""))
    text = str(fields.get("text", "")).replace("\x00", "").strip()[:MAX_TEXT]
    if position is not None:
        return Posted(nonce, position=position)
    if press:
        return Posted(nonce, press=press, message=on) if len(press.encode()) <= LONGEST_PRESS else None
    return Posted(nonce, text=text) if text else None


def _position(fields: FormData) -> tuple[float, float] | None:
    try:
        latitude, longitude = float(str(fields["latitude"])), float(str(fields["longitude"]))
    except (KeyError, ValueError):
        return None
    if math.isfinite(latitude) and math.isfinite(longitude) and abs(latitude) <= 90 and abs(longitude) <= 180:  # noqa: PLR2004
        return latitude, longitude
    return None
