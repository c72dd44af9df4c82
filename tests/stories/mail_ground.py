"""A university with a mail server: what the stories of mail share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select

from bot.addresses.store import addresses
from bot.app.running import store_of
from bot.channels.mail.channel import Mail
from bot.engine import mail_addresses
from handlers.mail_invited import invite_by_mail
from tests.fakes.mail import FROM, FakeSmtp, Reader, Taken
from tests.fakes.mailbox import FakeMailbox
from tests.fakes.web import Visitor
from tests.stories.world import World, world_at

MEI, TEACHER = "mei@uni.example", "teacher@uni.example"


@contextmanager
def university(
    folder: Path, start: str, database_url: str = "", *, programme: str = "", **section: Any
) -> Iterator[tuple[World, FakeSmtp]]:
    """Give a world whose university has a mail server."""
    with (
        FakeSmtp() as smtp,
        world_at(
            folder, start, database_url=database_url, channels={"mail": smtp.values(**section)}, programme=programme
        ) as world,
    ):
        yield world, smtp


def knows_mail(world: World) -> None:
    """Let the service take the mail addresses of the roster, as after an import."""
    now = world.clock.now()
    world.app.database.write(lambda conn: mail_addresses.sync(conn, FROM, now))


def states(world: World) -> dict[str, str]:
    query = select(addresses.c.external_id, addresses.c.state).where(addresses.c.channel == "mail")
    return world.app.database.read(lambda conn: {row.external_id: row.state for row in conn.execute(query)})


def invited(world: World, smtp: FakeSmtp, number: str = "S1", mailbox: str = MEI, *, agrees: str = "agree") -> Reader:
    """Invite a student by mail and let her agree on its page, until nothing is asked any more."""
    now = world.clock.now()
    world.app.database.write(lambda conn: invite_by_mail(conn, world.app.settings, [number], now))
    world.settle()
    reader, browser = Reader(smtp, mailbox), Visitor(world.app.web)
    browser.get(reader.reads().path)
    browser.press(agrees)
    while browser.shown is not None and (form := browser.shown.forms[0]).buttons and "buttons" in browser.shown.text:
        label = form.buttons[0][0]
        if label.startswith(("Send", "SOS", "发送")):
            break
        browser.press(label)
    world.settle()
    return reader


@contextmanager
def with_mailbox(folder: Path, start: str) -> Iterator[tuple[World, FakeSmtp, FakeMailbox]]:
    """Give a world whose university has a mail server and lets the service read the mailbox."""
    with FakeMailbox() as box, university(folder, start, imap=box.values()) as (world, smtp):
        yield world, smtp, box


def looks(world: World) -> None:
    """Let the service look into its mailbox, and do what follows."""
    channel = next(one for one in world.app.channels if isinstance(one, Mail))
    assert channel.mailbox is not None
    world._run(channel.mailbox.read(store_of(world.app, channel)))
    world.settle()


def writes(to: Taken | None, words: str, sender: str = MEI, subject: str = "hello") -> bytes:
    """Return a mail, a reply where it is to one."""
    reply = f"In-Reply-To: {to.mail['Message-ID']}\n" if to is not None else ""
    head = f"From: Mei <{sender}>\nTo: {FROM}\nSubject: {subject}\n{reply}Content-Type: text/plain; charset=utf-8\n"
    return f"{head}Content-Transfer-Encoding: 8bit\n\n{words}\n".encode()


def bounces(of: Taken, status: str) -> bytes:
    """Return the report of a server that could not deliver a mail."""
    return (
        f"From: MAILER-DAEMON@mx.example\nTo: {FROM}\nSubject: failed\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nsorry\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\n"
        f"Final-Recipient: rfc822; {of.to}\nAction: failed\nStatus: {status}\n\n"
        f"--b\nContent-Type: text/rfc822-headers\n\nMessage-ID: {of.mail['Message-ID']}\n\n--b--\n"
    ).encode()
