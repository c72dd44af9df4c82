"""The conversation with the mail server: connect, sign in, hand one message over; connections are used again.

The only file that imports aiosmtplib beside `errors`. It never raises for what a server said: `hand_over` returns a
result.
"""

import asyncio
import ssl

import aiosmtplib

from bot.channels.mail.errors import Phase, result_of
from bot.errors import Mistake, SettingsError
from bot.outbox.model import Result, ResultKind
from bot.settings_mail import Mail

CONNECTIONS = 4
"""How many connections are open at once: more than a handful makes servers suspicious."""


class Client:
    """One account on one server."""

    def __init__(self, section: Mail, timeout: float) -> None:
        """Take the settings; nothing is called yet. `timeout`: seconds for each answer of the server."""
        self._section = section
        self._timeout = timeout
        self._context = None if section.security == "none" else trusted(section.ca_file, "[channels.mail]")
        self._idle: list[aiosmtplib.SMTP] = []
        self._places = asyncio.Semaphore(CONNECTIONS)

    async def hand_over(self, to: str, content: bytes) -> Result:
        """Hand over one message, word for word."""
        async with self._places:
            phase = Phase.CONNECT
            smtp: aiosmtplib.SMTP | None = None
            try:
                smtp = await self._used_before()
                if smtp is None:
                    smtp = self._new()
                    await smtp.connect()
                    phase = Phase.LOGIN
                    if self._section.user:
                        await smtp.login(self._section.user, self._section.password)
                phase = Phase.SENDER
                size = [f"SIZE={len(content)}"] if smtp.supports_extension("size") else []
                await smtp.mail(self._section.sender, options=size)
                phase = Phase.RECIPIENT
                await smtp.rcpt(to)
                phase = Phase.DATA
                await smtp.data(content)
            except Exception as error:  # noqa: BLE001 - `result_of` knows them; their text may hold addresses
                _drop(smtp)
                return result_of(error, phase)
            self._idle.append(smtp)
            return Result(ResultKind.ACCEPTED)

    async def greet(self) -> Result:
        """Connect and sign in, and send nothing."""
        phase, smtp = Phase.CONNECT, self._new()
        try:
            await smtp.connect()
            phase = Phase.LOGIN
            if self._section.user:
                await smtp.login(self._section.user, self._section.password)
        except Exception as error:  # noqa: BLE001 - as above
            return result_of(error, phase)
        finally:
            _drop(smtp)
        return Result(ResultKind.ACCEPTED)

    async def close(self) -> None:
        """End the connections."""
        while self._idle:
            _drop(self._idle.pop())
        for _ in range(3):  # the loop may end with us: what was dropped must be gone by then
            await asyncio.sleep(0)

    async def _used_before(self) -> aiosmtplib.SMTP | None:
        """Return an open connection that the server still knows."""
        while self._idle:
            smtp = self._idle.pop()
            try:
                await smtp.rset()
            except Exception:  # noqa: BLE001 - whatever became of it, there are new ones
                _drop(smtp)
                continue
            return smtp
        return None

    def _new(self) -> aiosmtplib.SMTP:
        section = self._section
        return aiosmtplib.SMTP(
            hostname=section.host,
            port=section.port,
            timeout=self._timeout,
            use_tls=section.security == "tls",
            start_tls=section.security == "starttls",
            tls_context=self._context,
        )


def trusted(ca_file: str, section: str) -> ssl.SSLContext:
    """Return what certificates are believed: the system's, and those of a file; SettingsError when it holds none."""
    context = ssl.create_default_context()
    if ca_file:
        try:
            context.load_verify_locations(ca_file)
        except (OSError, ssl.SSLError):
            mend = "name a readable PEM file of certificates, or leave it empty"
            raise SettingsError(
                [Mistake(f"{section} ca_file", f"there is no certificate in {ca_file!r}", mend)]
            ) from None
    return context


def _drop(smtp: aiosmtplib.SMTP | None) -> None:
    if smtp is not None:
        if isinstance(smtp.transport, asyncio.Transport):
            smtp.transport.abort()  # a polite end would wait for the server's
        smtp.close()
