"""A follower of the Official Account at the fake WeChat: what arrived, and what she does. See `wechat.py`."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.fakes.wechat import FakeWeChat

WINDOW, PER_WINDOW = 48 * 3600.0, 5
TAP, PER_TAP = 60.0, 3


@dataclass
class Follower:
    """One follower; `messages` are all texts that she got, those in answers of callbacks included."""

    wechat: "FakeWeChat"
    openid: str
    follows: bool = False
    messages: list[str] = field(default_factory=list)
    passive: list[str] = field(default_factory=list)
    forms: list[dict[str, Any]] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    leave: dict[str, int] = field(default_factory=dict)
    _window: tuple[float, int] = (0.0, 0)
    _tap: tuple[float, int] = (0.0, 0)
    _heard: int = 0

    @property
    def unheard(self) -> list[str]:
        return self.messages[self._heard :]

    def hears(self, *pieces: str) -> str:
        """Return the next message; an AssertionError unless it contains all pieces."""
        assert self.unheard, f"nothing more arrived at {self.openid}; she waits for {pieces}"
        text = self.unheard[0]
        self._heard += 1
        missing = [piece for piece in pieces if piece not in text]
        assert not missing, f"{self.openid} heard {text!r}, without {missing}"
        return text

    def forgets(self) -> None:
        self._heard = len(self.messages)

    def refuses(self, now: float) -> int:
        """Count a message to her; return the code with which the platform refuses it, 0 when it takes it."""
        if not self.follows:
            return 43004
        for name in ("_tap", "_window"):
            until, left = getattr(self, name)
            if until > now and left > 0:
                setattr(self, name, (until, left - 1))
                return 0
        return 45047 if max(self._tap[0], self._window[0]) > now else 45015

    def says(self, text: str, *, times: int = 1) -> list[str]:
        """Write a text; the platform delivers it so many times with the same MsgId. Return the answers."""
        message = self._message("text", Content=text)
        return [self._call(message) for _ in range(times)]

    def scans(self, url: str) -> str:
        """Scan a code: to follow, or again while she follows already."""
        scene = self.wechat.scene_of(url)
        return self._tapped("SCAN", EventKey=scene) if self.follows else self.starts(f"qrscene_{scene}")

    def starts(self, key: str = "") -> str:
        self.follows = True
        return self._tapped("subscribe", EventKey=key)

    def leaves(self) -> None:
        self.follows = False
        self._call(self._event("unsubscribe"))

    def taps(self, key: str) -> str:
        return self._tapped("CLICK", EventKey=key)

    def shares(self, latitude: float, longitude: float) -> str:
        return self._call(self._message("location", Location_X=latitude, Location_Y=longitude, Scale=15, Label="here"))

    def sends_file(self, kind: str, content: bytes = b"file") -> str:
        media = self.wechat.keeps(content)
        return self._call(self._message(kind, MediaId=media, PicUrl="https://example.org/x"))

    def allows(self, template: str) -> str:
        """Tap "allow" once for a 订阅通知."""
        self.leave[template] = self.leave.get(template, 0) + 1
        one = {"TemplateId": template, "SubscribeStatusString": "accept", "PopupScene": 2}
        return self._call(self._event("subscribe_msg_popup_event", SubscribeMsgPopupEvent={"List": one}))

    def _tapped(self, name: str, **values: object) -> str:
        self._tap = (self.wechat.now() + TAP, PER_TAP)
        return self._call(self._event(name, **values))

    def _call(self, values: dict[str, object]) -> str:
        if values["MsgType"] != "event":
            self._window = (self.wechat.now() + WINDOW, PER_WINDOW)
        status, text = self.wechat.says(values)
        assert status == 200, status
        if text and text not in self.passive[-1:]:
            self.passive.append(text)
            self.messages.append(text)
        return text

    def _message(self, kind: str, **values: object) -> dict[str, object]:
        return self._frame(kind) | values | {"MsgId": next(self.wechat.numbers)}

    def _event(self, name: str, **values: object) -> dict[str, object]:
        return self._frame("event") | {"Event": name} | values

    def _frame(self, kind: str) -> dict[str, object]:
        return {
            "ToUserName": "gh_fake",
            "FromUserName": self.openid,
            "CreateTime": int(self.wechat.now()),
            "MsgType": kind,
        }
