"""What the platform pushes through a connection, read with the classes of DingTalk's library, and what we say back.

The connection loop reads every frame with `read`; nothing here trusts the shape of what came in.
"""

import json
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any

from dingtalk_stream import (
    AckMessage,
    CallbackMessage,
    CardCallbackMessage,
    ChatbotMessage,
    EventMessage,
    SystemMessage,
)
from dingtalk_stream.card_callback import Card_Callback_Router_Topic
from dingtalk_stream.frames import Headers

ROBOT_TOPIC: str = ChatbotMessage.TOPIC
CARD_TOPIC: str = Card_Callback_Router_Topic
SUBSCRIPTIONS = [{"type": CallbackMessage.TYPE, "topic": topic} for topic in (ROBOT_TOPIC, CARD_TOPIC)]
NEVER_KEPT = ("sessionWebhook", "sessionWebhookExpiredTime")
"""An address that lets whoever has it write into her chat for an hour and a half."""
OK: int = AckMessage.STATUS_OK
BAD_REQUEST: int = AckMessage.STATUS_BAD_REQUEST
_LONGEST = 128


class MalformedError(ValueError):
    """A frame is not what the platform sends; `message_id` is what it can be answered by, if there is that much."""

    def __init__(self, message_id: str = "") -> None:
        """Keep the id."""
        super().__init__("a malformed frame")
        self.message_id = message_id


class Kind(Enum):
    """What a frame is for."""

    PING = auto()
    DISCONNECT = auto()
    SYSTEM = auto()  # another word of the platform to us
    CALLBACK = auto()  # somebody wrote, or pressed a button
    EVENT = auto()


@dataclass(frozen=True)
class Frame:
    """One frame. `data` is what it carries, without what may not be kept."""

    kind: Kind
    topic: str
    message_id: str
    data: dict[str, Any]
    event: str = ""

    @property
    def raw(self) -> dict[str, Any]:
        """Return what the inbox keeps of it; of an event, only its kind."""
        if self.kind is Kind.EVENT:
            return {"topic": self.topic, "event": self.event, "message_id": self.message_id}
        return {"topic": self.topic, "data": self.data, "message_id": self.message_id}


def read(text: str | bytes) -> Frame:
    """Return what a frame says; MalformedError."""
    message_id = ""
    try:
        values = json.loads(text)
        message_id = _id(values["headers"].get("messageId"))
        reading = _READERS[values["type"]]
        found = reading.from_dict(values)
        data = found.data if isinstance(found.data, dict) else {}
        topic = _id(found.headers.topic)
        event = _id(found.headers.event_type)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise MalformedError(message_id) from None
    if not message_id:
        raise MalformedError
    kept = {name: value for name, value in data.items() if name not in NEVER_KEPT}
    return Frame(_kind(values["type"], topic), topic, message_id, kept, event)


def answer(message_id: str, data: dict[str, Any], code: int = OK) -> str:
    """Return the answer to a frame, as it goes back through the connection."""
    ack = AckMessage()
    ack.code = code
    ack.headers.message_id = message_id
    ack.headers.content_type = Headers.CONTENT_TYPE_APPLICATION_JSON
    ack.message = "OK" if code == OK else "not understood"
    ack.data = data
    return json.dumps(ack.to_dict(), ensure_ascii=False)


def robot_message(data: dict[str, Any]) -> ChatbotMessage | None:
    """Return a message to the robot as the library reads it, or None for what is none."""
    return _parsed(ChatbotMessage, data)


def card_press(data: dict[str, Any]) -> CardCallbackMessage | None:
    """Return a press on a card as the library reads it, or None for what is none."""
    return _parsed(CardCallbackMessage, data)


def _parsed(reader: Any, data: dict[str, Any]) -> Any:
    try:
        return reader.from_dict(data)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _kind(kind: str, topic: str) -> Kind:
    if kind != SystemMessage.TYPE:
        return Kind.EVENT if kind == EventMessage.TYPE else Kind.CALLBACK
    return {"ping": Kind.PING, SystemMessage.TOPIC_DISCONNECT: Kind.DISCONNECT}.get(topic, Kind.SYSTEM)


def _id(value: Any) -> str:
    return value if isinstance(value, str) and len(value) <= _LONGEST and value.isprintable() else ""


_READERS: dict[str, Any] = {one.TYPE: one for one in (SystemMessage, EventMessage, CallbackMessage)}
