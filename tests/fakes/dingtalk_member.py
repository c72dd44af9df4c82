"""A member of the organisation at the fake DingTalk: what arrived, and what she does. See `tests/fakes/dingtalk.py`."""

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.dingtalk_frames import CARD_TOPIC, ROBOT_TOPIC, message, press

if TYPE_CHECKING:
    from tests.fakes.dingtalk import FakeDingTalk


@dataclass
class Member:
    """A member of the organisation, and what the robot has sent to her."""

    dingtalk: "FakeDingTalk"
    user: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    _heard: int = 0

    @property
    def texts(self) -> list[str]:
        return [_read(one) for one in list(self.messages)]

    @property
    def unheard(self) -> list[str]:
        return self.texts[self._heard :]

    def hears(self, *pieces: str) -> str:
        """Return the next message; an AssertionError unless it contains all pieces."""
        assert self.unheard, f"nothing more arrived at {self.user}; she waits for {pieces}"
        text = self.unheard[0]
        self._heard += 1
        missing = [piece for piece in pieces if piece not in text]
        assert not missing, f"{self.user} heard {text!r}, without {missing}"
        return text

    def forgets(self) -> None:
        self._heard = len(self.messages)

    def says(self, text: str, *, number: str = "", awaits: bool = True) -> dict[str, Any]:
        """Write to the robot; `number` is the message's id when the platform pushes the same one again."""
        data = message(self.user, number or self._number(), "text", text={"content": text})
        return self.dingtalk.delivers(ROBOT_TOPIC, data, awaits=awaits)

    def sends(self, kind: str, **content: Any) -> dict[str, Any]:
        data = message(self.user, self._number(), kind, content={"downloadCode": "code"} | content)
        return self.dingtalk.delivers(ROBOT_TOPIC, data)

    def presses(self, label: str) -> dict[str, Any]:
        """Press the button with this label on the newest card that has one; return what the press was answered."""
        for one in reversed(self.messages):
            for button in _buttons(one):
                if label in button["text"]:
                    return self.dingtalk.delivers(CARD_TOPIC, press(self.user, one["card"]["outTrackId"], button["id"]))
        raise AssertionError(f"{self.user} has no card with {label!r}")

    def _number(self) -> str:
        return f"msg{next(self.dingtalk.numbers)}=="


def _buttons(one: dict[str, Any]) -> list[dict[str, Any]]:
    if "card" not in one:
        return []
    found = json.loads(one["card"]["cardData"]["cardParamMap"]["sys_full_json_obj"])["msgButtons"]
    return list(found)


def _read(one: dict[str, Any]) -> str:
    if "card" not in one:
        return str(one["sampleText"]["content"])
    labels = [f"[{button['text']}]" for button in _buttons(one)]
    return "\n".join([one["card"]["cardData"]["cardParamMap"]["markdown"], *labels])
