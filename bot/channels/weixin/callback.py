"""The lock on the callbacks of WeCom and WeChat: is a call signed with our token, and what is in it? Webhooks ask.

wechatpy ciphers and deciphers; the signature is compared here, in constant time.
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
    """Opens what is meant for one account of ours, and seals what it answers."""

    def __init__(self, token: str, aes_key: str, owner: str) -> None:
        """Take the token, the key and whom calls must be meant for: the id of the corporation, or the AppID."""
        self._token = token
        self._owner = owner
        self._cipher = PrpCrypto(binascii.a2b_base64(aes_key + "="))

    def check(self, query: Mapping[str, str], real_now: datetime, signed_by: str = "msg_signature") -> None:
        """Refuse a call whose query shows already that it is none of the platform's: ForgedError."""
        nonce, signature, timestamp = (query.get(name, "") for name in ("nonce", signed_by, "timestamp"))
        if not signature or not 0 < len(nonce) <= _LONGEST_NONCE:
            raise ForgedError("no signature or nonce")
        if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= len("1700000000")):
            raise ForgedError("no timestamp")
        if abs(int(timestamp) - real_now.timestamp()) > MOST_OFF:
            raise ForgedError("too old or too young")

    def echo(self, query: Mapping[str, str]) -> str:
        """Return what the platform wants to hear when the address is entered; ForgedError or MalformedError."""
        return self._decipher(query, query.get("echostr", ""))

    def plain_echo(self, query: Mapping[str, str]) -> str:
        """Return the same where the platform signs and does not seal it: ForgedError unless the signature is ours."""
        self._compare(query, query.get("signature", ""))
        return query.get("echostr", "")

    def seal(self, text: str, nonce: str, real_now: datetime) -> str:
        """Return an answer that only the platform can read, as XML."""
        sealed = self._cipher.encrypt(text, self._owner).decode()
        at = str(int(real_now.timestamp()))
        return (
            f"<xml><Encrypt><![CDATA[{sealed}]]></Encrypt>"
            f"<MsgSignature><![CDATA[{self._signature(at, nonce, sealed)}]]></MsgSignature>"
            f"<TimeStamp>{at}</TimeStamp><Nonce><![CDATA[{nonce}]]></Nonce></xml>"
        )

    def open(self, query: Mapping[str, str], body: bytes) -> Opened:
        """Return what a call carries; ForgedError or MalformedError, and nothing in between."""
        sealed = read_xml(body).get("Encrypt")
        if not isinstance(sealed, str):
            raise MalformedError("nothing in it")
        raw = read_xml(self._decipher(query, sealed))
        return Opened(raw, query.get("nonce", ""), hashlib.sha256(sealed.encode()).hexdigest())

    def _decipher(self, query: Mapping[str, str], sealed: str) -> str:
        self._compare(query, query.get("msg_signature", ""), sealed)
        try:
            text: str = self._cipher.decrypt(sealed, self._owner)
        except InvalidCorpIdException:
            raise ForgedError("meant for somebody else") from None
        except _BROKEN:
            raise MalformedError("cannot be deciphered") from None
        return text

    def _compare(self, query: Mapping[str, str], given: str, *sealed: str) -> None:
        digest = self._signature(query.get("timestamp", ""), query.get("nonce", ""), *sealed)
        if not hmac.compare_digest(digest.encode(), given.encode()):
            raise ForgedError("wrong signature")

    def _signature(self, *parts: str) -> str:
        return hashlib.sha1("".join(sorted([self._token, *parts])).encode()).hexdigest()  # noqa: S324 - as they sign
