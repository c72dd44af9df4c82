"""Before she leaves we make sure that two channels reach her: asked of nobody who has them, over as soon as she has."""

from pathlib import Path

from bot.programmes.versions import default_text
from handlers.programme_loaded import load_programme
from tests.fakes.web import Visitor
from tests.stories import mail_ground, test_wecom
from tests.stories.test_wecom import university
from tests.stories.world import World, instant

ITEM = default_text().partition("#\n# [[item]]")
PROGRAMME = default_text() + "\n[[item]]" + ITEM[2].replace("\n# ", "\n")
"""The one that is shipped, with the item that stands at its end for a school to switch on."""
START, DEPARTS = "2026-08-10 02:00", "2026-09-01"
ASKED, REMINDED, TOLD = "2026-08-18 10:30", "2026-08-22 10:30", "2026-08-25 01:00"
"""On her wall in Beijing: 18:30 a fortnight before, four days later, and nine in the morning a week before."""
QUESTION = "You are off soon!"


def asks_it(world: World) -> None:
    """Load the programme with that item, as the office does."""
    now, programmes = world.clock.now(), world.app.programmes
    world.app.database.write(lambda conn: load_programme(conn, PROGRAMME, now, programmes))


def state(world: World, number: str = "S1") -> str:
    (row,) = [row for row in world.responses(number) if row["item"] == "channels"]
    return row["state"]


def test_with_one_channel_she_is_asked_and_her_second_one_settles_it(tmp_path: Path) -> None:
    with university(tmp_path, START) as (world, wecom):
        asks_it(world)
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
    with university(tmp_path, START) as (world, wecom):
        asks_it(world)
        teacher = world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", departs=DEPARTS)
        test_wecom.joins(world, wecom.member("S1"))
        world.fast_forward(to=instant("2026-08-30 02:00"))
        assert (mei.unheard, wecom.member("S1").unheard, teacher.unheard) == ([], [], [])
        assert [row for row in world.responses("S1") if row["state"] == "missed"] == []


def test_who_has_one_a_week_before_is_named_to_her_counsellor_and_it_is_no_alarm(tmp_path: Path) -> None:
    with university(tmp_path, START) as (world, wecom):
        asks_it(world)
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
    with mail_ground.university(tmp_path, START) as (world, smtp):
        asks_it(world)
        world.staff("C1", "counsellor", scope="University")
        world.student("S1", departs=DEPARTS, linked=False, email=mail_ground.MEI)
        mail_ground.knows_mail(world)
        reader = mail_ground.invited(world, smtp)
        world.fast_forward(to=instant(ASKED))
        asked = reader.reads()
        assert "mail: works both ways ✓" in asked.text
        assert "Telegram: open its invitation" in asked.text
        browser = Visitor(world.app.web)
        page = browser.get(asked.path)
        assert (page.status, QUESTION in page.words) == (200, True)
        browser.press("SOS")
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        world.cares = False
