"""How WeCom seals what it sends, and how it calls the app, for `tests/fakes/wecom.py` and tests of the webhook.

The ciphers are written here with `cryptography` alone: wechatpy must not agree only with itself.
"""

import base64
import hashlib
import secrets
import struct
from typing import Any
from urllib.parse import urlencode
from xml.sax.saxutils import escape

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from starlette.types import ASGIApp, Message

CORP_ID = "wwfake0123456789"
AGENT_ID = 1000002
TOKEN = "FakeCallbackToken"
AES_KEY = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
BLOCK = 32


def sealed_call(text: str, nonce: str, at: float, owner: str = CORP_ID) -> tuple[str, bytes]:
    """Return query and body of a call that carries a text."""
    sealed = encrypt(text, owner)
    query = {"timestamp": str(int(at)), "nonce": nonce}
    query["msg_signature"] = signature(query["timestamp"], query["nonce"], sealed)
    return urlencode(query), envelope(sealed)


def envelope(sealed: str) -> bytes:
    """Return the body of a call."""
    head = f"<xml><ToUserName><![CDATA[{CORP_ID}]]></ToUserName><AgentID>{AGENT_ID}</AgentID>"
    return f"{head}<Encrypt><![CDATA[{sealed}]]></Encrypt></xml>".encode()


def encrypt(text: str, corp_id: str = CORP_ID) -> str:
    """Encrypt as the platform does."""
    plain = secrets.token_bytes(16) + struct.pack(">I", len(text.encode())) + text.encode() + corp_id.encode()
    padding = BLOCK - len(plain) % BLOCK
    encryptor = _cipher().encryptor()
    return base64.b64encode(encryptor.update(plain + bytes([padding]) * padding) + encryptor.finalize()).decode()


def decrypt(sealed: str, owner: str = CORP_ID) -> str:
    """Decrypt as the platform does; an AssertionError when it is meant for somebody else."""
    decryptor = _cipher().decryptor()
    padded = decryptor.update(base64.b64decode(sealed)) + decryptor.finalize()
    plain = padded[16 : -padded[-1]]
    (length,) = struct.unpack(">I", plain[:4])
    assert plain[4 + length :].decode() == owner
    return plain[4 : 4 + length].decode()


def signature(timestamp: str, nonce: str, sealed: str, token: str = TOKEN) -> str:
    return hashlib.sha1("".join(sorted([token, timestamp, nonce, sealed])).encode()).hexdigest()  # noqa: S324 - theirs


def _cipher() -> Cipher[modes.CBC]:
    key = base64.b64decode(AES_KEY + "=")
    return Cipher(algorithms.AES(key), modes.CBC(key[:16]))


def as_xml(values: dict[str, object]) -> str:
    """Write a message as the platform does; values of dicts become elements inside."""
    return f"<xml>{_elements(values)}</xml>"


def _elements(values: dict[str, Any]) -> str:
    return "".join(f"<{name}>{_inside(value)}</{name}>" for name, value in values.items())


def _inside(value: Any) -> str:
    return _elements(value) if isinstance(value, dict) else escape(str(value))


async def call(
    app: ASGIApp, path: str, query: str, body: bytes, *, method: str = "POST", chunk: int = 1 << 16
) -> tuple[int, bytes]:
    """Call an ASGI application as a web server would; return status and body."""
    chunks = [body[start : start + chunk] for start in range(0, len(body), chunk)] or [b""]
    sent: list[Message] = []
    read = 0

    async def receive() -> Message:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": chunks[read - 1], "more_body": read < len(chunks)}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "method": method,
        "path": path,
        "raw_path": path.encode(),
        "headers": [(b"host", b"127.0.0.1")],
        "query_string": query.encode(),
        "scheme": "http",
        "server": ("127.0.0.1", 80),
        "client": ("127.0.0.1", 1),
        "root_path": "",
    }
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent[1:])
