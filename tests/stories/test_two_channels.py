"""Before she leaves we make sure that two channels reach her: asked of nobody who has them, over as soon as she has."""

import re
from datetime import date
from pathlib import Path

from sqlalchemy import update

from bot.trips.store import trips
from tests.fakes.web import Visitor
from tests.stories import mail_ground, test_wecom
from tests.stories.test_wecom import university
from tests.stories.world import World, instant, world_at
from tests.support.shipped import without

START, DEPARTS = "2026-08-10 02:00", "2026-09-01"
ASKED, REMINDED, TOLD = "2026-08-18 10:30", "2026-08-22 10:30", "2026-08-25 01:00"
"""On her wall in Beijing: 18:30 a fortnight before, four days later, and nine in the morning a week before."""
QUESTION = "You are off soon!"
CHANNELS = without("checklist", "flight")
"""What else is asked before a departure has its own stories."""


def state(world: World, number: str = "S1") -> str:
    (row,) = [row for row in world.responses(number) if row["item"] == "channels"]
    return row["state"]


def test_with_one_channel_she_is_asked_and_her_second_one_settles_it(tmp_path: Path) -> None:
    with university(tmp_path, START, programme=CHANNELS) as (world, wecom):
        teacher = world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", departs=DEPARTS)
        world.fast_forward(to=instant(ASKED))
        asked = mei.hears(QUESTION, "Telegram: works both ways ✓", "WeCom: find us there and write a word")
        assert asked.labels == []  # there is nothing to press
        mei.says("Will do")
        world.settle()
        mei.hears()
        assert state(world) == "open"  # a word is no second channel
        world.fast_forward(to=instant(REMINDED))
        mei.hears("A small thing to do before you leave", "WeCom")
        test_wecom.joins(world, wecom.member("S1"))
        assert state(world) == "excused"
        world.fast_forward(to=instant("2026-08-30 02:00"))
        assert (mei.unheard, teacher.unheard, world.cases("S1")) == ([], [], [])


def test_who_has_two_is_never_asked(tmp_path: Path) -> None:
    with university(tmp_path, START, programme=CHANNELS) as (world, wecom):
        teacher = world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", departs=DEPARTS)
        test_wecom.joins(world, wecom.member("S1"))
        world.fast_forward(to=instant("2026-08-30 02:00"))
        assert (mei.unheard, wecom.member("S1").unheard, teacher.unheard) == ([], [], [])
        assert [row for row in world.responses("S1") if row["state"] == "missed"] == []


def test_who_has_one_a_week_before_is_named_to_her_counsellor_and_it_is_no_alarm(tmp_path: Path) -> None:
    with university(tmp_path, START, programme=CHANNELS) as (world, wecom):
        teacher = world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", departs=DEPARTS)
        world.student("S2", departs=DEPARTS, linked=False)
        world.fast_forward(to=instant(TOLD))
        mei.hears(QUESTION)
        mei.hears("A small thing to do")
        told = [teacher.hears().text for _ in range(2)]
        assert any("Student S1 leaves soon, and only one channel" in text for text in told)
        assert any("Student S2 leaves soon, and no channel" in text for text in told)
        assert world.cases("S1") == world.cases("S2") == []
        assert state(world) == "missed"
        assert state(world, "S2") == "unreached"
        test_wecom.joins(world, wecom.member("S1"))  # late is not too late
        assert state(world) == "excused"
        world.fast_forward(days=3)
        assert (mei.unheard, teacher.unheard) == ([], [])


def test_by_mail_she_reads_it_too_and_its_page_has_nothing_to_answer_but_a_cry(tmp_path: Path) -> None:
    with mail_ground.university(tmp_path, START, programme=CHANNELS) as (world, smtp):
        world.staff("C1", "counsellor", scope="University")
        world.student("S1", departs=DEPARTS, linked=False, email=mail_ground.MEI)
        mail_ground.knows_mail(world)
        reader = mail_ground.invited(world, smtp)
        world.fast_forward(to=instant(ASKED))
        asked = reader.reads()
        assert "mail: works both ways ✓" in asked.text
        (token,) = re.findall(r"Telegram: open https://t.me/\w+\?start=([\w-]+) and press Start", asked.text)
        browser = Visitor(world.app.web)
        page = browser.get(asked.path)
        assert (page.status, QUESTION in page.words) == (200, True)
        browser.press("SOS")
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        mei = world.telegram.phone("S1's phone", language="en")
        mei.starts(token)  # the invitation is hers
        world.settle()
        mei.hears("S*")
        mei.presses("Yes, I agree")
        world.settle()
        mei.says("/help")  # something was taken there, and something comes back
        world.settle()
        assert state(world) == "excused"
        world.cares = False


def test_the_digest_names_whoever_leaves_in_a_fortnight_without(tmp_path: Path) -> None:
    with world_at(tmp_path, START) as world:
        teacher = world.staff("C1", "counsellor", scope="University")
        world.student("S1", departs=DEPARTS)
        world.student("S2", departs="2026-10-01")
        world.fast_forward(to=instant("2026-08-14 06:30"))
        assert "two ways" not in "".join(teacher.hears().text for _ in range(len(teacher.unheard)))
        world.fast_forward(to=instant("2026-08-21 06:30"))
        digest = teacher.hears("Leaving within a fortnight, and we cannot be sure of two ways to them: Student S1")
        assert "S2" not in digest.text
        world.cares = False


def test_who_leaves_earlier_than_planned_is_asked_no_more_and_her_counsellor_knows(tmp_path: Path) -> None:
    with university(tmp_path, START, programme=CHANNELS) as (world, _):
        teacher = world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", departs=DEPARTS)
        world.fast_forward(to=instant(ASKED))
        mei.hears(QUESTION)
        trip = update(trips).values(departs=date(2026, 8, 20))
        world.app.database.write(lambda conn: conn.execute(trip).close())
        world.fast_forward(to=instant(REMINDED))
        assert (state(world), mei.unheard) == ("excused", [])
        world.fast_forward(to=instant("2026-08-23 02:00"))
        assert "Student S1 leaves soon, and only one channel" in teacher.hears().text
