"""People who are reached by mail alone: a student answers and calls for help behind its links, staff take a case."""

from pathlib import Path

from sqlalchemy import select

from bot.addresses.store import addresses
from bot.channels.mail.channel import Mail
from bot.outbox.store import outbox
from tests.fakes.mail import Reader
from tests.fakes.telegram_failures import blocked
from tests.fakes.web import Visitor
from tests.stories.mail_ground import MEI, TEACHER, invited, knows_mail, states, university
from tests.stories.world import instant


def test_she_agrees_first_answers_on_the_page_and_a_scanner_changes_nothing(
    tmp_path: Path, any_database_url: str
) -> None:
    with university(tmp_path, "2026-11-24 12:00", any_database_url) as (world, smtp):
        counsellor = world.staff("C1", "counsellor", scope="University")
        world.student("S1", linked=False, email=MEI.upper())
        knows_mail(world)
        assert states(world) == {MEI: "pending"}
        world.fast_forward(hours=1)
        assert smtp.taken == []  # nothing is asked before she has agreed
        reader = invited(world, smtp)
        assert states(world) == {MEI: "working"}

        world.fast_forward(to=instant("2026-11-24 23:30"))  # 18:30 in New York
        question = reader.reads()
        assert question.subject == "Yanxin: a short question for you"
        assert "How has your week been?" in question.text
        assert question.path.startswith("/a/")
        for _ in range(3):  # scanners look at every link
            assert Visitor(world.app.web).get(question.path).status == 200
        world.settle()
        assert [row["answer"] for row in world.responses("S1")] == [""]
        browser = Visitor(world.app.web)
        browser.get(question.path)
        browser.press("Fine")
        world.settle()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        world.fast_forward(days=3)
        assert reader.unread == []  # no reminder after an answer
        assert counsellor.hears().text == "1 abroad: 1 well. Nothing for you to do."  # on Friday


def test_an_sos_from_her_mail_reaches_staff_who_take_the_case_from_theirs(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader, teacher = invited(world, smtp), Reader(smtp, TEACHER)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        browser = Visitor(world.app.web)
        browser.get(reader.reads().path)
        shown = browser.press("SOS")
        assert "911" in shown.words
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]

        alarm = teacher.reads()
        assert alarm.subject == "Yanxin: somebody needs you, please look now"
        assert "Student S1" in alarm.text
        desk, stranger = Visitor(world.app.web), Visitor(world.app.web)
        assert "Student S1" in desk.get(alarm.path).words
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        desk.press("take care of it")
        world.settle()
        assert world.cases("S1") == [("urgent", "acknowledged")]
        # The link was forwarded: another device sees nothing of it and can do nothing.
        closed = stranger.get(alarm.path)
        assert (closed.status, "Student S1" in closed.words) == (403, False)
        assert stranger.post(alarm.path, {"press": "case:1:spoken"}).status == 403
        assert world.cases("S1") == [("urgent", "acknowledged")]
        assert desk.post(alarm.path, {"press": "stop:yes"}).status == 400  # no button of this page
        world.cares = False


def test_an_address_that_the_server_refuses_leads_to_the_next_and_staff_can_see_it(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        teacher = world.staff("C1", "counsellor", scope="University")
        phone = world.student("S1", email=MEI)
        knows_mail(world)
        invited(world, smtp)
        phone.blocks()
        world.settle()
        smtp.says[MEI] = "550 5.1.1 no such user"
        world.fast_forward(to=instant("2026-11-24 23:30"))
        assert states(world) == {MEI: "wrong"}
        world.fast_forward(days=3)
        assert world.cases("S1") == [("unreached", "open")]
        teacher.hears("S1")
        world.cares = False


def test_staff_who_never_joined_a_chat_hear_alarms_by_mail_and_chat_comes_first(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        knows_mail(world)
        phone = world.app  # the address is there before any chat, and yet comes after one
        world.student("S1", email=MEI)
        assert states(world)[TEACHER] == "working"
        world.links("C1", world.telegram.phone("C1's phone", language="en"))
        order = select(addresses.c.channel).order_by(addresses.c.position)
        assert phone.database.read(
            lambda conn: list(conn.execute(order.where(addresses.c.person_id == 1)).scalars())
        ) == ["telegram", "mail"]
        world.forgets()
        assert smtp.taken == []


def test_a_wrong_password_keeps_the_queue_and_alarms_once_and_all_goes_out_in_order_afterwards(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.expects_errors = True
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader = invited(world, smtp)
        smtp.says["sender"] = "550 5.7.60 not allowed"
        world.fast_forward(to=instant("2026-11-24 23:31"))
        mail = next(one for one in world.app.channels if isinstance(one, Mail))
        assert mail.troubles() == {"sender_refused": 1}
        assert world.app.database.read(
            lambda conn: list(conn.execute(select(outbox.c.state).where(outbox.c.kind == "question")).scalars())
        ) == ["waiting"]
        del smtp.says["sender"]
        world.fast_forward(minutes=20)
        assert reader.reads().subject == "Yanxin: a short question for you"
        assert mail.troubles() == {}


def test_a_question_that_telegram_refuses_goes_by_mail_with_a_page_of_its_own(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University")
        phone = world.student("S1", email=MEI)
        knows_mail(world)
        reader = invited(world, smtp)
        world.telegram.fails("sendMessage", blocked(), phone=phone)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        question = reader.reads()
        browser = Visitor(world.app.web)
        browser.get(question.path)
        browser.press("Fine")
        world.settle()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        world.cares = False
