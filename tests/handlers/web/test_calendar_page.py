"""Her calendar page: a link is shown once, works without anything else, and is taken back for good."""

from datetime import timedelta

import pytest

from bot.people.store import people
from bot.sessions import busy
from handlers.links_made import calendar_link, calendar_page_link, invite_links
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def her(town: Town) -> int:
    person = town.ground.student("S1", name="王雨桐", reachable=False)
    town.ground.trip(person)
    return person


def page(town: Town, person: int) -> str:
    made = town.app.database.write(lambda conn: calendar_page_link(conn, town.app.settings, person, town.clock.real()))
    return made.removeprefix(town.app.settings.service.url)


def made_on(visitor: Visitor, label: str) -> str:
    shown = visitor.press(label)
    assert shown.status == 200
    found = shown.text.partition('value="http://')[2].partition('"')[0]
    assert "webcal://" in shown.text
    return "/" + found.partition("/")[2]


def test_a_link_is_made_shown_once_and_taken_back(town: Town, her: int) -> None:
    visitor, program = town.visitor(), town.visitor()
    path = page(town, her)
    assert "收回" not in visitor.get(path).words
    feed = made_on(visitor, "生成我的日历链接")
    assert program.get(feed).text.startswith("BEGIN:VCALENDAR")
    assert ".ics" not in visitor.get(path).text  # only its hash is kept
    other = made_on(visitor, "再要一个链接")
    visitor.press("全部收回")
    for gone in (feed, other, "/calendar/unknown.ics"):
        shown = program.get(gone)
        assert (shown.status, shown.body) == (404, b"")


def test_looking_changes_nothing_and_the_page_opens_for_a_day(town: Town, her: int) -> None:
    path = page(town, her)
    for _ in range(3):
        assert "还能用的链接" not in town.visitor().get(path).words
    assert town.visitor().post(path, {"do": "everything"}).status == 400
    town.clock.advance(timedelta(hours=24))
    assert town.visitor().get(path).status == 410
    assert town.visitor().post(path, {"do": "make"}).status == 410
    assert town.visitor().get("/calendar/unknown").status == 404


@pytest.mark.usefixtures("her")
def test_it_is_on_her_own_page_too_and_on_no_other_device(town: Town) -> None:
    made = town.app.database.write(lambda conn: invite_links(conn, town.app.settings, ["S1"], town.clock.real()))
    path = next(one.url for one in made if one.channel == "web").removeprefix(town.app.settings.service.url)
    visitor = town.visitor()
    visitor.get(path)
    visitor.post(f"{path}/open")
    assert visitor.get(f"{path}/calendar").status == 200
    feed = made_on(visitor, "生成我的日历链接")
    assert town.visitor().get(feed).status == 200
    assert town.visitor().get(f"{path}/calendar").status == 403
    assert town.visitor().post(f"{path}/calendar", {"do": "off"}).status == 403
    assert town.visitor().get(feed).status == 200


def test_who_has_left_has_no_feed(town: Town, her: int) -> None:
    made = town.app.database.write(lambda conn: calendar_link(conn, town.app.settings, her, town.clock.real()))
    path = made.removeprefix(town.app.settings.service.url)
    assert town.visitor().get(path).status == 200
    gone = people.update().where(people.c.id == her).values(left_at=town.clock.now())
    town.app.database.write(lambda conn: conn.execute(gone))
    shown = town.visitor().get(path)
    assert (shown.status, shown.body) == (404, b"")


def test_she_says_when_she_cannot_meet_and_takes_it_back(town: Town, her: int) -> None:
    visitor = town.visitor()
    path = page(town, her)
    visitor.get(path)
    wrong = visitor.press("加上", day="2", start="14:00", end="14:00")
    assert (wrong.status, "至少选一天" in wrong.words, 'value="14:00"' in wrong.text) == (422, True, True)
    assert "周三 14:00–16:00" in visitor.press("加上", day="2", start="14:00", end="16:00").words
    for nonsense in ({"day": "9"}, {"start": "25:00"}, {"end": ""}, {"day": ""}):
        given = {"do": "busy", "day": "2", "start": "08:00", "end": "09:00"} | nonsense
        assert town.visitor().post(path, given).status == 422
    other = town.ground.student("S2", name="李思齐", reachable=False)
    (stated,) = town.app.database.read(lambda conn: busy.stated_by(conn, her))
    theirs = page(town, other)
    assert "14:00" not in town.visitor().post(theirs, {"do": "free", "id": str(stated.id)}).words
    assert town.app.database.read(lambda conn: busy.stated_by(conn, her)) == [stated]
    visitor.get(path)
    assert "14:00" not in visitor.press("撤回").words
    assert town.app.database.read(lambda conn: busy.stated_by(conn, her)) == []
