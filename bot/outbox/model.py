"""Every message that must go out, and what became of each try."""

from dataclasses import asdict, dataclass
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any


class OutboxState(StrEnum):
    """Where a message is."""

    WAITING = "waiting"
    SENDING = "sending"  # claimed and rendered; a channel is being called
    ACCEPTED = "accepted"
    UNKNOWN = "unknown"  # handed over, outcome unknown, not to be sent again
    FAILED = "failed"  # refused for good, or no address is left
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"  # no longer wanted when its turn came


class Priority(IntEnum):
    """The order in which messages go; the lowest first. What comes after a reply leaves room for alarms."""

    ALARM = 0
    REPLY = 1
    ROLLCALL = 2
    PROMPT = 3
    BULK = 4
    EDIT = 5


class Kind(StrEnum):
    """What a message is for; delivery treats kinds differently when an outcome is unknown."""

    QUESTION = "question"
    REMINDER = "reminder"
    REPLY = "reply"
    ALARM = "alarm"
    CLEAR = "clear"  # the all-clear after an alarm
    NOTICE = "notice"
    DIGEST = "digest"
    EDIT = "edit"


PROCESS_ENDED = "process_ended"
"""Reason of an unknown outcome: our process died between the claim and the result."""
SERVER_ERROR = "server_error"
"""Reason of an unknown outcome: the platform answered that it failed (5xx), which nearly always means that it did."""
UNLIKELY_COPIES = frozenset({PROCESS_ENDED, SERVER_ERROR})
"""Reasons after which the message has hardly ever arrived."""

AGAIN_WHEN_UNKNOWN = frozenset({Kind.QUESTION, Kind.ALARM, Kind.CLEAR})
"""Safety questions and alarms go again when the outcome is unknown; a doubled one is better than none."""


class ResultKind(StrEnum):
    """The closed vocabulary into which each channel maps its platform's answers, once."""

    ACCEPTED = "accepted"
    RETRY_AT = "retry_at"  # a passing fault, nothing was sent
    NOT_NOW = "not_now"  # the platform carries nothing there now; nothing is wrong with the address
    THROTTLED = "throttled"  # the platform asks the whole account to pause
    PERSON_GONE = "person_gone"  # she blocked us or closed her account
    ADDRESS_WRONG = "address_wrong"  # there is no such address
    OUR_FAULT = "our_fault"  # our token or our message is wrong; trying again changes nothing by itself
    OUTCOME_UNKNOWN = "outcome_unknown"  # it may or may not have arrived


@dataclass(frozen=True)
class Result:
    """What a channel says of one try: `wait` in seconds, `reason` a short code, `new_address` replaces the old id.

    `used`: how many messages of its platform it took, where the platform counts.
    """

    kind: ResultKind
    external_id: str | None = None
    wait: float | None = None
    reason: str | None = None
    new_address: str | None = None
    used: int = 1


@dataclass(frozen=True)
class Sent:
    """What an edit needs of the try that it changes: its result (None: not known yet) and the platform's reference."""

    result: str | None
    external_id: str | None


@dataclass(frozen=True)
class Message:
    """One row of `outbox`. `data` is what the template needs beyond what prompt and case tell."""

    id: int
    key: str
    kind: Kind
    person_id: int
    about_id: int | None
    prompt_id: int | None
    case_id: int | None
    template: str
    data: dict[str, Any]
    priority: Priority
    address_id: int | None
    channel: str | None
    account: str | None
    state: OutboxState
    tries: int
    created_at: datetime
    next_try_at: datetime
    expires_at: datetime | None
    edits_attempt_id: int | None
    inbox_id: int | None


@dataclass(frozen=True)
class Button:
    """A button: its label and either the data that it sends back (at most 64 bytes) or a link that it opens."""

    label: str
    data: str | None = None
    url: str | None = None


@dataclass(frozen=True)
class Letter:
    """What a mail has beside its message: a subject, the page where its buttons are, and lines about that page.

    `reference` names the mail in its Message-ID, so that replies and bounces are known by it; `unsubscribe` is a link
    that ends such mails with one POST, for digests (`unsubscribe` in the data of a message). `calendar` is what goes
    into a calendar with it, by the method `calendar_method`.
    """

    subject: str
    reference: str
    page: str
    open_label: str
    notes: tuple[str, ...] = ()
    unsubscribe: str | None = None
    calendar: str | None = None
    calendar_method: str = ""


@dataclass(frozen=True)
class Rendered:
    """A message in her language, the same on every channel: text, rows of buttons, and the standing keyboard.

    `keyboard` are the labels of the standing keyboard to show below the input, None to leave it as it is;
    `ask_position` adds a button there that shares her position once. `language` is that of its words, for channels
    that add some of their own. `letter` is there when it goes by mail. `picture` are the words of a card that goes with
    it where the channel shows pictures (`bot.rendering.card_png`); it is drawn when it is sent.
    """

    text: str
    buttons: tuple[tuple[Button, ...], ...] = ()
    keyboard: tuple[tuple[str, ...], ...] | None = None
    ask_position: str | None = None
    language: str = "zh"
    letter: Letter | None = None
    picture: str = ""

    def to_json(self) -> dict[str, Any]:
        """Return plain JSON for the attempt's sealed bytes."""
        more: dict[str, Any] = {} if self.letter is None else {"letter": asdict(self.letter)}
        more |= {"picture": self.picture} if self.picture else {}
        return more | {
            "text": self.text,
            "buttons": [[{"label": b.label, "data": b.data, "url": b.url} for b in row] for row in self.buttons],
            "keyboard": None if self.keyboard is None else [list(row) for row in self.keyboard],
            "ask_position": self.ask_position,
            "language": self.language,
        }

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Rendered":
        """Return the message that `to_json` wrote."""
        keyboard, letter = value.get("keyboard"), value.get("letter")
        return cls(
            text=value["text"],
            buttons=tuple(tuple(Button(**button) for button in row) for row in value["buttons"]),
            keyboard=None if keyboard is None else tuple(tuple(row) for row in keyboard),
            ask_position=value.get("ask_position"),
            language=value.get("language", "zh"),
            letter=None if letter is None else Letter(**letter | {"notes": tuple(letter["notes"])}),
            picture=value.get("picture", ""),
        )
