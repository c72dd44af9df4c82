"""A mailbox on a real IMAP server: stored first, marked afterwards, and what is wrong with it."""

import asyncio
from typing import Any

import pytest

from bot.channels.mail.mailbox import Mailbox, trouble_of
from bot.channels.mail.understand import understand
from bot.inbox.model import Incoming
from bot.settings_mail import Imap
from tests.fakes.mailbox import FakeMailbox

MAIL = b"From: Mei <mei@uni.example>\r\nSubject: hi\r\nMessage-ID: <a@b>\r\n\r\nI am fine\r\n"
Stored = list[tuple[str, str, str]]


def read(
    section: Imap, *, times: int = 1, breaks: bool = False, most: int = 262_144, raws: list[Any] | None = None
) -> Stored:
    stored: Stored = []

    async def store(external_id: str, sender: str, raw: dict[str, Any], text: str) -> None:
        await asyncio.sleep(0)
        if raws is not None:
            raws.append(raw)
        if breaks:
            raise OSError("no database")
        stored.append((external_id, sender, text))

    async def run() -> None:
        box = Mailbox(section, 20.0, most)
        try:
            for _ in range(times):
                await box.read(store)
        finally:
            await box.close()

    asyncio.run(run())
    return stored


def trouble(section: Imap) -> str:
    with pytest.raises(Exception) as caught:  # noqa: PT011 - which one it is, is the library's matter
        read(section)
    return trouble_of(caught.value)


def test_each_mail_is_stored_once_and_marked() -> None:
    with FakeMailbox() as server:
        section = Imap.model_validate(server.values())
        for _ in range(3):
            server.arrives(MAIL)
        stored = read(section, times=2)
        assert [one[1:] for one in stored] == [("mei@uni.example", "hi\nI am fine")] * 3
        assert len({one[0] for one in stored}) == 3
        assert server.unread() == 0
        assert server.held("INBOX") == 3


def test_a_mail_that_could_not_be_stored_stays_unread_under_the_same_name() -> None:
    with FakeMailbox() as server:
        section = Imap.model_validate(server.values())
        server.arrives(MAIL)
        with pytest.raises(OSError, match="no database"):
            read(section, breaks=True)
        assert server.unread() == 1
        assert len(read(section)) == 1


def test_stored_mails_go_to_a_folder_where_one_is_named() -> None:
    with FakeMailbox() as server:
        server.arrives(MAIL)
        assert len(read(Imap.model_validate(server.values(done_folder="Done")))) == 1
        assert (server.held("INBOX"), server.held("Done")) == (0, 1)


def test_of_a_long_mail_the_beginning_is_read() -> None:
    with FakeMailbox() as server:
        server.arrives(MAIL + b"x" * 50_000)
        ((_, _, text),) = read(Imap.model_validate(server.values()), most=10_000)
        assert text.startswith("hi\nI am fine")


def test_a_mail_that_is_too_long_is_known_to_be_cut() -> None:
    def kept(size: int) -> Incoming:
        with FakeMailbox() as server:
            server.arrives(MAIL + b"x" * size)
            raws: list[dict[str, Any]] = []
            read(Imap.model_validate(server.values()), most=10_000, raws=raws)
            return understand(raws[0])

    assert kept(50_000).is_cut
    assert not kept(1_000).is_cut


def test_a_wrong_password_and_a_server_that_is_gone_are_troubles() -> None:
    with FakeMailbox() as server:
        assert trouble(Imap.model_validate(server.values(password="falsch"))) == "mailbox_login_refused"
        gone = Imap.model_validate(server.values())
    assert trouble(gone) == "mailbox_not_connected"
