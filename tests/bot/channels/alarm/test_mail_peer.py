"""A peer that nobody here wrote: PyPI's aiosmtpd, a mail server on loopback that takes an alarm as a mail."""

import asyncio
import email.policy
from email.message import EmailMessage
from email.parser import BytesParser
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP

from bot.channels.alarm.channel import Alarm
from bot.outbox.model import Rendered, Result, ResultKind

TEXT = "雁信：紧急，有同学需要你。请打开 https://yanxin.example.edu/console/cases/7"
PARAMETERS = "from=yanxin@example.edu&to=teacher@example.edu&smtp=127.0.0.1&mode=insecure"


class Mailbox:
    """Keeps mails; `refuse` is what the server says to one instead."""

    def __init__(self, refuse: str = "") -> None:
        self.refuse = refuse
        self.mails: list[EmailMessage] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - the library's name
        if self.refuse:
            return self.refuse
        parsed = BytesParser(_class=EmailMessage, policy=email.policy.default).parsebytes(envelope.content)
        self.mails.append(parsed)
        return "250 Message accepted for delivery"


def ring(mailbox: Mailbox) -> Result:
    async def work() -> Result:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: SMTP(mailbox, hostname="peer", loop=loop), "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        channel = Alarm({"D1": [f"mailto://127.0.0.1:{port}/?{PARAMETERS}"]}, timeout=15)
        try:
            return await channel.send("D1", Rendered(TEXT), key="case:7:wake")
        finally:
            await channel.close()
            server.close()

    return asyncio.run(work())


def test_a_mail_server_takes_it() -> None:
    mailbox = Mailbox()
    assert ring(mailbox) == Result(ResultKind.ACCEPTED)
    (mail,) = mailbox.mails
    body = mail.get_body(("plain", "html"))
    assert body is not None
    assert "有同学需要你" in body.get_content()
    assert "teacher@example.edu" in str(mail["To"])


@pytest.mark.parametrize("refuse", ["451 Try again later", "550 No such user here"])
def test_a_mail_server_that_refuses_is_tried_again(refuse: str) -> None:
    assert ring(Mailbox(refuse)).kind is ResultKind.RETRY_AT
