"""Sessions in members' own calendars: by mail, as a feed and as a file, read back by ical.js through every change."""

import re
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, delete

from bot.branches.store import branch_members
from bot.engine import sessions as engine
from bot.people.store import by_number
from bot.sessions.model import Session
from handlers.links_made import calendar_link_of
from tests.fakes.mail import FakeSmtp, Taken
from tests.fakes.web import Visitor
from tests.stories.mail_ground import MEI, invited, knows_mail, university
from tests.stories.test_sessions import LINK, WEDNESDAY, _found, move, schedule
from tests.stories.world import World, instant
from tests.support.calendars import read

pytestmark = pytest.mark.node
FRIDAY, SATURDAY, SUNDAY = "2026-10-23T12:00", "2026-10-24T12:00", "2026-10-25T12:00"
NEUTRAL, SECRETS = "Online meeting", ("二十大", "B1", "league", "S2")


def calendar_in(taken: Taken) -> str:
    """Return the calendar of a mail, as the part says it is."""
    (part,) = [one for one in taken.mail.walk() if one.get_content_type() == "text/calendar"]
    text = str(part.get_content())
    assert f"METHOD:{part.get_param('method')}" in text
    return text


def feed(world: World, number: str = "S1") -> str:
    made = world.app.database.write(lambda conn: calendar_link_of(conn, world.app.settings, number, world.clock.real()))
    return made.removeprefix(world.app.settings.service.url)


def fetched(world: World, path: str) -> str:
    shown = Visitor(world.app.web).get(path)
    assert shown.status == 200
    assert shown.headers["content-type"] == "text/calendar; charset=utf-8"
    return shown.text


def cancel(world: World, made: Session) -> None:
    now = world.clock.now()
    quiet = world.app.database.read(world.app.programmes.current).quiet
    world.app.database.write(lambda conn: engine.cancel(conn, made.id, None, now, quiet))
    world.settle()


def mei(world: World, smtp: FakeSmtp) -> None:
    """Let S1, in Berlin, be reached by mail alone, beside another member."""
    world.staff("C1", "counsellor", scope="University")
    world.student("S1", "Berlin", "DE", linked=False, email=MEI)
    world.student("S2", "New York", "US", linked=False)
    knows_mail(world)
    invited(world, smtp)
    world.app.database.write(lambda conn: _found(conn, "B1", ["S1", "S2"]))


def event(read_back: dict[str, Any]) -> dict[str, Any]:
    (one,) = read_back["events"]
    found: dict[str, Any] = one
    return found


def test_create_two_moves_across_the_clock_change_and_cancel(tmp_path: Path) -> None:
    with university(tmp_path, WEDNESDAY) as (world, smtp):
        mei(world, smtp)
        path = feed(world)
        before = len(smtp.to(MEI))
        feeds = []
        made = schedule(world)
        feeds.append(fetched(world, path))
        for to in ("2026-10-24 12:00", "2026-10-26 12:30"):
            world.fast_forward(minutes=5)
            move(world, made, to)
            feeds.append(fetched(world, path))
        world.fast_forward(minutes=5)
        cancel(world, made)
        feeds.append(fetched(world, path))

        mails = smtp.to(MEI)[before:]
        asks, tells = "Yanxin: a short question for you", "Yanxin: a message for you"
        assert [one.subject for one in mails] == [asks, tells, tells, tells]
        texts = [calendar_in(one) for one in mails]
        by_mail, by_feed = read(*texts), read(*feeds)
        for all_read in (by_mail, by_feed):
            seen = [event(one) for one in all_read]
            assert [one["sequence"] for one in seen] == [0, 1, 2, 3]
            assert len({one["uid"] for one in seen}) == 1
            # Berlin's clocks are set back in the night from Saturday to Sunday.
            assert [(one["starts_at"][:16], one["wall"][:16]) for one in seen] == [
                (SUNDAY, "2026-10-25T13:00"),
                (SATURDAY, "2026-10-24T14:00"),
                ("2026-10-26T12:30", "2026-10-26T13:30"),
                ("2026-10-26T12:30", "2026-10-26T13:30"),
            ]
            assert {one["zone"] for one in seen} == {"Europe/Berlin"}
            assert [one["status"] for one in seen] == ["CONFIRMED"] * 3 + ["CANCELLED"]
            assert [one["alarm"] for one in seen] == ["-PT10M"] * 3 + [None]
        assert [one["method"] for one in by_mail] == ["REQUEST"] * 3 + ["CANCEL"]
        assert {event(one)["uid"] for one in by_mail} == {event(one)["uid"] for one in by_feed}

        for one, mail in zip(by_mail, mails, strict=True):
            assert event(one)["attendees"] == [f"mailto:{MEI}"]
            assert event(one)["link"].endswith(mail.path)  # nothing but the link to her own page
        # A line is folded wherever it is long, and the token of a link may spell anything.
        plain = [re.sub(r"\r?\n ", "", text).replace(mail.path, "") for text, mail in zip(texts, mails, strict=True)]
        assert not [word for word in (*SECRETS, LINK) for text in plain if word in text]
        assert not [word for word in SECRETS for text in feeds if word in text]
        assert {event(one)["title"] for one in (*by_mail, *by_feed)} == {NEUTRAL}
        assert {event(one)["attendees"] == [] for one in by_feed} == {True}
        assert event(by_feed[0])["link"] == LINK


def test_her_page_behind_the_calendar_opens_until_the_session_is_over(tmp_path: Path) -> None:
    with university(tmp_path, "2026-10-08 12:00") as (world, smtp):
        world.cares = False
        mei(world, smtp)
        before = len(smtp.to(MEI))
        schedule(world)  # in seventeen days; other links work for fourteen
        path = smtp.to(MEI)[before].path
        world.fast_forward(to=instant("2026-10-25 12:30"))
        browser = Visitor(world.app.web)
        assert "Sun 25 Oct, 13:00" in browser.get(path).words
        file = browser.get(f"{path}/meeting.ics")
        assert (file.status, file.headers["content-disposition"]) == (200, 'attachment; filename="meeting.ics"')
        (seen,) = read(file.text)
        assert (seen["method"], event(seen)["title"], event(seen)["link"]) == ("PUBLISH", NEUTRAL, LINK)


def test_who_leaves_the_branch_has_it_in_her_feed_no_more_and_a_link_can_be_taken_back(tmp_path: Path) -> None:
    with university(tmp_path, WEDNESDAY) as (world, smtp):
        world.cares = False
        mei(world, smtp)
        schedule(world)
        path, browser = feed(world), Visitor(world.app.web)
        assert len(read(fetched(world, path))[0]["events"]) == 1

        def leave(conn: Connection) -> None:
            person = by_number(conn, "S1")
            assert person is not None
            conn.execute(delete(branch_members).where(branch_members.c.person_id == person.id))

        world.app.database.write(leave)
        assert read(fetched(world, path))[0]["events"] == []

        smtp.taken.clear()
        # She asks for it on the page of a mail: it goes to her own address, and from there to a page of hers.
        world.fast_forward(to=instant("2026-10-27 17:30"))
        asked = smtp.to(MEI)[-1]
        browser.get(asked.path)
        browser.press("Fine")
        browser.press("Send", text="/calendar")
        world.settle()
        page = smtp.to(MEI)[-1]
        assert "/calendar/" not in asked.text
        found = next(part for part in page.text.split() if "/calendar/" in part)
        hers = found[found.index("/calendar/") :]
        assert "made" in browser.get(hers).words
        browser.press("Take all of them back")
        assert "show nothing any more" in (browser.shown.words if browser.shown else "")
        gone = browser.get(path)
        assert (gone.status, gone.body) == (404, b"")
        assert browser.get("/calendar/nothing.ics").status == 404
