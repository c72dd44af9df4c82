"""What comes back: bounces lead to the next address, replies are heard, and a cry always is."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import select

from bot.addresses.store import addresses
from tests.fakes.mail import Reader, Taken
from tests.stories.mail_ground import MEI, TEACHER, bounces, invited, knows_mail, looks, states, with_mailbox, writes
from tests.stories.world import World, instant


def photo_alone(to: Taken) -> bytes:
    """Return a reply that is a photo and no word."""
    head = writes(to, "").decode().partition("Content-Type")[0]
    return f"{head}Content-Type: image/jpeg\nContent-Transfer-Encoding: base64\n\n/9j/2Q==\n".encode()


def test_a_bounce_leads_to_her_next_address_and_staff_see_that_none_is_left(tmp_path: Path) -> None:
    with with_mailbox(tmp_path, "2026-11-24 12:00") as (world, smtp, box):
        teacher = world.staff("C1", "counsellor", scope="University")
        phone = world.student("S1", email=MEI)
        knows_mail(world)
        reader = invited(world, smtp)
        first = addresses.update().where(addresses.c.channel == "mail").values(position=-1)  # she likes mail best
        world.app.database.write(lambda conn: conn.execute(first))
        world.fast_forward(to=instant("2026-11-24 23:30"))
        question = reader.reads()
        assert phone.unheard == []
        box.arrives(bounces(question, "4.4.1").replace(b"Action: failed", b"Action: delayed"))
        looks(world)
        assert states(world) == {MEI: "working"}  # it is still being tried
        box.arrives(bounces(question, "5.1.1"))
        looks(world)
        assert states(world) == {MEI: "wrong"}
        phone.hears("How has your week been?")
        box.arrives(bounces(question, "5.1.1"))  # twice is once
        looks(world)
        phone.blocks()
        world.settle()
        world.fast_forward(days=3)
        assert world.cases("S1") == [("unreached", "open")]
        teacher.hears("S1")
        world.cares = False


def test_a_full_mailbox_is_no_wrong_address_and_the_question_goes_elsewhere(tmp_path: Path) -> None:
    with with_mailbox(tmp_path, "2026-11-24 12:00") as (world, smtp, box):
        world.staff("C1", "counsellor", scope="University")
        phone = world.student("S1", email=MEI)
        knows_mail(world)
        reader = invited(world, smtp)
        first = addresses.update().where(addresses.c.channel == "mail").values(position=-1)
        world.app.database.write(lambda conn: conn.execute(first))
        world.fast_forward(to=instant("2026-11-24 23:30"))
        box.arrives(bounces(reader.reads(), "5.2.2"))
        looks(world)
        assert states(world) == {MEI: "working"}
        phone.hears("How has your week been?")


def test_a_reply_of_a_photo_alone_is_asked_for_words_and_her_helpers_hear_that_something_came(tmp_path: Path) -> None:
    with with_mailbox(tmp_path, "2026-11-24 12:00") as (world, smtp, box):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader, teacher = invited(world, smtp), Reader(smtp, TEACHER)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        question = reader.reads()
        box.arrives(photo_alone(question))
        looks(world)
        assert "pictures and files do not get through by mail" in reader.reads().text
        assert [row["answer"] for row in world.responses("S1")] == [""]
        box.arrives(writes(question, "SOS"))
        looks(world)
        reader.reads()
        teacher.unread.clear()
        box.arrives(photo_alone(question))
        looks(world)
        assert "do not get through. Please say it in a few words" in reader.reads().text
        world.cares = False


def test_a_reply_answers_and_a_cry_is_heard_from_the_from_line_alone(tmp_path: Path) -> None:
    with with_mailbox(tmp_path, "2026-11-24 12:00") as (world, smtp, box):
        world.staff("C1", "counsellor", scope="University", linked=False, email=TEACHER)
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader, teacher = invited(world, smtp), Reader(smtp, TEACHER)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        question = reader.reads()
        assert "You can also reply to this mail." in question.text
        agreed = heard(world)  # on the page of her invitation
        assert agreed is not None
        box.arrives(writes(None, "fine"))  # anybody can write a From line, which proves nothing
        looks(world)
        assert [row["answer"] for row in world.responses("S1")] == [""]
        unsure = reader.reads()
        assert "please say it once more on the page" in unsure.text
        assert heard(world) == agreed
        box.arrives(writes(question, "Fine\n\n> How has your week been? SOS"))
        looks(world)
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        assert heard(world) == instant("2026-11-24 23:30")
        reader.reads()
        box.arrives(writes(None, "somebody is following me"))
        looks(world)
        assert "911" in reader.reads().text
        world.fast_forward(minutes=4)
        assert world.cases("S1") == [("urgent", "open")]
        teacher.reads()
        world.cares = False


def test_an_out_of_office_note_answers_nothing(tmp_path: Path) -> None:
    with with_mailbox(tmp_path, "2026-11-24 12:00") as (world, smtp, box):
        world.staff("C1", "counsellor", scope="University")
        world.student("S1", linked=False, email=MEI)
        knows_mail(world)
        reader = invited(world, smtp)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        box.arrives(writes(reader.reads(), "I am away, fine", subject="Automatic reply: hello"))
        looks(world)
        assert [row["answer"] for row in world.responses("S1")] == [""]
        assert reader.unread == []


def heard(world: World) -> datetime | None:
    """Return when the ledger heard from her mail for the last time."""
    query = select(addresses.c.heard_at).where(addresses.c.external_id == MEI)
    found: datetime | None = world.app.database.read(lambda conn: conn.execute(query).scalar())
    return found
