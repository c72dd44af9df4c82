"""The phones of a crash test: a Telegram that outlives the service, what arrived on it, and what its people did.

`Crowd` reacts to what arrives, now and then somebody writes by herself, and everything is kept: whatever the platform
has handed over must have its effect in the end, however often the service died on the way.
"""

import itertools
import random
import threading
from dataclasses import dataclass, replace
from queue import Empty, SimpleQueue
from typing import Self
from urllib.parse import urlsplit

from bot.clock import monotonic
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import Failure
from tests.fakes.telegram_phone import Message, Phone

LOOK_SECONDS = 0.05
OF_HERSELF_SECONDS = 1.0
CHATTER = ("I had noodles today", "今天去了图书馆", "/why", "/mydata", "what a nice day")
CRIES = ("SOS", "/sos", "救命")


@dataclass(frozen=True)
class Arrival:
    """A message as it arrived: at whose phone, its text, and what its buttons carry."""

    chat_id: int
    text: str
    data: tuple[str, ...]


@dataclass(frozen=True)
class Act:
    """What somebody did: the update that told the bot, what it answers to a question, whether it cries for help."""

    update_id: int
    chat_id: int
    answer: str = ""
    urgent: bool = False


class CrashTelegram(FakeTelegram):
    """The fake Telegram that also keeps every arrival, in order."""

    def __init__(self) -> None:
        super().__init__()
        self.arrivals: list[Arrival] = []
        self.fresh: SimpleQueue[tuple[Phone, Message]] = SimpleQueue()
        self.doors: list[int] = []  # ports, one after the other, when several services share one address
        self._turns = itertools.count()
        self._polls = 0

    def door(self, url: str) -> str:
        """Share the calls of the webhook out, as a web server in front would; a dead one is called in vain."""
        parts = urlsplit(url)
        port = self.doors[next(self._turns) % len(self.doors)] if self.doors else parts.port
        return parts._replace(netloc=f"{parts.hostname}:{port}").geturl()

    @property
    def polls(self) -> int:
        """How often the bot has asked for updates."""
        return self._polls

    def next_failure(self, method: str, chat_id: int | None) -> Failure | None:
        self._polls += method == "getUpdates"
        return super().next_failure(method, chat_id)

    def arrives(self, phone: Phone, message: Message) -> None:
        super().arrives(phone, message)
        data = tuple(button.data for row in message.buttons for button in row if button.data is not None)
        self.arrivals.append(Arrival(phone.chat_id, message.text, data))
        self.fresh.put((phone, replace(message)))  # as it arrived: an edit changes the original


class Crowd:
    """Everybody with a phone, in a thread of its own; a context manager."""

    def __init__(self, telegram: CrashTelegram, students: list[Phone], newcomers: dict[str, Phone], seed: int) -> None:
        """Take the linked students and, by the token of her invitation, who links her account on the way."""
        self.acts: list[Act] = []
        self._telegram = telegram
        self._students = students
        self._newcomers = list(newcomers.items())
        self._chats = {phone.chat_id for phone in [*students, *newcomers.values()]}
        self._rng = random.Random(seed)
        self._calm = threading.Event()
        self._only_reacts = threading.Event()
        self._thread = threading.Thread(target=self._live, name="crowd")

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.calms_down()

    def only_reacts(self) -> None:
        """From now on people only react to what arrives."""
        self._only_reacts.set()

    def has_reacted(self) -> bool:
        """Tell whether people have dealt with everything that has arrived so far; once they are calm nobody will."""
        return self._calm.is_set() or self._telegram.fresh.empty()

    def calms_down(self) -> None:
        """Nobody does anything any more."""
        self._calm.set()
        if self._thread.is_alive():
            self._thread.join()

    def _live(self) -> None:
        again = monotonic()
        while not self._calm.is_set():
            if monotonic() >= again and not self._only_reacts.is_set():
                again = monotonic() + self._rng.uniform(0, 2 * OF_HERSELF_SECONDS)
                self._by_herself()
            try:
                phone, message = self._telegram.fresh.get(timeout=LOOK_SECONDS)
            except Empty:
                continue
            if phone.chat_id in self._chats:
                self._reacts(phone, message)

    def _by_herself(self) -> None:
        chance = self._rng.random()
        if chance < 0.2 and self._newcomers:
            token, phone = self._newcomers.pop()
            self._keep(phone.starts(token), phone)
            return
        phone = self._rng.choice(self._students)
        if chance < 0.55:
            self._keep(phone.says(self._rng.choice(CRIES)), phone, urgent=True)
        else:
            self._keep(phone.says(self._rng.choice(CHATTER)), phone)

    def _reacts(self, phone: Phone, message: Message) -> None:
        data = [button.data for row in message.buttons for button in row if button.data is not None]
        first = data[0] if data else ""
        if first.startswith(("enrol:", "lang:", "zone:")):
            self._keep(phone.presses(first, message), phone)
        elif first.startswith("answer:"):
            self._answers(phone, message, data)
        elif first.startswith("share:") and self._rng.random() < 0.5:
            self._keep(phone.presses(first, message), phone)

    def _answers(self, phone: Phone, message: Message, data: list[str]) -> None:
        chance = self._rng.random()
        if chance < 0.75:
            choice = self._rng.choices(data[:3], [70, 25, 5])[0]
            for _ in range(2 if chance < 0.05 else 1):  # now and then a thumb is too quick
                answer = choice.rpartition(":")[2]
                self._keep(phone.presses(choice, message), phone, answer=answer, urgent=answer == "urgent")
        elif chance < 0.82:
            self._keep(phone.says("平安"), phone, answer="fine")
        elif chance < 0.87:
            self._keep(phone.says(self._rng.choice(CHATTER)), phone)

    def _keep(self, update_id: int, phone: Phone, *, answer: str = "", urgent: bool = False) -> None:
        self.acts.append(Act(update_id, phone.chat_id, answer=answer, urgent=urgent))
