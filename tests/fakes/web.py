"""Somebody with a browser, without a browser: visits the web application in memory, keeps cookies, presses buttons.

visitor = Visitor(app)
page = visitor.get("/console/login/TOKEN")
page = visitor.press("登录")          # the button of the page shown last, with all fields of its form
assert page.status == 303
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

from starlette.types import ASGIApp


@dataclass
class Form:
    """A form of a page: where it goes, its fields, and its buttons as (label, name, value)."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str, str]] = field(default_factory=list)


@dataclass(frozen=True)
class Shown:
    """An answer of the application."""

    status: int
    headers: dict[str, str]
    set_cookies: list[str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def words(self) -> str:
        """What a person reads on the page, with blanks squeezed."""
        reader = _Reader()
        reader.feed(self.text)
        return " ".join(" ".join(reader.words).split())

    @property
    def forms(self) -> list[Form]:
        reader = _Reader()
        reader.feed(self.text)
        return reader.forms


class Visitor:
    """One browser. Headers given here go with every request."""

    def __init__(self, app: ASGIApp, **headers: str) -> None:
        self.app = app
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        self.cookies: dict[str, tuple[str, str]] = {}
        self.path = "/"
        self.shown: Shown | None = None

    def get(self, path: str, **headers: str) -> Shown:
        return self._visit("GET", path, b"", headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Shown:
        given = {"content-type": "application/x-www-form-urlencoded"} | headers
        return self._visit("POST", path, urlencode(fields or {}).encode(), given)

    def send(self, path: str, body: bytes, **headers: str) -> Shown:
        """Post a body as it is."""
        return self._visit("POST", path, body, headers)

    def press(self, label: str, **fields: str) -> Shown:
        """Press a button of the page shown last by a part of its label; `fields` fill in the form."""
        assert self.shown is not None, "look at a page first"
        for form in self.shown.forms:
            for text, name, value in form.buttons:
                if label in text:
                    given = form.fields | fields | ({name: value} if name else {})
                    return self.post(urljoin(self.path, form.action or self.path), given)
        raise AssertionError(f"there is no button {label!r} on the page: {self.shown.words}")

    def follow(self) -> Shown:
        """Go where a redirect leads."""
        assert self.shown is not None
        assert self.shown.status in {302, 303, 307}, self.shown.status
        return self.get(urljoin(self.path, self.shown.headers["location"]))

    def _visit(self, method: str, path: str, body: bytes, headers: Mapping[str, str]) -> Shown:
        parts = urlsplit(path)
        sent = {"host": "yanxin.test"} | self.headers | {key.replace("_", "-"): value for key, value in headers.items()}
        near = {name: value for name, (value, below) in self.cookies.items() if parts.path.startswith(below)}
        if near:
            sent["cookie"] = "; ".join(f"{name}={value}" for name, value in near.items())
        shown = asyncio.run(_call(self.app, method, parts.path, parts.query, body, sent))
        for line in shown.set_cookies:
            for name, morsel in SimpleCookie(line).items():
                self.cookies[name] = (morsel.value, morsel["path"] or "/")
                if morsel["max-age"] == "0":
                    del self.cookies[name]
        self.path, self.shown = parts.path, shown
        return shown


async def _call(app: ASGIApp, method: str, path: str, query: str, body: bytes, headers: Mapping[str, str]) -> Shown:
    scope: dict[str, Any] = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": method,
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
        "client": ("127.0.0.1", 1),
        "server": ("yanxin.test", 80),
    }
    pieces = [body[start : start + 65536] for start in range(0, len(body), 65536)] or [b""]
    answered: list[Any] = []

    async def receive() -> dict[str, Any]:
        if pieces:
            return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.append(message)

    await app(scope, receive, send)
    start = answered[0]
    pairs = [(name.decode().lower(), value.decode()) for name, value in start["headers"]]
    return Shown(
        status=start["status"],
        headers=dict(pairs),
        set_cookies=[value for name, value in pairs if name == "set-cookie"],
        body=b"".join(message.get("body", b"") for message in answered[1:]),
    )


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.words: list[str] = []
        self.forms: list[Form] = []
        self._button: tuple[list[str], str, str] | None = None
        self._in_form = False
        self._field, self._in_area, self._has_option = "", False, False
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag in {"script", "style", "title"}:
            self._silent += 1
        if tag == "form":
            self._in_form = True
            self.forms.append(Form(given.get("method", "get"), given.get("action", "")))
        elif self._in_form and tag in {"input", "textarea", "select"} and given.get("name"):
            is_chosen = given.get("type") not in {"checkbox", "radio"} or "checked" in given
            if is_chosen:
                self.forms[-1].fields[given["name"]] = given.get("value", "")
            self._field, self._in_area = given["name"] if tag != "input" else "", tag == "textarea"
            self._has_option = False
        elif tag == "option" and self._in_form and self._field and "value" in given:
            if "selected" in given or not self._has_option:  # as browsers do: the first, unless another is marked
                self.forms[-1].fields[self._field] = given["value"]
            self._has_option = True
        elif tag == "button":
            self._button = ([], given.get("name", ""), given.get("value", ""))

    def handle_data(self, data: str) -> None:
        if self._silent:
            return
        self.words.append(data)
        if self._button:
            self._button[0].append(data)
        if self._field and self._in_area:
            self.forms[-1].fields[self._field] += data

    def handle_endtag(self, tag: str) -> None:
        if tag in {"script", "style", "title"}:
            self._silent -= 1
        if tag == "form":
            self._in_form = False
        if tag in {"textarea", "select"}:
            self._field, self._in_area = "", False
        if tag == "button" and self._button and self._in_form:
            label, name, value = self._button
            self.forms[-1].buttons.append((" ".join("".join(label).split()), name, value))
            self._button = None
