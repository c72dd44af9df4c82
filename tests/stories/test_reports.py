"""A report about a stay: asked for when she has been home for a week, written over days in two apps, returned twice."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from bot.engine import report_chasing, report_life
from bot.engine.answering import answer
from bot.engine.replanning import replan
from bot.people.store import by_number
from bot.prompts.model import Choice
from bot.prompts.store import prompts
from bot.reports import drafts, store
from bot.reports.consents import May, consent_of
from bot.reports.files import files_of
from bot.reports.model import Report, ReportState, Stage
from bot.reports.rules import state_of
from bot.reports.versions import version_of
from bot.storage.vault import vault_in
from bot.trips.store import trips
from tests.fakes.pictures import a_photo
from tests.fakes.telegram_phone import Message, Phone
from tests.fakes.web import Visitor
from tests.stories import mail_ground, test_wecom
from tests.stories.test_wecom import university
from tests.stories.world import World, instant, world_at

T = TypeVar("T")
START, DEPARTS, RETURNS = "2026-11-24 02:00", "2026-09-01", "2026-11-25"
ASKED = "2026-12-02 02:00"
"""Ten in the morning in Beijing, a week after she came home."""
QUESTION = "Home for a week!"


def read(world: World, look: Callable[[Connection], T]) -> T:
    return world.app.database.read(look)


def report_of(world: World, number: str = "S1") -> Report:
    """Return the newest report of a student."""
    person = read(world, lambda conn: by_number(conn, number))
    assert person is not None
    found = read(world, lambda conn: store.of_person(conn, person.id))
    assert found, "there is no report"
    return found[0]


def text_of(world: World, section: str) -> str:
    found = read(world, lambda conn: drafts.drafts_of(conn, report_of(world)))
    return found[section].body if section in found else ""


def handed_in(world: World, number: int) -> dict[str, str]:
    version = read(world, lambda conn: version_of(conn, report_of(world), number))
    assert version is not None
    return {part.section: part.body for part in version.parts}


def states(world: World) -> list[str]:
    """Return the states of the prompts that ask for reports, the oldest first."""
    query = select(prompts.c.state).where(prompts.c.kind == "report").order_by(prompts.c.id)
    return read(world, lambda conn: list(conn.execute(query).scalars()))


def seen(world: World) -> ReportState:
    """Return the state that people see."""
    report = report_of(world)
    query = select(prompts.c.asked_at, prompts.c.reminded_at).where(prompts.c.id == report.prompt_id)
    row = read(world, lambda conn: conn.execute(query).one())
    asked, reminded = row.asked_at is not None, row.reminded_at is not None
    return state_of(report, was_asked=asked, was_reminded=reminded, now=world.clock.now())


def says(world: World, phone: Phone, words: str) -> Message:
    phone.says(words)
    world.settle()
    return phone.hears()


def presses(world: World, phone: Phone, button: str) -> Message:
    phone.presses(button)
    world.settle()
    return phone.hears()


def at_home(world: World, until: str = "2026-12-02 01:59") -> Phone:
    """Let a student come home, answer to that, and be at home for a week."""
    world.staff("C1", "counsellor", scope="University")
    mei = world.student("S1", "Oxford", "GB", departs=DEPARTS, returns=RETURNS)
    world.fast_forward(to=instant("2026-11-26 02:30"))
    mei.says("fine")
    world.fast_forward(to=instant(until))
    world.forgets()
    return mei


def begins(world: World, mei: Phone) -> None:
    """Let her be asked and begin."""
    world.fast_forward(to=instant(ASKED))
    mei.hears(QUESTION)
    presses(world, mei, "Write my report")


def hands_in(world: World, mei: Phone) -> None:
    """Let her hand in what stands there, empty parts or not."""
    presses(world, mei, "draft:preview")
    assert "still empty" in presses(world, mei, "draft:submit").text
    assert "Handed in" in presses(world, mei, "draft:submit:sure").text


def test_nine_messages_over_three_days_in_two_apps(tmp_path: Path) -> None:
    with university(tmp_path, START) as (world, wecom):
        mei = at_home(world)
        colleague = test_wecom.joins(world, wecom.member("S1"))
        world.forgets()
        world.fast_forward(to=instant(ASKED))
        asked = mei.hears(QUESTION, "Host", "Fri 25 Dec")
        assert (asked.labels, seen(world)) == (["Write my report"], ReportState.ASKED)
        first = presses(world, mei, "Write my report").text
        assert "Part: What was done" in first
        assert text_of(world, "stay").startswith("Host: Host, Oxford\nFrom 2026-09-01 to 2026-11-25, 86 days")
        assert seen(world) is ReportState.ASKED  # what stands there is not hers yet
        for words in ("I took two courses.", "And built a telescope.", "With three others."):
            assert "In “What was done” ✓" in says(world, mei, words).text
        assert seen(world) is ReportState.DRAFTING

        world.fast_forward(days=1)  # the next day, in the other app
        colleague.says("/write")
        world.settle()
        assert "goes on where you were" in colleague.hears()
        colleague.says("A fourth one came later.")
        world.settle()
        assert "In “What was done” ✓" in colleague.hears()
        assert "Part: Results and papers" in presses(world, mei, "draft:next").text
        colleague.says("A paper is submitted.")
        world.settle()
        assert "In “Results and papers” ✓" in colleague.hears()
        colleague.sends_file("image", a_photo())
        world.settle()
        assert "The file is in “Results and papers” ✓ Photos and files by now: 1." in colleague.hears()
        says(world, mei, "This is nonsense.")
        assert "Taken out of “Results and papers”: “This is nonsense.”" in presses(world, mei, "draft:undo").text

        world.fast_forward(days=1)  # the third day
        assert "Part: Results and papers" in says(world, mei, "/write").text
        for section, words in (("gains", "Patience."), ("advice", "Bring a raincoat."), ("host", "Cold rooms.")):
            presses(world, mei, "draft:next")
            says(world, mei, words)
            assert text_of(world, section) == words
        preview = presses(world, mei, "draft:preview")
        assert "Bring a raincoat." in preview.text
        assert "Photos and files: 1" in preview.text
        assert "Handed in, thank you!" in presses(world, mei, "Hand it in").text
        assert handed_in(world, 1) == {
            "stay": text_of(world, "stay"),
            "done": "I took two courses.\nAnd built a telescope.\nWith three others.\nA fourth one came later.",
            "results": "A paper is submitted.",
            "gains": "Patience.",
            "advice": "Bring a raincoat.",
        }  # without what she says of the host
        (photo,) = read(world, lambda conn: files_of(conn, report_of(world)))
        assert (photo.kind, photo.name, photo.section) == ("jpeg", "2026-12-03 100000.jpg", "results")
        assert vault_in(str(tmp_path / "files"), world.app.database.keyring).get(photo.digest) is not None
        world.fast_forward(days=40)
        assert (mei.unheard, states(world)) == ([], ["answered"])  # nobody is reminded of what is handed in


def test_after_ten_days_it_goes_on_where_it_was_and_what_is_not_meant_for_it_stays_out(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        begins(world, mei)
        says(world, mei, "I took two courses.")
        world.fast_forward(days=6)
        world.forgets()
        world.fast_forward(days=4)
        world.forgets()
        mei.sends_file("photo", a_photo())
        world.settle()
        mei.hears("The file is in “What was done” ✓")  # which one tap takes out; words are asked about first
        asked = says(world, mei, "Can I still borrow books?")
        assert "Does that belong to your report" in asked.text
        presses(world, mei, "No, I meant something else")
        assert text_of(world, "done") == "I took two courses."
        assert "goes on where you were" in says(world, mei, "/write").text
        says(world, mei, "And a third one.")
        assert text_of(world, "done") == "I took two courses.\nAnd a third one."
        world.fast_forward(days=1)
        world.forgets()
        says(world, mei, "Then the exams.")
        presses(world, mei, "Yes, put it in")
        assert text_of(world, "done").endswith("\nThen the exams.")
        long = "It was a long term. " * 300 + "The end."  # more than one message takes; a report has room for it
        assert "In “What was done” ✓" in says(world, mei, long).text
        assert text_of(world, "done").endswith(long)


def test_urgent_words_come_first_and_return_to_the_report_when_they_were_none(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        begins(world, mei)
        story = "Two bags were robbed on the train, the police was kind."
        assert "urgent" in says(world, mei, story).text
        mei.presses("sos:no")
        world.settle()
        mei.hears()
        mei.hears("In “What was done” ✓")
        assert (text_of(world, "done"), world.cases("S1")) == (story, [])
        mei.says("SOS")
        world.settle()
        world.forgets()
        assert world.cases("S1")[-1] == ("urgent", "open")
        mei.says("I am in the library")  # for her helpers, not for the report
        world.settle()
        world.forgets()
        assert text_of(world, "done") == story


def test_a_plain_answer_is_no_report(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        begins(world, mei)
        report = report_of(world)
        prompt_id = report.prompt_id or 0
        now, programmes = world.clock.now(), world.app.programmes
        world.app.database.write(
            lambda conn: answer(conn, prompt_id, report.person_id, Choice.FINE, "telegram", now, programmes)
        )
        assert states(world) == ["open"]
        mei.says("fine")  # a sign of life, and still no report
        world.settle()
        world.forgets()
        assert states(world) == ["open"]


def test_who_writes_nothing_is_reminded_and_named_to_her_counsellor_without_an_alarm(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        teacher = world.telegram.phones[min(world.telegram.phones)]
        world.fast_forward(to=instant(ASKED))
        mei.hears(QUESTION)
        world.fast_forward(days=22)
        for _ in range(3):
            mei.hears("A small reminder")
        assert seen(world) is ReportState.REMINDED
        before = world.cases("S1")
        world.fast_forward(days=2)
        told = [teacher.hears().text for _ in list(teacher.unheard)]
        assert sum("The report of Student S1 about the stay has not come" in text for text in told) == 1
        assert (world.cases("S1"), mei.unheard, states(world)) == (before, [], ["missed"])


def test_the_stay_is_extended_in_the_week_of_return_and_the_report_waits(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world, until="2026-11-28 02:00")
        world.changes_trip("S1", returns="2026-12-20")  # before anybody asked: nothing is said
        world.forgets()
        world.fast_forward(to=instant("2026-12-10 02:00"))
        world.forgets()
        world.changes_trip("S1", returns="2026-12-05")  # and came home earlier all the same
        world.forgets()
        world.fast_forward(to=instant("2026-12-12 02:00"))
        world.forgets()
        assert states(world)[-1] == "open"
        says(world, mei, "/write")
        says(world, mei, "I took two courses.")
        world.changes_trip("S1", returns="2026-12-20")
        assert mei.unheard == []  # by the new dates she is in Oxford, where it is night
        world.fast_forward(hours=6)
        mei.hears("ends on Sun 20 Dec now", "What you have written is kept")
        world.forgets()
        assert [one for one in states(world) if one in {"open", "scheduled"}] == ["scheduled"]
        world.fast_forward(to=instant("2026-12-27 02:00"))
        heard = []
        while mei.unheard:
            heard.append(mei.hears().text)
        assert any("You have begun your report" in text for text in heard)
        world.forgets()
        assert text_of(world, "done") == "I took two courses."
        world.forgets()
        says(world, mei, "/write")
        assert "From 2026-09-01 to 2026-12-20, 111 days" in text_of(world, "stay")  # as the stay was in the end
        world.forgets()


def test_a_stay_that_is_called_off_asks_no_report(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        begins(world, mei)
        world.forgets()

        def cancel(conn: Connection) -> None:
            conn.execute(trips.update().values(cancelled_at=world.clock.now()))
            replan(conn, [report_of(world).person_id], world.app.programmes, world.clock.now())

        world.app.database.write(cancel)
        world.settle()
        mei.hears("was called off")
        assert report_of(world).stage is Stage.WITHDRAWN
        world.fast_forward(days=40)
        assert mei.unheard == []
        world.forgets()


def returning(world: World, number: int, by: int) -> Callable[[Connection], bool]:
    """Return what gives a version back."""
    report, now, programmes = report_of(world), world.clock.now(), world.app.programmes
    return lambda conn: report_life.give_back(conn, report, number, by, f"Which ones? ({number})", now, programmes)


def test_it_is_returned_twice_and_then_accepted(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        teacher = read(world, lambda conn: by_number(conn, "C1"))
        assert teacher is not None
        begins(world, mei)
        says(world, mei, "I took two courses.")
        hands_in(world, mei)
        for number in (1, 2):
            assert world.app.database.write(returning(world, number, teacher.id))
            world.settle()
            mei.hears("One more round, please", f"Which ones? ({number})")
            again = presses(world, mei, "Go on writing").text
            assert f"Which ones? ({number})" in again
            says(world, mei, f"Optics and algebra, {number}.")
            hands_in(world, mei)
            assert states(world) == ["answered"] * (number + 1)
        now = world.clock.now()
        assert world.app.database.write(
            lambda conn: report_life.accept(conn, report_of(world), 3, teacher.id, "Thank you.", now)
        )
        world.settle()
        mei.hears("Your report is accepted", "Thank you.", "May others read it")
        assert "without your name" in presses(world, mei, "Without my name").text
        assert read(world, lambda conn: consent_of(conn, report_of(world))) is May.NAMELESS
        assert [handed_in(world, number)["done"].count("\n") for number in (1, 2, 3)] == [0, 1, 2]
        world.fast_forward(days=40)
        assert mei.unheard == []
        world.forgets()


def test_it_is_chased_once_a_day_and_never_after_it_is_handed_in(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        mei = at_home(world)
        world.fast_forward(to=instant(ASKED))
        mei.hears(QUESTION)

        def chase() -> report_chasing.Chased:
            now = world.clock.now()
            done = world.app.database.write(
                lambda conn: report_chasing.chase(conn, [report_of(world)], None, now, world.app.programmes)
            )
            world.settle()
            return done

        assert chase().today == 1  # asked this morning
        world.fast_forward(days=1)
        assert (chase().asked, chase().today) == (1, 1)
        mei.hears("Your school asks after your report")
        presses(world, mei, "Write my report")
        says(world, mei, "I took two courses.")
        world.fast_forward(days=1)
        world.forgets()
        presses(world, mei, "draft:open")
        hands_in(world, mei)
        assert (chase().over, mei.unheard) == (1, [])


def test_by_mail_alone_she_begins_her_report_on_the_page_of_the_mail(tmp_path: Path) -> None:
    with mail_ground.university(tmp_path, "2026-12-01 02:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", departs=DEPARTS, returns=RETURNS, linked=False, email=mail_ground.MEI)
        mail_ground.knows_mail(world)
        reader, browser = mail_ground.invited(world, smtp), Visitor(world.app.web)
        world.fast_forward(to=instant(ASKED))
        browser.get(next(one for one in reader.unread if QUESTION in one.text).path)
        browser.press("Write my report")
        browser.press("Send", text="Two courses and a telescope.")
        assert "Two courses and a telescope." in text_of(world, "done")
        world.cares = False
