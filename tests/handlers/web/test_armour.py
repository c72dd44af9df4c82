"""Nothing changes by looking, nothing is done for another site, and nothing of anybody's text becomes code."""

import re
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import ManualClock
from bot.schema import metadata
from handlers.links_made import answer_link, invite_links
from handlers.web.languages import local_path
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import settle
from tests.handlers.web.conftest import Town, settings_in


def everything(town: Town) -> dict[str, list[Any]]:
    def work(conn: Any) -> dict[str, list[Any]]:
        return {table.name: sorted(map(repr, conn.execute(select(table)).all())) for table in metadata.sorted_tables}

    return town.app.database.read(work)


def paths(town: Town) -> list[str]:
    """Every page there is, with links that live."""
    login = town.login_path("C1")
    real, url = town.clock.real(), town.app.settings.service.url
    chat = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S00"], real))[0].url
    answer = town.app.database.write(lambda conn: answer_link(conn, town.app.settings, "S00", real, real))
    return [
        "/",
        "/console",
        "/console/",
        "/console/?country=US&category=late&q=x",
        "/console/people/S00",
        "/console/people/S09",
        "/console/people/nobody",
        "/console/responses",
        "/console/statistics",
        "/console/cases",
        "/console/cases?state=resolved&reason=urgent&page=2",
        "/console/cases/1",
        "/console/cases/1?said=taken",
        "/healthz",
        "/readyz",
        "/metrics",
        "/static/yanxin.css",
        "/nothing",
        "/console/sign-out",
        "/console/cases/1/acknowledge",
        login,
        chat.removeprefix(url),
        chat.removeprefix(url) + "/lines",
        answer.removeprefix(url),
        "/a/forged",
        "/chat/forged",
    ]


def test_looking_changes_nothing(town: Town) -> None:
    settle(town.ground)
    insider, stranger = town.signed_in("C1"), town.visitor()
    every = paths(town)
    before = everything(town)
    for path in every:
        for visitor in (insider, stranger):
            assert visitor.get(path).status != 500
            assert visitor._visit("HEAD", path, b"", {}).status != 500
    assert everything(town) == before


def test_every_answer_wears_the_headers(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("C1")
    for path in paths(town):
        page = visitor.get(path)
        assert page.headers["x-content-type-options"] == "nosniff"
        assert page.headers["referrer-policy"] == "no-referrer"
        policy = page.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "frame-ancestors 'none'" in policy
        assert "unsafe" not in policy
        kept = "max-age" in page.headers["cache-control"]
        assert kept is path.startswith("/static/")
        assert kept or page.headers["cache-control"] == "no-store"


def test_no_page_has_inline_script_or_style_or_foreign_assets(town: Town) -> None:
    settle(town.ground)
    visitor = town.signed_in("C1")
    for path in paths(town):
        page = visitor.get(path)
        if not page.headers.get("content-type", "").startswith("text/html"):
            continue
        assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:", page.text)
        assert all("src=" in tag for tag in re.findall(r"<script[^>]*>", page.text))
        assert all(url.startswith("/") for url in re.findall(r'(?:src|action)="([^"]+)"', page.text))
        assert all(url.startswith(("/", "tel:", "mailto:", "#")) for url in re.findall(r'href="([^"]+)"', page.text))


@pytest.mark.parametrize("given", [None, "", "forged"])
def test_a_form_without_its_token_is_refused(town: Town, given: str | None) -> None:
    settle(town.ground)
    visitor = town.signed_in("C1")
    before = everything(town)
    fields = {} if given is None else {"csrf": given}
    for path in (
        "/console/cases/1/acknowledge",
        "/console/cases/1/resolve",
        "/console/cases/1/take-over",
        "/console/cases/1/hand-over",
        "/console/cases/1/note",
        "/console/cases/1/contacted",
        "/console/cases/1/snooze",
        "/console/cases/1/write",
        "/console/cases/1/reopen",
        "/console/cases/1/words",
        "/console/responses.csv",
        "/console/people/S00/words",
        "/console/sign-out",
    ):
        assert visitor.post(path, fields | {"outcome": "spoken"}).status == 403
        assert town.visitor().post(path, fields).status == 401
    assert everything(town) == before


def test_the_token_of_another_session_is_refused(town: Town) -> None:
    settle(town.ground)
    other = town.signed_in("O1").get("/console/").forms[0].fields["csrf"]
    assert town.signed_in("C1").post("/console/cases/1/acknowledge", {"csrf": other}).status == 403


@pytest.mark.parametrize(
    ("headers", "refused"),
    [
        ({"sec-fetch-site": "cross-site"}, True),
        ({"sec-fetch-site": "same-site"}, True),
        ({"origin": "https://evil.example"}, True),
        ({"origin": "http://yanxin.test.evil.example"}, True),
        ({"sec-fetch-site": "same-origin", "origin": "null"}, False),
        ({"origin": "http://yanxin.test"}, False),
        ({}, False),
    ],
)
def test_a_post_from_another_site_is_refused(town: Town, headers: dict[str, str], refused: bool) -> None:
    town.ground.staff("C1", "counsellor")
    assert town.visitor().post(town.login_path("C1"), {}, **headers).status == (403 if refused else 303)


def test_names_are_text_and_never_code(town: Town) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    her = town.ground.staff("C1", "counsellor", name=evil)
    person = town.ground.student("S<b>1", counsellor=her, name=evil, unit="<i>u</i>", phone='"><b>', email="<b>@x")
    town.ground.trip(person, city="<b>city</b>", host="<b>host</b>")
    visitor = town.signed_in("C1")
    for path in ("/console/", "/console/people/S%3Cb%3E1", '/console/?q="><script>&unit=<b>', town.login_path("C1")):
        text = visitor.get(path).text
        assert "<script>alert" not in text
        assert "<b>" not in text
        assert "<i>u" not in text
        assert "<img src=x" not in text


@pytest.mark.parametrize(
    ("wanted", "goes"),
    [
        ("/console/?q=a", "/console/?q=a"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("https://evil.example", "/"),
        ("/a\r\nset-cookie: x", "/"),
        ("javascript:alert(1)", "/"),
        ("", "/"),
    ],
)
def test_no_redirect_leads_elsewhere(town: Town, wanted: str, goes: str) -> None:
    assert local_path(wanted) == goes
    page = town.visitor().get(f"/language/en?back={quote(wanted, safe='')}")
    assert (page.status, page.headers["location"]) == (303, goes)


def test_an_unknown_language_is_refused(town: Town) -> None:
    assert town.visitor().get("/language/xx?back=%2F").status == 404


@pytest.mark.parametrize("path", ["/language/en", "/a/forged", "/chat/forged", "/console/login/forged", "/nothing"])
def test_a_body_over_a_mebibyte_is_refused(town: Town, path: str) -> None:
    body = b"text=" + b"x" * (1024 * 1024)
    kind = {"content-type": "application/x-www-form-urlencoded"}
    announced = town.visitor().send(path, body, **kind, **{"content-length": str(len(body))})
    assert announced.status == 413
    assert announced.headers["connection"] == "close"
    if path == "/a/forged":
        assert town.visitor().send(path, body, **kind).status == 413


def test_a_page_that_breaks_says_so_and_shows_nothing(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_args: object) -> None:
        raise RuntimeError("a secret of somebody")

    town.ground.staff("C1", "counsellor")
    visitor = town.signed_in("C1")
    monkeypatch.setattr("handlers.web.board.board", broken)
    page = visitor.get("/console/")
    assert page.status == 500
    assert "secret" not in page.text
    assert "我们这边出了点问题" in page.words
    assert page.headers["x-content-type-options"] == "nosniff"


def test_plain_pages_speak_the_reader_s_language(town: Town) -> None:
    assert "There is nothing here" in town.visitor(accept_language="de, en;q=0.8").get("/nothing").words
    assert "这里什么也没有" in town.visitor(accept_language="zh-CN,zh").get("/nothing").words
    assert "这里什么也没有" in town.visitor(accept_language="de").get("/nothing").words


def test_cookies_are_secure_where_there_is_https(tmp_path: Path) -> None:
    clock = ManualClock(NOW)
    app = App(settings_in(tmp_path, base_url="https://yanxin.example"), clock, paced=False)
    town = Town(app, clock, Ground(app.database))
    town.ground.staff("C1", "counsellor")
    page = town.visitor().post(town.login_path("C1"))
    app.close()
    assert "secure" in page.set_cookies[0].lower()
    assert "strict-transport-security" in page.headers
