"""Before she leaves: the list step by step, in chat and on her page, or she does not go at all."""

import re
from pathlib import Path

import pytest

from tests.fakes.telegram_phone import Message, Phone
from tests.fakes.web import Visitor
from tests.stories import mail_ground
from tests.stories.world import World, instant, world_at
from tests.support.shipped import without

START, DEPARTS = "2026-07-03 02:00", "2026-09-01"
ASKED = "2026-07-03 10:30"
"""On her wall in Beijing 18:30, sixty days before."""
ASKED_BY_MAIL = ("Before you leave for Berlin", "When do you land there?")


def says(world: World, phone: Phone, words: str) -> Message:
    phone.says(words)
    world.settle()
    return phone.hears()


def presses(world: World, phone: Phone, button: str) -> Message:
    phone.presses(button)
    world.settle()
    return phone.hears()


def her_page(world: World, message: Message) -> tuple[Visitor, str]:
    """Return a browser and the path of the list whose link a message holds."""
    (path,) = re.findall(r"/todo/[\w-]+", message.text)
    return Visitor(world.app.web), path


def test_she_goes_through_her_list_in_chat_and_on_her_page(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        world.staff("O1", "office")
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs=DEPARTS)
        world.forgets()
        world.fast_forward(to=instant(ASKED))
        mei.hears("Before you leave for Berlin on Tue 1 Sep")
        shown = presses(world, mei, "Show my list")
        assert "0 of 12 done" in shown.text
        assert "Safety and law" in shown.labels
        assert "Civic and cross-cultural education" not in shown.labels  # that comes later
        step = presses(world, mei, "Safety and law")
        assert "you dial the local emergency number first" in step.text
        assert "Is it fine to leave your passport" in presses(world, mei, "Yes, right").text
        assert "Not quite" in presses(world, mei, "Yes, right").text
        assert presses(world, mei, "No, wrong").labels == ["Done ✓", "My list"]
        listed = presses(world, mei, "Done ✓")
        assert "✓ Safety and law" in listed.text
        assert "Civic and cross-cultura…" in listed.labels
        assert "Rehearse" in says(world, mei, "求助演练").text  # its name is no cry
        presses(world, mei, "Rehearse")
        assert "Nobody was alarmed" in presses(world, mei, "SOS, only a rehearsal").text
        assert world.cases("S1") == []

        browser, path = her_page(world, listed)
        page = browser.get(path)
        assert (page.status, "2 of 12 done" in page.words) == (200, True)
        browser.post(f"{path}/papers", {"passport": "2031-05-20", "visa": "", "insurance": "2027-09-01"})
        assert "3 of 12 done" in browser.get(path).words
        assert browser.get("/todo/forged").status == 404


def test_not_going_takes_everything_back_and_can_be_undone(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        office = world.staff("O1", "office")
        mei = world.student("S1", "Berlin", "DE", departs=DEPARTS, counsellor="")
        world.forgets()
        world.fast_forward(to=instant(ASKED))
        mei.hears("Before you leave")
        assert presses(world, mei, "Show my list").labels[-1] == "I am not going after all"
        assert "you need not say why" in presses(world, mei, "I am not going after all").text
        presses(world, mei, "No, I am going")
        assert "you need not say why" in says(world, mei, "/notgoing").text
        assert "Plans change" in presses(world, mei, "Yes, it is off").text
        office.hears("Student S1 does not go to Host", "there is nothing to ask")
        assert {row["state"] for row in world.responses("S1")} <= {"withdrawn"}
        world.imports()  # a roster that still lists the stay does not bring it back
        assert "There is no stay ahead" in says(world, mei, "不去了").text
        assert "it stands again" in presses(world, mei, "todo:on").text
        assert "of 12 done" in says(world, mei, "/list").text
        world.settle()
        office.hears("Student S1 goes to Host", "is there again")
        world.cares = False


def test_who_is_not_ready_is_reminded_and_named_to_her_counsellor_and_it_is_no_alarm(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        teacher = world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs=DEPARTS)
        world.forgets()
        world.fast_forward(to=instant("2026-08-29 02:00"))
        heard = [mei.hears().text for _ in range(len(mei.unheard))]
        assert sum("A look at your list before Berlin?" in text for text in heard) == 3  # 30, 14 and 7 days before
        assert any("Before you leave for Berlin" in text for text in heard)
        told = [teacher.hears().text for _ in range(len(teacher.unheard))]
        assert any("Student S1 leaves in a few days and is not ready" in text for text in told)
        assert world.cases("S1") == []


def test_by_mail_alone_she_reaches_her_list_and_tells_when_she_lands(tmp_path: Path) -> None:
    with mail_ground.university(tmp_path, "2026-08-24 02:00", programme=without("channels")) as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", "Berlin", "DE", departs=DEPARTS, linked=False, email=mail_ground.MEI)
        mail_ground.knows_mail(world)
        reader = mail_ground.invited(world, smtp)
        world.fast_forward(to=instant("2026-08-29 10:30"))  # three days before
        about_list, about_flight = (next(one for one in reader.unread if said in one.text) for said in ASKED_BY_MAIL)
        browser = Visitor(world.app.web)
        browser.get(about_list.path)
        assert "0 of 12 done" in browser.press("Show my list").words
        browser.press("Safety and law")
        browser.press("Yes, right")
        browser.press("No, wrong")
        assert "1 of 12 done" in browser.press("Done ✓").words
        assert Visitor(world.app.web).get(about_list.path).status == 403  # hers is the first device
        browser.get(about_flight.path)
        browser.press("Write it now")
        assert "You land on Wed 2 Sep, 15:40" in browser.press("Send", text="9-2 15:40").words
        assert {"answered"} == {row["state"] for row in world.responses("S1") if row["item"] == "flight"}
        world.cares = False


def test_a_departure_that_moves_is_said_once_and_nothing_is_asked_anew_without_need(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-08-24 02:00", programme=without("channels"), digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs=DEPARTS)
        world.fast_forward(to=instant("2026-08-29 11:00"))  # asked for her list, given up, and for her flight
        world.forgets()
        world.changes_trip("S1", departs="2026-09-02")
        mei.hears("on Wed 2 Sep now", "Your list goes along", "write /flight")
        assert mei.unheard == []
        world.imports()  # the same roster once more says nothing
        world.settle()
        assert mei.unheard == []
        says(world, mei, "/flight")
        assert "You land on Wed 2 Sep" in says(world, mei, "09-02 14:30").text
        world.forgets()
        world.changes_trip("S1", departs="2026-09-03")
        mei.hears("on Thu 3 Sep now", "you told us for the other day")
        world.fast_forward(to=instant("2026-09-01 02:00"))
        heard = [mei.hears().text for _ in range(len(mei.unheard))]
        assert sum("When do you land there?" in text for text in heard) == 1
        assert not any("Before you leave for Berlin" in text for text in heard)
        assert world.cases("S1") == []


@pytest.mark.parametrize(
    ("language", "asked", "said"),
    [
        ("en", "Before you leave for Berlin", ("called off your stay in Berlin (departure on Tue 1 Sep)", "Tell your")),
        ("zh", "去柏林之前，有几件事要准备", ("学校取消了你去柏林的派出（原定 9月1日 周二出发）", "专项办公室说一声")),
    ],
)
def test_a_stay_that_her_school_calls_off_is_said_once(
    tmp_path: Path, language: str, asked: str, said: tuple[str, ...]
) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs=DEPARTS, language=language)
        li = world.student("S2", "Berlin", "DE", departs="2027-02-01")  # was asked nothing yet
        world.forgets()
        world.fast_forward(to=instant(ASKED))
        mei.hears(asked)
        for _ in range(2):  # the same roster once more says nothing
            world.calls_off("S1", "S2")
            world.fast_forward(hours=14)
        mei.hears(*said)
        assert (mei.unheard, li.unheard) == ([], [])
        world.cares = False
