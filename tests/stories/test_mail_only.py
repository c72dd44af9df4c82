"""Somebody who has nothing but mail: a counsellor reaches the console, a student reads what is held about her."""

import re
from pathlib import Path

from sqlalchemy import select

from bot.journal.store import journal
from bot.links.store import links
from bot.outbox.store import outbox
from tests.fakes.mail import Reader, Taken
from tests.fakes.web import Visitor
from tests.stories.mail_ground import MEI, TEACHER, invited, knows_mail, university
from tests.stories.world import instant


def link_in(mail: Taken, path: str) -> str:
    """Return the first address below a path that a mail links to."""
    found = re.search(rf"https?://[^/\s]+({path}/\S+)", mail.text)
    assert found is not None, mail.text
    return found.group(1)


def test_a_counsellor_with_nothing_but_mail_reaches_the_console_from_an_alarm(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader, teacher = invited(world, smtp), Reader(smtp, TEACHER)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        browser = Visitor(world.app.web)
        browser.get(reader.reads().path)
        assert "sign-in link" not in browser.shown.words  # type: ignore[union-attr]  # hers has no console
        browser.press("SOS")
        world.settle()
        desk = Visitor(world.app.web)
        alarm = teacher.reads()
        desk.get(alarm.path)
        sent = desk.press("Mail me a sign-in link")
        assert "is on its way to t" in sent.words
        assert TEACHER not in sent.words  # a forwarded mail tells nobody's address
        desk.get(alarm.path)
        desk.press("Mail me a sign-in link")  # once a minute is enough
        world.settle()
        mails = [one for one in teacher.unread if one.subject == "Yanxin: your sign-in link"]
        assert len(mails) == 1
        shown = Visitor(world.app.web)  # on any device: whoever reads her mailbox is she
        assert shown.get(link_in(mails[0], "/console/login")).status == 200
        assert shown.press("Sign in").status == 303
        assert shown.get("/console/").status == 200
        again = Visitor(world.app.web)
        assert again.get(link_in(mails[0], "/console/login")).status == 410  # it works once
        lines = select(journal.c.action).where(journal.c.action == "console.link_mailed")
        assert len(world.app.database.read(lambda conn: list(conn.execute(lines)))) == 1
        world.cares = False


def test_a_page_that_is_too_old_still_mails_a_link_and_only_to_her(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader, teacher = invited(world, smtp), Reader(smtp, TEACHER)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        browser = Visitor(world.app.web)
        browser.get(reader.reads().path)
        browser.press("SOS")
        world.settle()
        alarm = teacher.reads()
        over = links.update().where(links.c.purpose == "mail").values(expires_at=world.clock.real())
        world.app.database.write(lambda conn: conn.execute(over))
        late = Visitor(world.app.web)
        assert late.get(alarm.path).status == 410
        late.press("Mail me a sign-in link")
        world.settle()
        assert [one.subject for one in teacher.unread] == ["Yanxin: your sign-in link"]
        # Her address is taken back: nobody gets in by it any more.
        world._people = [line.replace(TEACHER, "") for line in world._people]
        world.imports()
        knows_mail(world)
        gone = Visitor(world.app.web)
        assert "sign-in link" not in gone.get(alarm.path).words
        assert gone.post(alarm.path, {"press": "login:mail"}).status == 410
        world.cares = False


def test_a_student_with_nothing_but_mail_gets_what_is_held_about_her_in_a_mail_of_its_own(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00") as (world, smtp):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader, browser = invited(world, smtp), Visitor(world.app.web)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        question = reader.reads()
        browser.get(question.path)
        browser.press("SOS")
        world.settle()
        said = browser.post(question.path, {"text": "/mydata"})
        assert "It is on its way to your mail address" in said.words
        assert "C1 of the staff" not in said.words
        world.settle()
        mail = smtp.to(MEI)[-1]
        assert mail.subject == "Yanxin: what we hold about you"
        assert "C1 of the staff" not in mail.text  # who was told stands on the page, which ends after a day
        assert "C1 of the staff" in Visitor(world.app.web).get(link_in(mail, "/told")).words
        rows = select(outbox.c.state).where(outbox.c.template == "mydata/shown")
        assert world.app.database.read(lambda conn: list(conn.execute(rows).scalars())) == ["accepted"]
        world.cares = False
