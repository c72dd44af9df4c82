"""The doors of the platforms stand before the pages: they answer, wear the headers, and break in private."""

import pytest
import structlog
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from handlers.web.armour import headers_of
from handlers.web.hooks import Hooks
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

HEADERS = headers_of(is_https=True)


async def takes(request: Request) -> Response:
    """Answer how much came, or break."""
    body = await request.body()
    if body == b"a secret":
        raise ValueError(body.decode())
    return Response(str(len(body)))


async def pages(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("a page")(scope, receive, send)


@pytest.fixture
def web() -> ASGIApp:
    return Hooks(pages, [Route("/webhooks/x", takes, methods=["POST"])], HEADERS)


def test_a_door_answers_and_its_answer_wears_the_headers(web: ASGIApp) -> None:
    shown = Visitor(web)._visit("POST", "/webhooks/x", b"12345", {})
    assert (shown.status, shown.body) == (200, b"5")
    assert {name: shown.headers[name] for name in HEADERS} == HEADERS


def test_a_door_that_breaks_is_said_without_a_word_of_what_came(web: ASGIApp) -> None:
    with structlog.testing.capture_logs() as lines:
        shown = Visitor(web)._visit("POST", "/webhooks/x", b"a secret", {})
    assert (shown.status, shown.body) == (500, b"")
    assert {name: shown.headers[name] for name in HEADERS} == HEADERS
    (line,) = lines
    assert (line["event"], line["error"]) == ("web.page_broke", "ValueError")
    assert "secret" not in repr(lines)
    assert Visitor(web)._visit("POST", "/webhooks/x", b"1", {}).status == 200


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/webhooks/x"), ("POST", "/webhooks/x/"), ("POST", "/webhooks/"), ("POST", "/")]
)
def test_everything_else_is_a_page(web: ASGIApp, method: str, path: str) -> None:
    assert Visitor(web)._visit(method, path, b"", {}).body == b"a page"


@pytest.mark.parametrize("path", ["/webhooks/telegram", "/webhooks/wecom", "/webhooks/wechat"])
def test_in_the_service_every_door_wears_the_headers_and_other_methods_are_refused(town: Town, path: str) -> None:
    wears = headers_of(is_https=False)
    for method, status in (("POST", 404), ("PUT", 405)):
        shown = town.visitor()._visit(method, path, b"{}", {})
        assert shown.status == status
        assert {name: shown.headers[name] for name in wears} == wears
