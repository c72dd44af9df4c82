"""Reads the mailbox that bounces and replies come to: each mail is stored first, and only then marked as read or moved.

IMAPClient waits, so every call runs on a thread of its own. A mail that cannot be stored stays unread and comes again;
the inbox knows what it has by the mailbox's own numbers. `Mailbox.run` is a source, run by one process at a time.
"""

import asyncio
import imaplib
import ssl
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import structlog
from imapclient import IMAPClient
from imapclient.exceptions import IMAPClientError, LoginError

from bot.channels.base import Store
from bot.channels.mail.client import trusted
from bot.channels.mail.understand import raw_of, understand
from bot.settings_mail import Imap

log = structlog.get_logger(__name__)
AT_ONCE = 20
"""How many mails are fetched before the first of them are marked."""
LONGEST_PAUSE = 600.0
Fetched = tuple[str, bytes]


class Mailbox:
    """One folder of one mailbox."""

    def __init__(self, section: Imap, timeout: float, most_bytes: int) -> None:
        """Take the settings; nothing is called yet. Of a mail longer than `most_bytes` the beginning is read."""
        self._section = section
        self._context = None if section.security == "none" else trusted(section.ca_file, "[channels.mail.imap]")
        self._timeout = timeout
        self._most = most_bytes
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="imap")
        self._client: Any = None
        self._trouble = ""

    def troubles(self) -> dict[str, int]:
        """Return why the mailbox is not read, by short code."""
        return {self._trouble: 1} if self._trouble else {}

    async def run(self, store: Store) -> None:
        """Read until cancelled; a fault pauses, twice as long each time, and is a trouble until it is over."""
        pause = float(self._section.poll_seconds)
        while True:
            try:
                await self.read(store)
                self._trouble, pause = "", float(self._section.poll_seconds)
            except Exception as error:  # noqa: BLE001 - a server's own words may hold addresses
                self._told(trouble_of(error))
                await self._in_thread(self._leave)
                pause = min(pause * 2, max(LONGEST_PAUSE, float(self._section.poll_seconds)))
            await asyncio.sleep(pause)

    async def read(self, store: Store) -> int:
        """Store every unread mail there is and mark each; return how many."""
        total = 0
        while fetched := await self._in_thread(self._fetch):
            stored = []
            for number, (external_id, content) in fetched.items():
                raw = raw_of(content, is_cut=len(content) >= self._most)
                sender, text = _heard(raw)
                await store(external_id, sender, raw, text)
                stored.append(number)
            await self._in_thread(lambda done=stored: self._done(done))  # type: ignore[misc]
            total += len(stored)
        return total

    async def look(self) -> str:
        """Return why the mailbox cannot be looked into, as a short code; empty when it can. Nothing is changed."""
        try:
            await self._in_thread(self._fetch)
        except Exception as error:  # noqa: BLE001 - as above
            return trouble_of(error)
        return ""

    async def close(self) -> None:
        """Leave the server."""
        await self._in_thread(self._leave)
        self._thread.shutdown(wait=False, cancel_futures=True)

    async def _in_thread(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    def _fetch(self) -> dict[int, Fetched]:
        client = self._entered()
        chosen = client.select_folder(self._section.folder)
        epoch = chosen[b"UIDVALIDITY"]
        numbers = sorted(client.search(["UNSEEN", "UNDELETED"]))[:AT_ONCE]
        if not numbers:
            return {}
        part = f"BODY.PEEK[]<0.{self._most}>"
        answer = client.fetch(numbers, [part])
        found: dict[int, Fetched] = {}
        for number in numbers:
            bodies = [value for name, value in answer.get(number, {}).items() if name.startswith(b"BODY[]")]
            if bodies and isinstance(bodies[0], bytes):
                found[number] = (f"{epoch}:{number}", bodies[0])
        return found

    def _done(self, numbers: list[int]) -> None:
        client = self._entered()
        client.add_flags(numbers, [b"\\Seen"], silent=True)
        folder = self._section.done_folder
        if not folder:
            return
        if not client.folder_exists(folder):
            client.create_folder(folder)
        if client.has_capability("MOVE"):
            client.move(numbers, folder)
        else:
            client.copy(numbers, folder)
            client.delete_messages(numbers, silent=True)
            client.expunge(numbers)

    def _entered(self) -> Any:
        """Return a connection that the server still knows."""
        if self._client is not None:
            try:
                self._client.noop()
            except (OSError, imaplib.IMAP4.error):
                self._leave()
            else:
                return self._client
        section = self._section
        client = IMAPClient(
            section.host,
            port=section.port,
            ssl=section.security == "tls",
            ssl_context=self._context if section.security == "tls" else None,
            timeout=self._timeout,
        )
        try:
            if section.security == "starttls":
                client.starttls(self._context)
            client.login(section.user, section.password)
        except BaseException:
            client.shutdown()
            raise
        self._client = client
        return client

    def _leave(self) -> None:
        client, self._client = self._client, None
        if client is None:
            return
        try:
            client.logout()
        except (OSError, imaplib.IMAP4.error):
            client.shutdown()

    def _told(self, trouble: str) -> None:
        if trouble != self._trouble:
            log.error("mail.mailbox_not_read", reason=trouble)
        self._trouble = trouble


def trouble_of(error: Exception) -> str:
    """Return a short code for why a mailbox cannot be read."""
    match error:
        case LoginError():
            return "mailbox_login_refused"
        case ssl.SSLError():
            return "mailbox_tls_failed"
        case OSError():
            return "mailbox_not_connected"
        case IMAPClientError() | imaplib.IMAP4.error():
            return "mailbox_refuses"
    return "mailbox_not_stored"


def _heard(raw: dict[str, Any]) -> tuple[str, str]:
    """Return the sender and the words of a mail, for the inbox; one that cannot be read is kept all the same."""
    try:
        incoming = understand(raw)
    except Exception as error:  # noqa: BLE001 - processing says so again, and sets it aside
        log.error("mail.not_readable", error=type(error).__name__)  # noqa: TRY400 - its text may hold her words
        return "", ""
    return incoming.sender, incoming.text
