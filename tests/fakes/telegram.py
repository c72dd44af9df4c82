"""A Telegram of our own on loopback, for stories and tests: the Bot API over HTTP, and phones that people hold.

    with FakeTelegram() as telegram:
        section = telegram.section()                  # settings of [channels.telegram] that point here
        mei = telegram.phone("Lin Mei", language="zh")
        mei.starts(token)                             # follows her invitation
        mei.hears("欢迎")                              # waits for the next message, checks what it contains
        mei.presses("平安")                            # by label, part of it, or data; keyboard labels too
        mei.says("…"); mei.shares(40.7, -74.0); mei.sends_file("photo"); mei.blocks(); mei.unblocks()
        mei.sent, mei.last, mei.unheard, mei.keyboard # what arrived; edits show in the message they changed
        assert not telegram.unheard()                 # a story ends without an unexpected message

The server runs in a thread with a loop of its own. What waits (`hears`, `presses`, `wait_for`) blocks its thread: a
test that runs the service in its own loop calls it through `await asyncio.to_thread(mei.hears, "…")`. Long polls,
offsets, allowed_updates, conflicts, webhooks with their secret, and Telegram's own limits on texts and buttons behave
as on the platform. Trouble is scripted (`tests/fakes/telegram_failures.py`):

        telegram.fails("sendMessage", too_many(3), silence_after_accepting())  # the next two calls
        telegram.fails("sendMessage", blocked(), phone=mei)                     # the next one to her

`FakeTelegram(enforce_limits=True)` refuses what goes beyond 30 messages a second or one a second to a chat, as 429;
`refused` counts these and `calls` keeps every call with its time. Unknown chats are "chat not found",
`phone(started=False)` too until it starts.
"""

import asyncio
import itertools
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar

from bot.clock import SystemClock, monotonic
from bot.settings_telegram import Telegram as TelegramSettings
from tests.fakes.telegram_failures import Call, Failure, too_many
from tests.fakes.telegram_phone import Message, Phone
from tests.fakes.telegram_server import serve

T = TypeVar("T")
PER_SECOND = 30
LOOK_AGAIN = 0.05
SECOND = 0.9  # less what a call may be late by


class FakeTelegram:
    """The platform with one bot; a context manager."""

    def __init__(self, *, account: int = 7000000001, enforce_limits: bool = False) -> None:
        self.token = f"{account}:fake-token-of-the-bot"
        self.username = "yanxin_test_bot"
        self.me = {"id": account, "is_bot": True, "first_name": "Yanxin", "username": self.username}
        self.enforce_limits = enforce_limits
        self.refused = 0  # sends that went beyond the limits
        self.url = ""
        self.calls: list[Call] = []
        self.phones: dict[int, Phone] = {}
        self.commands: dict[str, list[dict[str, str]]] = {}
        self.acknowledged: list[str] = []
        self.webhook: dict[str, Any] | None = None
        self.webhook_answers: list[int] = []
        self.updates: list[dict[str, Any]] = []
        self.files: dict[str, bytes] = {}
        self.lock = threading.Condition()
        self._failures: dict[tuple[str, int | None], deque[Failure]] = defaultdict(deque)
        self._numbers: defaultdict[str, Iterator[int]] = defaultdict(lambda: itertools.count(1))
        self._numbers["update"] = itertools.count(870_000_001)
        self._recent: deque[float] = deque()
        self._recent_in_chat: dict[int, float] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._woken: asyncio.Event | None = None
        self._stopping: asyncio.Event | None = None
        self._thread = threading.Thread(target=lambda: asyncio.run(self._main()), name="fake-telegram", daemon=True)

    # ------------------------------------------------------------------------------------ for tests

    def __enter__(self) -> Self:
        self._thread.start()
        self.wait_for(lambda: self.url, "the fake Telegram to listen")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop is not None and self._stopping is not None:
            self._loop.call_soon_threadsafe(self._stopping.set)
        self._thread.join(timeout=10)
        assert not self._thread.is_alive(), "the fake Telegram did not stop"

    def phone(
        self, name: str = "Lin Mei", *, language: str = "en", chat_id: int | None = None, started: bool = True
    ) -> Phone:
        """Give a person a phone; `started` is whether she has opened the bot before."""
        number = chat_id if chat_id is not None else 5_000_000_000 + next(self._numbers["phone"])
        phone = Phone(self, number, name, language, started)
        self.phones[number] = phone
        return phone

    def section(self, **changes: Any) -> TelegramSettings:
        """Return the settings of the channel that point here; `changes` replace or add."""
        return TelegramSettings.model_validate(self._settings() | changes)

    def toml(self, **changes: Any) -> str:
        """Return the same settings as a piece of a settings file."""
        lines = [
            f"{key} = {str(value).lower() if isinstance(value, bool) else repr(value)}"
            for key, value in (self._settings() | changes).items()
        ]
        return "\n".join(["[channels.telegram]", *lines, ""])

    def fails(self, method: str, *failures: Failure, phone: Phone | None = None) -> None:
        """Let the next calls of a method (to that phone) go wrong, one failure each, in this order."""
        with self.lock:
            self._failures[method, None if phone is None else phone.chat_id].extend(failures)

    def calls_of(self, method: str) -> list[Call]:
        """Return the calls of one method, in the order in which they came."""
        return [call for call in list(self.calls) if call.method == method]

    def unheard(self) -> dict[str, list[str]]:
        """Return the texts that arrived and that no `hears` waited for, by name of the phone's owner."""
        return {
            phone.name: [message.text for message in phone.unheard] for phone in self.phones.values() if phone.unheard
        }

    def wait_for(self, condition: Callable[[], T | None], what: str, timeout: float = 10) -> T:
        """Wait until `condition` returns something true, and return that; an AssertionError after `timeout` seconds.

        It is asked after each call of the bot and a few times a second, so it may look at other things too.
        """
        deadline = monotonic() + timeout
        with self.lock:
            while not (result := condition()):
                left = deadline - monotonic()
                assert left > 0, f"waited {timeout} s for {what}"
                self.lock.wait(min(left, LOOK_AGAIN))
        return result

    def gives(self, *, update_id: int | None = None, **parts: Any) -> int:
        """Put an update of any shape before the bot and return its id."""
        with self.lock:
            number = next(self._numbers["update"]) if update_id is None else update_id
            self.updates.append({"update_id": number, **parts})
        self._wake()
        return number

    def has_confirmed(self, update_id: int) -> bool:
        """Tell whether the bot has let go of an update: its poll went past it, or its webhook said 2xx."""
        return all(update["update_id"] != update_id for update in self.updates)

    # ---------------------------------------------------------------------------- for the server's side

    def next_failure(self, method: str, chat_id: int | None) -> Failure | None:
        """Take the next scripted failure of a call, or one of the platform's own."""
        for key in ((method, chat_id), (method, None)):
            if self._failures[key]:
                return self._failures[key].popleft()
        return self._over_the_limit(chat_id) if self.enforce_limits and method == "sendMessage" and chat_id else None

    def door(self, url: str) -> str:
        """Return where a call of the webhook goes: there, unless somebody stands in front and shares the calls out."""
        return url

    def arrives(self, phone: Phone, message: Message) -> None:
        """Put a message on a phone; the caller holds the lock."""
        phone.sent.append(message)

    def next_message_id(self) -> int:
        return next(self._numbers["message"])

    def new_id(self, kind: str) -> str:
        return f"{kind}-{next(self._numbers[kind])}"

    def keeps_file(self, content: bytes) -> str:
        """Keep a file that getFile finds, and return its id."""
        file_id = self.new_id("file")
        self.files[file_id] = content
        return file_id

    def date(self) -> int:
        """Now in seconds since 1970, as Telegram writes instants."""
        return int(SystemClock().now().timestamp())

    def _settings(self) -> dict[str, Any]:
        return {
            "enabled": True,
            "token": self.token,
            "bot_username": self.username,
            "mode": "polling",
            "webhook_secret": "a-secret-of-the-fake",
            "api_url": self.url,
        }

    def _over_the_limit(self, chat_id: int | None) -> Failure | None:
        now = monotonic()
        while self._recent and now - self._recent[0] >= SECOND:
            self._recent.popleft()
        crowded = len(self._recent) >= PER_SECOND
        if crowded or (chat_id is not None and now - self._recent_in_chat.get(chat_id, -1e9) < SECOND):
            self.refused += 1
            return too_many(1)
        self._recent.append(now)
        if chat_id is not None:
            self._recent_in_chat[chat_id] = now
        return None

    def _wake(self) -> None:
        with self.lock:
            self.lock.notify_all()
        if self._loop is not None and self._woken is not None:
            self._loop.call_soon_threadsafe(self._woken.set)

    async def _main(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._woken, self._stopping = asyncio.Event(), asyncio.Event()
        await serve(self, self._woken, self._stopping)
