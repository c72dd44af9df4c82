"""A phone with the fake Telegram on it: what arrived, and what its owner does. See `tests/fakes/telegram.py`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.outbox.model import Button

if TYPE_CHECKING:
    from tests.fakes.telegram import FakeTelegram


@dataclass
class Message:
    """A message that arrived on a phone, as it reads now; `before` are the texts it had before it was edited.

    `keyboard` are the labels that it put below the input (`()` took the keyboard away, None left it as it was),
    `asks_position` the label that shares her position, `at` when it arrived in seconds of a monotonic clock.
    """

    id: int
    text: str
    at: float
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None
    asks_position: str | None = None
    before: list[str] = field(default_factory=list)
    document: tuple[str, bytes] | None = None
    photo: tuple[str, bytes] | None = None

    @property
    def labels(self) -> list[str]:
        """All labels of its buttons, row by row."""
        return [button.label for row in self.buttons for button in row]

    def button(self, wanted: str) -> Button | None:
        """Return the button with this data or label, else the first one whose label contains it."""
        every = [button for row in self.buttons for button in row]
        exact = (button for button in every if wanted in {button.data, button.label})
        return next(exact, None) or next((button for button in every if wanted in button.label), None)


@dataclass
class Phone:
    """One person's Telegram; methods are named after what she does."""

    telegram: "FakeTelegram"
    chat_id: int
    name: str
    language: str = "en"
    started: bool = True
    has_blocked: bool = False
    sent: list[Message] = field(default_factory=list)
    _heard: int = 0

    @property
    def last(self) -> Message:
        """The newest message; an AssertionError when nothing arrived yet."""
        assert self.sent, f"nothing arrived at {self.name}'s phone"
        return self.sent[-1]

    @property
    def unheard(self) -> list[Message]:
        """What arrived and was not asked for with `hears`."""
        return self.sent[self._heard :]

    @property
    def keyboard(self) -> tuple[tuple[str, ...], ...]:
        """The labels below the input now."""
        return next((message.keyboard for message in reversed(self.sent) if message.keyboard is not None), ())

    def hears(self, *pieces: str, timeout: float = 10) -> Message:
        """Wait for the next message and return it; an AssertionError unless it contains all pieces."""
        number = self._heard
        self.telegram.wait_for(lambda: len(self.sent) > number, f"message {number + 1} at {self.name}'s phone", timeout)
        message = self.sent[number]
        self._heard = number + 1
        missing = [piece for piece in pieces if piece not in message.text]
        assert not missing, f"{self.name} heard {message.text!r}, without {missing}"
        return message

    def says(self, text: str) -> int:
        """Write a text; a command is marked as one. Returns the update's id, like all that she does."""
        more: dict[str, Any] = {"text": text}
        if text.startswith("/"):
            more["entities"] = [{"type": "bot_command", "offset": 0, "length": len(text.split(maxsplit=1)[0])}]
        return self.sends(**more)

    def starts(self, token: str = "") -> int:
        """Follow the bot's link, with or without a token."""
        self.started = True
        return self.says(f"/start {token}".rstrip())

    def presses(self, wanted: str, message: Message | None = None, *, timeout: float = 10) -> int:
        """Press a button by its data, its label or a part of that, on a message or on the newest that has it.

        A label of the keyboard below the input is written as a text, as Telegram does; it waits for the button.
        """

        def find() -> tuple[Message | None, str] | None:
            for candidate in [message] if message is not None else reversed(self.sent):
                if (button := candidate.button(wanted)) is not None and button.data is not None:
                    return candidate, button.data
            typed = [label for row in self.keyboard for label in row if wanted in label] if message is None else []
            return (None, typed[0]) if typed else None

        target, data = self.telegram.wait_for(find, f"the button {wanted!r} on {self.name}'s phone", timeout)
        if target is None:
            return self.says(data)
        return self.telegram.gives(
            callback_query={
                "id": self.telegram.new_id("press"),
                "from": self._from(),
                "message": self._message(target.id) | {"text": target.text, "from": self.telegram.me},
                "chat_instance": str(self.chat_id),
                "data": data,
            }
        )

    def shares(self, latitude: float, longitude: float) -> int:
        """Share a position, in degrees."""
        return self.sends(location={"latitude": latitude, "longitude": longitude})

    def sends_file(self, kind: str = "document", content: bytes = b"file", caption: str = "") -> int:
        """Send a photo, document, voice message or the like; getFile finds its content."""
        file = {"file_id": self.telegram.keeps_file(content), "file_unique_id": "u", "file_size": len(content)}
        return self.sends(**{kind: [file] if kind == "photo" else file}, **({"caption": caption} if caption else {}))

    def sends(self, **parts: Any) -> int:
        """Send a message of any shape: the parts go into `message` as they are."""
        return self.telegram.gives(
            message=self._message(self.telegram.next_message_id()) | {"from": self._from()} | parts
        )

    def edits(self, text: str) -> int:
        """Change what she wrote before."""
        edited = self._message(self.telegram.next_message_id()) | {"from": self._from(), "text": text}
        return self.telegram.gives(edited_message=edited)

    def blocks(self) -> int:
        """Block the bot: it is told, and whatever it sends is refused."""
        self.has_blocked = True
        return self._membership("member", "kicked")

    def unblocks(self) -> int:
        """Let the bot write again."""
        self.has_blocked = False
        return self._membership("kicked", "member")

    def _membership(self, old: str, new: str) -> int:
        bot = self.telegram.me
        return self.telegram.gives(
            my_chat_member={
                "chat": self._chat(),
                "from": self._from(),
                "date": self.telegram.date(),
                "old_chat_member": {"user": bot, "status": old},
                "new_chat_member": {"user": bot, "status": new},
            }
        )

    def _message(self, number: int) -> dict[str, Any]:
        return {"message_id": number, "date": self.telegram.date(), "chat": self._chat()}

    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat_id, "type": "private", "first_name": self.name}

    def _from(self) -> dict[str, Any]:
        return {"id": self.chat_id, "is_bot": False, "first_name": self.name, "language_code": self.language}
