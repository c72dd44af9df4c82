"""The lock on WeCom's callback: is a call signed with our token, and what is in it? The webhook asks.

wechatpy deciphers; the signature is compared here, in constant time.
"""

import binascii
import hashlib
import hmac
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wechatpy.enterprise.crypto import PrpCrypto
from wechatpy.enterprise.exceptions import InvalidCorpIdException

from bot.channels.xml_reading import MalformedError, read_xml
from bot.settings_wecom import WeCom

MOST_OFF = 300.0
"""Seconds by which a call's time may differ from ours."""
_LONGEST_NONCE = 128
_BROKEN = (binascii.Error, struct.error, IndexError, OverflowError, UnicodeDecodeError, ValueError)


class ForgedError(Exception):
    """A call is not signed with our token, too old, or meant for somebody else."""


@dataclass(frozen=True)
class Opened:
    """What a call carries: the message as JSON, its nonce, and a digest of what was signed with it."""

    raw: dict[str, Any]
    nonce: str
    digest: str


class Lock:
    """Opens what is meant for one app."""

    def __init__(self, section: WeCom) -> None:
        """Take the token, the key and whom calls must be meant for."""
        self._token = section.token
        self._corp_id = section.corp_id
        self._cipher = PrpCrypto(binascii.a2b_base64(section.aes_key + "="))

    def check(self, query: Mapping[str, str], real_now: datetime) -> None:
        """Refuse a call whose query shows already that it is none of WeCom's: ForgedError."""
        nonce, signature, timestamp = (query.get(name, "") for name in ("nonce", "msg_signature", "timestamp"))
        if not signature or not 0 < len(nonce) <= _LONGEST_NONCE:
            raise ForgedError("no signature or nonce")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("1700000000")):
            raise ForgedError("no timestamp")
        if abs(int(timestamp) - real_now.timestamp()) > MOST_OFF:
            raise ForgedError("too old or too young")

    def echo(self, query: Mapping[str, str]) -> str:
        """Return what WeCom wants to hear when the address is entered; ForgedError or MalformedError."""
        return self._decipher(query, query.get("echostr", ""))

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Return what a call carries; ForgedError or MalformedError, and nothing in between."""
        sealed = read_xml(body).get("Encrypt")
        if not isinstance(sealed, str):
            raise MalformedError("nothing in it")
        raw = read_xml(self._decipher(query, sealed))
        return Opened(raw, query.get("nonce", ""), hashlib.sha256(sealed.encode()).hexdigest())

    def _decipher(self, query: Mapping[str, str], sealed: str) -> str:
        signed = sorted([self._token, query.get("timestamp", ""), query.get("nonce", ""), sealed])
        digest = hashlib.sha1("".join(signed).encode()).hexdigest()  # noqa: S324 - as the platform signs
        if not hmac.compare_digest(digest.encode(), query.get("msg_signature", "").encode()):
            raise ForgedError("wrong signature")
        try:
            text: str = self._cipher.decrypt(sealed, self._corp_id)
        except InvalidCorpIdException:
            raise ForgedError("meant for another corporation") from None
        except _BROKEN:
            raise MalformedError("cannot be deciphered") from None
        return text
