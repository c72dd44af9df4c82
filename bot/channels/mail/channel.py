"""Mail as delivery sees it: send through the school's server. Wiring makes one; replies come through `mailbox`.

aiosmtplib is imported when a channel is made: a service without mail starts without it.
"""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

import structlog

from bot.channels.checkup import Around, Finding
from bot.channels.mail.markup import From, mail_of, reference_of
from bot.outbox.model import Rendered, Result, ResultKind
from bot.settings import Limits
from bot.settings_mail import Mail as MailSettings

if TYPE_CHECKING:
    from bot.channels.mail.mailbox import Mailbox

log = structlog.get_logger(__name__)


class Mail:
    """One sender address. `send` may run many times at once; limits of rate are delivery's work."""

    name = "mail"
    can_edit = False
    can_push = True
    one_at_a_time = True

    def __init__(self, section: MailSettings, limits: Limits, real: Callable[[], datetime]) -> None:
        """Take the settings of the channel and the real time, for the Date of a mail."""
        from bot.channels.mail.client import Client  # noqa: PLC0415 - see above
        from bot.channels.mail.errors import TROUBLES  # noqa: PLC0415 - see above

        self.account = section.account
        self.text_limit = limits.mail_text_characters
        self._section = section
        self._from = From(section.sender, section.name)
        self._client = Client(section, float(limits.mail_timeout_seconds))
        self._real = real
        self._lasting = TROUBLES
        self._trouble = ""
        self.mailbox: Mailbox | None = None
        if section.imap.enabled:
            from bot.channels.mail.mailbox import Mailbox as Reader  # noqa: PLC0415 - see above

            self.mailbox = Reader(section.imap, float(limits.mail_timeout_seconds), limits.mail_read_bytes)

    @property
    def source(self) -> "Mailbox | None":
        """Return what fetches replies; None without a mailbox."""
        return self.mailbox

    async def send(self, external_id: str, message: Rendered, *, key: str) -> Result:
        """Send a mail; the reference of an accepted one is what replies and bounces name it by."""
        return await self._hand_over(external_id, message, key, None)

    async def send_pictured(self, external_id: str, message: Rendered, picture: bytes, *, key: str) -> Result:
        """Send a mail with a picture in it."""
        return await self._hand_over(external_id, message, key, picture)

    async def _hand_over(self, external_id: str, message: Rendered, key: str, picture: bytes | None) -> Result:
        mail = mail_of(message, self._from, external_id, key, self._real(), self.text_limit, picture=picture)
        result = await self._client.hand_over(external_id, mail)
        self._remember(result, key)
        if result.kind in {ResultKind.ACCEPTED, ResultKind.OUTCOME_UNKNOWN}:
            return Result(result.kind, external_id=reference_of(message, key), reason=result.reason)
        return result

    async def edit(self, external_id: str, message_ref: str, message: Rendered) -> Result:  # noqa: ARG002 - as channels are
        """Refuse: what is sent is sent."""
        return Result(ResultKind.OUR_FAULT, reason="cannot_edit")

    async def acknowledge(self, press_ref: str) -> None:
        """Do nothing: a page that was posted needs no telling."""

    async def close(self) -> None:
        """End the connections."""
        await self._client.close()
        if self.mailbox is not None:
            await self.mailbox.close()

    async def checkup(self, _around: Around) -> list[Finding]:
        """Look at the server and the mailbox; no mail is sent."""
        from bot.channels.mail.checkup import of_mailbox, of_server  # noqa: PLC0415 - see above

        trouble = "" if self.mailbox is None else await self.mailbox.look()
        return [of_server(self._section, await self._client.greet()), of_mailbox(self._section, trouble)]

    def troubles(self) -> dict[str, int]:
        """Return what somebody should look at, by short code: of the server that sends, and of the mailbox."""
        return ({self._trouble: 1} if self._trouble else {}) | ({} if self.mailbox is None else self.mailbox.troubles())

    def _remember(self, result: Result, key: str) -> None:
        reason = result.reason or ""
        if result.kind in {ResultKind.ACCEPTED, ResultKind.ADDRESS_WRONG}:
            self._trouble = ""  # it let us in and took our sender
        elif reason in self._lasting and reason != self._trouble:
            self._trouble = reason
            log.error("mail.server_refuses", reason=reason)
        if result.kind is not ResultKind.ACCEPTED:
            log.info("mail.not_taken", key=key, result=result.kind.value, reason=reason)
