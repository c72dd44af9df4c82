"""A member of the corporation at the fake WeCom: what arrived, and what she does. See `tests/fakes/wecom.py`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from tests.fakes.wecom_calls import AGENT_ID, CORP_ID

if TYPE_CHECKING:
    from tests.fakes.wecom import FakeWeCom

INVISIBLE = str.maketrans("", "", "\u200b\u200c")


@dataclass
class Member:
    """A member of the corporation, and what the app has sent to her."""

    wecom: "FakeWeCom"
    user: str
    messages: list[dict[str, Any]] = field(default_factory=list)
    times: list[float] = field(default_factory=list)
    licensed: bool = True
    _heard: int = 0

    @property
    def texts(self) -> list[str]:
        """Return what arrived as she reads it: without signs that nobody sees, cards as text and labels."""
        return [_read(message) for message in list(self.messages)]

    @property
    def unheard(self) -> list[str]:
        return self.texts[self._heard :]

    @property
    def cards(self) -> list[dict[str, Any]]:
        return [one["template_card"] for one in self.messages if one["msgtype"] == "template_card"]

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

    def says(self, text: str) -> int:
        return self.wecom.calls_app(self.message("text", Content=text))

    def enters(self) -> int:
        return self.wecom.calls_app(self.event("enter_agent"))

    def taps(self, key: str) -> int:
        return self.wecom.calls_app(self.event("click", EventKey=key))

    def shares(self, latitude: float, longitude: float) -> int:
        place = {"Location_X": latitude, "Location_Y": longitude, "Scale": 16, "Label": "a place", "AppType": "wxwork"}
        return self.wecom.calls_app(self.message("location", **place))

    def sends_file(self, kind: str, content: bytes = b"file") -> int:
        media = self.wecom.keeps(content)
        return self.wecom.calls_app(self.message(kind, MediaId=media, PicUrl="https://example.org/x"))

    def presses(self, label: str) -> int:
        """Press the button with this label on the newest card that has one."""
        for card in reversed(self.cards):
            for button in card["button_list"]:
                if label in button["text"]:
                    code = self.wecom.new_code(self.user)
                    event = self.event(
                        "template_card_event",
                        EventKey=button["key"],
                        TaskId=card["task_id"],
                        CardType="button_interaction",
                        ResponseCode=code,
                    )
                    return self.wecom.calls_app(event)
        raise AssertionError(f"{self.user} has no card with {label!r}")

    def message(self, kind: str, **values: object) -> dict[str, object]:
        return self._frame(kind) | values | {"MsgId": next(self.wecom.numbers)}

    def event(self, name: str, **values: object) -> dict[str, object]:
        return self._frame("event") | {"Event": name} | values

    def _frame(self, kind: str) -> dict[str, object]:
        return {
            "ToUserName": CORP_ID,
            "FromUserName": self.user,
            "CreateTime": int(self.wecom.now()),
            "MsgType": kind,
            "AgentID": AGENT_ID,
        }


def _read(message: dict[str, Any]) -> str:
    if message["msgtype"] == "text":
        return str(message["text"]["content"]).translate(INVISIBLE)
    if message["msgtype"] == "image":
        return "[picture]"
    card = message["template_card"]
    labels = [f"[{button['text']}]" for button in card["button_list"]]
    return "\n".join([card["main_title"]["title"], card.get("sub_title_text", ""), *labels])
