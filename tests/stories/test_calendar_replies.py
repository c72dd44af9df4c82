"""She presses Yes in her own calendar program: the mail that it sends back counts as her reply, if it is hers."""

from pathlib import Path

from sqlalchemy import select

from bot.sessions.store import reasons_of, session_invitations
from tests.fakes.mail import FROM
from tests.stories.mail_ground import MEI, invited, knows_mail, looks, with_mailbox
from tests.stories.test_calendars import calendar_in
from tests.stories.test_sessions import WEDNESDAY, _found, counts, move, schedule
from tests.stories.world import World


def answers(uid: str, status: str, sequence: int = 0, sender: str = MEI, comment: str = "") -> bytes:
    """Return what a calendar program mails back."""
    note = f"COMMENT:{comment}\n" if comment else ""
    event = f"ATTENDEE;PARTSTAT={status}:mailto:{MEI}\nUID:{uid}\nSEQUENCE:{sequence}\nDTSTAMP:20261022T090000Z\n{note}"
    calendar = f"BEGIN:VCALENDAR\nMETHOD:REPLY\nVERSION:2.0\nPRODID:-//x//EN\nBEGIN:VEVENT\n{event}END:VEVENT\n"
    head = f"From: Mei <{sender}>\nTo: {FROM}\nSubject: Accepted: Online meeting\nMIME-Version: 1.0\n"
    kind = "Content-Type: text/calendar; charset=utf-8; method=REPLY\nContent-Transfer-Encoding: 8bit\n\n"
    return f"{head}{kind}{calendar}END:VCALENDAR\n".encode()


def reply_of(world: World, uid: str) -> str | None:
    query = select(session_invitations.c.reply).where(session_invitations.c.uid == uid)
    return world.app.database.read(lambda conn: conn.execute(query).scalar())


def test_yes_in_her_calendar_counts_and_what_is_not_hers_does_not(tmp_path: Path) -> None:
    with with_mailbox(tmp_path, WEDNESDAY) as (world, smtp, box):
        world.cares = False
        world.staff("C1", "counsellor", scope="University")
        world.student("S1", "Berlin", "DE", linked=False, email=MEI)
        world.student("S2", "New York", "US", linked=False, email="other@uni.example")
        knows_mail(world)
        invited(world, smtp)
        invited(world, smtp, "S2", "other@uni.example")
        world.app.database.write(lambda conn: _found(conn, "B1", ["S1", "S2"]))
        made = schedule(world)
        asked = calendar_in(smtp.to(MEI)[-1])
        assert "RSVP=TRUE" in asked.replace("\r\n ", "")
        uid = next(line for line in asked.splitlines() if line.startswith("UID:")).removeprefix("UID:")
        mails = len(smtp.taken)

        box.arrives(answers(uid, "ACCEPTED", sender="other@uni.example"))  # another member's mailbox
        box.arrives(answers(uid, "ACCEPTED", sender="stranger@evil.example"))
        box.arrives(answers("no-event-of-ours", "ACCEPTED"))
        looks(world)
        assert reply_of(world, uid) is None
        box.arrives(answers(uid, "TENTATIVE", comment="要看导师"))
        looks(world)
        assert (reply_of(world, uid), counts(world)["maybe"]) == ("maybe", 1)
        assert list(world.app.database.read(lambda conn: reasons_of(conn, made.id)).values()) == ["要看导师"]
        box.arrives(answers(uid, "ACCEPTED"))
        looks(world)
        assert reply_of(world, uid) == "yes"
        assert len(smtp.taken) == mails  # she has seen it in her calendar: nothing is mailed back

        world.fast_forward(minutes=5)
        move(world, made, "2026-10-25 12:30")
        before = len(smtp.to(MEI))
        box.arrives(answers(uid, "DECLINED", sequence=0))  # pressed on what it was before
        looks(world)
        assert (reply_of(world, uid), len(smtp.to(MEI))) == ("yes", before + 1)
        box.arrives(answers(uid, "DECLINED", sequence=1))
        looks(world)
        assert reply_of(world, uid) == "no"
