"""A message of the office to exactly those who are picked: counted and seen first, sent once, in each one's morning."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import Connection, select

from bot.engine.compose import compose
from bot.journal.store import journal
from bot.outbox.model import Rendered
from bot.outbox.store import by_id, outbox
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

PAGE = "/console/people"
TEXT = "The forms for spring are due on Friday.\n---\n[Win](https://bad.example)"


@pytest.fixture
def office(town: Town) -> Visitor:
    her = town.ground.staff("C1", "counsellor", language="en")
    town.ground.staff("O1", "office", language="en", name="Han")
    town.ground.staff("O2", "office", language="en")
    town.ground.staff("R1", "reader", language="en")
    for number, zone, country in (("S1", "America/New_York", "US"), ("S2", "Asia/Tokyo", "JP")):
        person = town.ground.student(number, counsellor=her, language="en")
        town.ground.trip(person, country, "City", zone)
    far = town.ground.student("S3", counsellor=her, language="en", reachable=False)
    town.ground.trip(far)
    town.ground.student("S4", counsellor=her, language="en")
    town.clock.set(datetime(2026, 11, 19, 8, 0, tzinfo=UTC))  # three in the morning in New York, five pm in Tokyo
    return town.signed_in("O1")


def pick(visitor: Visitor, *numbers: str) -> str:
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    body = "&".join([f"csrf={token}", "deed=notice", *(f"person={number}" for number in numbers)])
    form = "application/x-www-form-urlencoded"
    visitor.send("/console/people-selected", body.encode(), content_type=form)
    return visitor.follow().words if visitor.shown and visitor.shown.status == 303 else ""


def sent(town: Town) -> list[tuple[int, datetime, str, int]]:
    query = select(outbox.c.person_id, outbox.c.next_try_at, outbox.c.state, outbox.c.priority)
    query = query.where(outbox.c.template == "office/notice").order_by(outbox.c.id)
    return town.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


def test_it_is_counted_and_seen_then_sent_once_in_the_morning_of_each(town: Town, office: Visitor) -> None:
    seen = pick(office, "S1", "S2", "S3")
    assert "3 people" in seen
    assert "What do you want to tell them?" in seen
    assert "Send it" not in seen
    office.press("See it before it goes", text=TEXT, urgent="")
    seen = office.follow().words
    assert "The forms for spring are due on Friday." in seen
    assert "In the morning where each of them is." in seen
    assert "1 of them cannot be reached" in seen
    assert sent(town) == []
    shown, path = office.shown, office.path
    assert office.press("Send it to 3 people").status == 303
    seen = office.follow().words
    assert "2 message on its way" in seen
    assert "1 cannot be reached" in seen
    rows = sent(town)
    morning, noon = datetime(2026, 11, 19, 12, tzinfo=UTC), town.clock.now()  # seven in New York
    assert [(at, state) for _, at, state, _ in rows] == [(morning, "waiting"), (noon, "waiting"), (morning, "failed")]
    office.shown, office.path = shown, path
    office.press("Send it to 3 people")
    assert len(sent(town)) == 3
    lines = select(journal.c.action).where(journal.c.action.in_(["notice.sent", "selection.done"]))
    assert town.app.database.read(lambda conn: conn.execute(lines).scalars().all()).count("notice.sent") == 3
    assert "Han sent a message of the office." in office.get(f"{PAGE}/S1").words
    assert "Messages of the office" in office.get(f"{PAGE}/S1").words


def test_what_is_urgent_waits_for_no_morning_and_words_stay_words(town: Town, office: Visitor) -> None:
    pick(office, "S1")
    office.press("See it before it goes", text=TEXT, urgent="yes")
    assert "At once, also in the middle of their night." in office.follow().words
    office.press("Send it to 1 person")
    [(_, at, _, _)] = sent(town)
    assert at == town.clock.now()

    def rendered(conn: Connection) -> Rendered:
        found = conn.execute(select(outbox.c.id).where(outbox.c.template == "office/notice")).scalar_one()
        message = by_id(conn, found)
        assert message is not None
        return compose(conn, message, town.app.services.renderer, town.app.settings, NOW)

    made = town.app.database.read(rendered)
    assert made.text == f"From the programme office:\n\n{TEXT}\n\n— Han"
    assert not made.buttons


def test_words_that_were_changed_in_another_window_are_shown_before_they_go(town: Town, office: Visitor) -> None:
    pick(office, "S1")
    office.press("See it before it goes", text="One.")
    old = office.follow()
    path = office.path
    office.press("See it before it goes", text="Two.")
    office.follow()
    office.shown, office.path = old, path
    assert office.press("Send it").headers["location"].endswith("?said=changed")
    assert "The words are others now" in office.follow().words
    assert sent(town) == []
    office.press("Send it")
    assert len(sent(town)) == 1


def test_nothing_typed_is_lost(town: Town, office: Visitor) -> None:
    pick(office, "S1")
    long = "x" * 2001
    assert office.press("See it before it goes", text=long).status == 400
    assert office.shown is not None
    assert long in office.shown.text
    assert "at most 2000 characters" in office.shown.words
    assert sent(town) == []


def test_it_is_the_offices_alone_and_ones_own(town: Town, office: Visitor) -> None:
    pick(office, "S1")
    office.press("See it before it goes", text="One.")
    office.follow()
    path = office.path
    other = town.signed_in("O2")
    token = other.get("/console/me").forms[0].fields["csrf"]
    assert other.get(path).status == other.post(path, {"csrf": token}).status == 404
    assert other.post(f"{path}/wish", {"csrf": token, "text": "Mine."}).status == 404
    counsellor = town.signed_in("C1")
    assert ">Message<" not in counsellor.get(PAGE).text
    token = counsellor.get("/console/me").forms[0].fields["csrf"]
    fields = {"csrf": token, "deed": "notice", "person": "S1"}
    assert counsellor.post("/console/people-selected", fields).status == 400
    assert ">Message<" not in town.signed_in("R1").get(PAGE).text
    assert sent(town) == []
