"""A real IMAP server on loopback (pymap, in memory) with one mailbox, to which a test delivers mails."""

import asyncio
import threading
from argparse import ArgumentParser
from contextlib import closing
from typing import Any, Self

from imapclient import IMAPClient
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer, IMAPService

USER, PASSWORD = "yanxin", "geheim"


class FakeMailbox:
    """The server and its one mailbox."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="imap", daemon=True)
        self._server: asyncio.AbstractServer | None = None
        self.port = 0

    def __enter__(self) -> Self:
        self._thread.start()
        asyncio.run_coroutine_threadsafe(self._start(), self._loop).result(timeout=20)
        return self

    def __exit__(self, *_: object) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result(timeout=20)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(timeout=10)
        self._loop.close()

    def values(self, **more: Any) -> dict[str, Any]:
        """Return the section of the settings that leads here."""
        here = {"host": "127.0.0.1", "port": self.port, "security": "none"}
        return here | {"user": USER, "password": PASSWORD} | more

    def arrives(self, content: bytes, folder: str = "INBOX") -> None:
        """Deliver a mail."""
        with closing(_Visit(self.port)) as visit:
            visit.client.append(folder, content)

    def unread(self, folder: str = "INBOX") -> int:
        with closing(_Visit(self.port)) as visit:
            visit.client.select_folder(folder, readonly=True)
            return len(visit.client.search(["UNSEEN"]))

    def held(self, folder: str) -> int:
        with closing(_Visit(self.port)) as visit:
            if not visit.client.folder_exists(folder):
                return 0
            return int(visit.client.folder_status(folder, ["MESSAGES"])[b"MESSAGES"])

    async def _start(self) -> None:
        parser = ArgumentParser()
        IMAPService.add_arguments(parser)
        parser.set_defaults(**_DEFAULTS)
        kinds = parser.add_subparsers()
        DictBackend.add_subparser("dict", kinds)
        args = parser.parse_args(["--no-tls", "dict", "--demo-user", USER, "--demo-password", PASSWORD])
        backend, config = await DictBackend.init(args)
        reader = ProxyProtocolReader(config.proxy_protocol)
        serve = reader.get_callback(IMAPServer(backend.login, config))
        self._server = await asyncio.start_server(serve, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _stop(self) -> None:
        assert self._server is not None
        self._server.close()
        left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in left:
            task.cancel()
        await asyncio.gather(*left, return_exceptions=True)


class _Visit:
    def __init__(self, port: int) -> None:
        self.client: Any = IMAPClient("127.0.0.1", port=port, ssl=False, timeout=20)
        self.client.login(USER, PASSWORD)

    def close(self) -> None:
        self.client.logout()


_DEFAULTS: dict[str, Any] = {
    "debug": False,
    "insecure_login": True,
    "passlib_cfg": None,
    "skip_services": [],
}
