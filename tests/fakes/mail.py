"""A real SMTP server on loopback (aiosmtpd) with scripted answers, the mails that it took, and certificates for it."""

import asyncio
import re
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Self, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

FROM = "yanxin@uni.example"


@dataclass
class Taken:
    """A mail that the server took: whom for, and what."""

    to: str
    content: bytes

    @property
    def mail(self) -> EmailMessage:
        return message_from_bytes(self.content, _class=EmailMessage, policy=default)

    @property
    def text(self) -> str:
        part = self.mail.get_body(("plain",))
        assert part is not None
        return str(part.get_content())

    @property
    def html(self) -> str:
        part = self.mail.get_body(("html",))
        assert part is not None
        return str(part.get_content())

    @property
    def subject(self) -> str:
        return str(self.mail["Subject"])

    @property
    def path(self) -> str:
        """The path of the page that the mail links to."""
        found = re.search(r"https?://[^/\s]+(/[am]/\S+)", self.text)
        assert found is not None, self.text
        return found.group(1)


class FakeSmtp:
    """The server. `says` maps a recipient, "sender" or "data" to the answer to give instead of taking a mail."""

    def __init__(
        self,
        *,
        password: str = "",
        certificate: Path | None = None,
        starttls: bool = False,
        hostname: str = "127.0.0.1",
    ) -> None:
        self.taken: list[Taken] = []
        self.says: dict[str, str] = {}
        self.logins = 0
        self._password = password
        self._certificate = certificate
        self._starttls = starttls
        self._controller = self._made(hostname, 0)

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._controller.stop()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def values(self, **more: Any) -> dict[str, Any]:
        """Return the section of the settings that leads here."""
        return {
            "enabled": True,
            "host": "127.0.0.1",
            "port": self.port,
            "security": "none",
            "from": FROM,
        } | more

    def to(self, address: str) -> list[Taken]:
        return [one for one in self.taken if one.to == address]

    # ------------------------------------------------------------------ aiosmtpd's hooks

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if answer := self.says.get("sender"):
            return answer
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if answer := self.says.get(address):
            return answer
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        answer = self.says.get("data", "")
        content = envelope.content
        assert isinstance(content, bytes)
        if answer in {"", "hang up after"}:
            self.taken += [Taken(to, content) for to in envelope.rcpt_tos]
        if answer.startswith("hang up"):
            assert server.transport is not None
            server.transport.close()
            return "250 never heard"
        return answer or "250 OK"

    def _made(self, hostname: str, port: int) -> Controller:
        more: dict[str, Any] = {}
        if self._password:
            more = {"authenticator": self._checks(), "auth_require_tls": False}
        context = None
        if self._certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(self._certificate)
        if self._starttls:
            return _Ready(self, hostname=hostname, port=port, tls_context=context, require_starttls=True, **more)
        return _Ready(self, hostname=hostname, port=port, ssl_context=context, **more)

    def _checks(self) -> Callable[..., AuthResult]:
        def check(_server: SMTP, _session: Session, _envelope: Envelope, _how: str, data: Any) -> AuthResult:
            good = isinstance(data, LoginPassword) and data.password.decode() == self._password
            self.logins += good
            return AuthResult(success=good, handled=False)

        return check


class _Ready(Controller):
    """A controller whose port the system gives, the one that it knocks at; it hangs up on everybody before it stops."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._served: list[SMTP] = []

    def factory(self) -> SMTP:
        made = super().factory()  # type: ignore[no-untyped-call]
        self._served.append(made)
        return cast("SMTP", made)

    def stop(self, no_assert: bool = False) -> None:
        asyncio.run_coroutine_threadsafe(self._hang_up(), self.loop).result(timeout=10)
        super().stop(no_assert)

    async def _hang_up(self) -> None:
        """Aiosmtpd stops its loop at once: a connection just ending would be left half closed, to some later test."""
        assert self.server is not None
        self.server.close()
        for _ in range(3):  # what has just been accepted is served first; an end is heard in the next round
            await asyncio.sleep(0)
            for one in self._served:
                if isinstance(one.transport, asyncio.Transport):
                    one.transport.abort()
        await asyncio.sleep(0)

    def _trigger_server(self) -> None:
        assert self.server is not None
        self.port = self.server.sockets[0].getsockname()[1]  # type: ignore[attr-defined]
        super()._trigger_server()  # type: ignore[no-untyped-call]


def make_certificate(folder: Path, host: str = "127.0.0.1") -> Path:
    """Write a self-made certificate with its key for a loopback server, and return the file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "yanxin test")])
    began = datetime(2026, 1, 1, tzinfo=UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(began)
        .not_valid_after(began + timedelta(days=36500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(host))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


@dataclass
class Reader:
    """What a person with a mailbox does with what the server took."""

    server: FakeSmtp
    address: str
    read: int = field(default=0)

    @property
    def unread(self) -> list[Taken]:
        return self.server.to(self.address)[self.read :]

    def reads(self) -> Taken:
        """Return the next mail that she has not read."""
        assert self.unread, f"{self.address} has no new mail"
        self.read += 1
        return self.server.to(self.address)[self.read - 1]
