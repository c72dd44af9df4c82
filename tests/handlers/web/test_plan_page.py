"""Whoever goes next reads what others tell of their stays: only what they let be read, without names and dates."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from bot.engine.report_life import accept, hand_in
from bot.reports import drafts, store
from bot.reports.model import Report
from bot.reports.sections import shipped
from handlers.links_made import plan_link, report_link
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town


@pytest.fixture
def report(town: Town) -> Report:
    """Return an accepted report about Oxford."""
    person = town.ground.student("S1", name="王雨桐", reachable=False)
    trip = town.ground.trip(person, country="GB", host="Oxford")

    def write(conn: Connection) -> Report:
        made = store.add(conn, person, trip, "return_report", None, NOW)
        drafts.say(conn, made, "stay", "2026-09-01 起", "web", NOW)
        drafts.say(conn, made, "advice", "带雨衣", "web", NOW)
        drafts.say(conn, made, "host", "宿舍冷", "web", NOW)
        hand_in(conn, made, shipped(), "zh", "web", NOW, sure=True)
        assert accept(conn, store.again(conn, made), 1, None, "", NOW)
        return store.again(conn, made)

    return town.app.database.write(write)


def page_of(town: Town, number: str) -> str:
    person = town.ground.student(number, reachable=False)
    made = town.app.database.write(lambda conn: plan_link(conn, town.app.settings, person, town.clock.real()))
    return made.removeprefix(town.app.settings.service.url)


def test_it_appears_when_she_has_said_yes_and_goes_when_she_says_no(town: Town, report: Report) -> None:
    page, reader = page_of(town, "S2"), Visitor(town.app.web)
    assert "还没有人写过" in reader.get(page).words
    own = town.app.database.write(
        lambda conn: report_link(conn, town.app.settings, report.person_id, town.clock.real())
    ).removeprefix(town.app.settings.service.url)
    writer = Visitor(town.app.web)
    assert "愿意让别人看看吗" in writer.get(own).words
    writer.press("可以，署名")
    assert "你说：可以，署名。" in writer.follow().words
    shown = reader.get(page).words
    assert "带雨衣" in shown
    for left_out in ("王雨桐", "2026-09-01", "宿舍冷"):
        assert left_out not in shown
    assert "带雨衣" in reader.get(f"{page}?country=GB&host=Oxford").words
    assert "带雨衣" not in reader.get(f"{page}?country=FR").words
    writer.get(own)
    writer.post(f"{own}/may", {"may": "no"})
    assert "带雨衣" not in reader.get(page).words


def test_a_link_that_is_unknown_or_too_old_opens_nothing(town: Town) -> None:
    page = page_of(town, "S2")
    assert Visitor(town.app.web).get("/plan/forged").status == 404
    town.clock.advance(timedelta(days=31))
    assert Visitor(town.app.web).get(page).status == 410


def test_no_consent_before_it_is_accepted(town: Town) -> None:
    person = town.ground.student("S3", reachable=False)
    trip = town.ground.trip(person)
    town.app.database.write(lambda conn: store.add(conn, person, trip, "return_report", None, NOW))
    own = town.app.database.write(lambda conn: report_link(conn, town.app.settings, person, town.clock.real()))
    own = own.removeprefix(town.app.settings.service.url)
    writer = Visitor(town.app.web)
    assert writer.post(f"{own}/may", {"may": "named"}).status == 303
    assert "愿意让别人看看吗" not in writer.get(own).words
