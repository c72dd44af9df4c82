"""Mail through a real SMTP server on loopback: what arrives, and what each of its answers means."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.channels.checkup import Around
from bot.channels.mail.channel import Mail
from bot.errors import SettingsError
from bot.outbox.model import Button, Letter, Rendered, Result, ResultKind
from bot.settings import Limits
from bot.settings_mail import Mail as MailSettings
from tests.fakes.mail import FROM, FakeSmtp, make_certificate
from tests.fakes.mailbox import FakeMailbox

T = TypeVar("T")
NOW = datetime(2026, 11, 24, 18, 30, tzinfo=UTC)
LETTER = Letter("雁信：想问你一句", "r" * 43, "https://y.example/a/TOKEN", "打开并回答", ("只给你本人。",))
MESSAGE = Rendered(
    "这周还好吗？\n不急 <3\n\n第二段 & 完",
    (
        (Button("平安", data="answer:1:fine"), Button("有点难", data="answer:1:hard")),
        (Button("看", url="https://y.example/x?a=1&b=2"),),
    ),
    letter=LETTER,
)


def section(server: FakeSmtp, **more: Any) -> MailSettings:
    return MailSettings.model_validate(server.values(**more))


def with_channel(settings: MailSettings, use: Callable[[Mail], Awaitable[T]], **limits: int) -> T:
    async def run() -> T:
        channel = Mail(settings, Limits(**limits), lambda: NOW)
        try:
            return await use(channel)
        finally:
            await channel.close()

    return asyncio.run(run())


def sent(settings: MailSettings, to: str = "mei@uni.example", **limits: int) -> Result:
    return with_channel(settings, lambda one: one.send(to, MESSAGE, key="k1"), **limits)


@contextmanager
def server(**how: Any) -> Iterator[FakeSmtp]:
    with FakeSmtp(**how) as made:
        yield made


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def test_text_and_html_say_the_same_and_name_their_mail() -> None:
    with server() as one:
        result = sent(section(one))
        (taken,) = one.taken
    assert result == Result(ResultKind.ACCEPTED, external_id="r" * 43)
    mail = taken.mail
    assert mail["From"] == f"雁信 Yanxin <{FROM}>"
    assert (mail["To"], taken.subject) == ("mei@uni.example", "雁信：想问你一句")
    assert mail["Message-ID"] == f"<yanxin.{'r' * 43}@uni.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == NOW
    assert "List-Unsubscribe" not in mail
    words = Words()
    words.feed(taken.html)
    of_html = sorted(re.findall(r"\S+", " ".join(words.found)))
    of_text = sorted(re.findall(r"\S+", taken.text.replace("--", "")))
    assert of_html == of_text
    assert "第二段 & 完" in taken.text
    assert "<3" in taken.text  # escaped in HTML
    assert "answer:1:fine" not in taken.text + taken.html  # nothing in a mail acts


def test_a_digest_can_be_ended_with_one_click() -> None:
    letter = Letter("周报", "d" * 43, "https://y.example/m/T", "打开", unsubscribe="https://y.example/u/T")
    with server() as one:
        message = Rendered("本周", letter=letter)
        with_channel(section(one), lambda channel: channel.send("c@uni.example", message, key="k"))
        mail = one.taken[0].mail
    assert mail["List-Unsubscribe"] == "<https://y.example/u/T>"
    assert mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"


def test_every_try_has_the_same_message_id_with_and_without_a_letter() -> None:
    with server() as one:
        for message in (MESSAGE, Rendered("hello")):
            for _ in range(2):
                with_channel(section(one), lambda channel, it=message: channel.send("a@b.example", it, key="k"))  # type: ignore[misc]
        ids = [taken.mail["Message-ID"] for taken in one.taken]
    assert ids[0] == ids[1] != ids[2] == ids[3]


def test_a_text_beyond_the_limit_is_cut_and_the_page_has_all_of_it() -> None:
    long = Rendered("字" * 3000, letter=LETTER)
    with server() as one:
        with_channel(
            section(one), lambda channel: channel.send("a@b.example", long, key="k"), mail_text_characters=1000
        )
        text = one.taken[0].text
    assert text.count("字") == 1000
    assert LETTER.page in text


@pytest.mark.parametrize("starttls", [False, True])
def test_tls_with_a_certificate_that_is_trusted_and_one_that_is_not(tmp_path: Path, starttls: bool) -> None:
    file = make_certificate(tmp_path)
    security = "starttls" if starttls else "tls"
    with server(certificate=file, starttls=starttls) as one:
        assert sent(section(one, security=security, ca_file=str(file))).kind is ResultKind.ACCEPTED
        refused = sent(section(one, security=security))
        assert (refused.kind, refused.reason) == (ResultKind.THROTTLED, "tls_failed")
        assert len(one.taken) == 1


def test_a_server_without_starttls_gets_no_mail_in_clear() -> None:
    with server() as one:
        result = sent(section(one, security="starttls"))
        assert (result.kind, result.reason) == (ResultKind.THROTTLED, "tls_failed")
        assert one.taken == []


def test_a_password_is_right_or_wrong_and_a_connection_is_used_again() -> None:
    async def twice(channel: Mail) -> list[Result]:
        return [await channel.send("a@b.example", MESSAGE, key=str(number)) for number in range(2)]

    with server(password="geheim") as one:
        done = with_channel(section(one, user="u", password="geheim"), twice)
        assert [result.kind for result in done] == [ResultKind.ACCEPTED] * 2
        assert one.logins == 1

        async def wrong(channel: Mail) -> tuple[Result, dict[str, int]]:
            return await channel.send("a@b.example", MESSAGE, key="k"), channel.troubles()

        result, troubles = with_channel(section(one, user="u", password="falsch"), wrong)
    assert (result.kind, result.reason, result.wait) == (ResultKind.THROTTLED, "login_refused", 60.0)
    assert troubles == {"login_refused": 1}


def test_a_server_that_is_not_there_pauses_the_account() -> None:
    with server() as one:
        gone = section(one)
    result = sent(gone)
    assert (result.kind, result.reason) == (ResultKind.THROTTLED, "not_connected")


ANSWERS = [
    ("mei@uni.example", "550 5.1.1 no such user", ResultKind.ADDRESS_WRONG, "no_such_address"),
    ("mei@uni.example", "553 mailbox name not allowed", ResultKind.ADDRESS_WRONG, "no_such_address"),
    ("mei@uni.example", "450 4.2.0 greylisted", ResultKind.RETRY_AT, "come_later"),
    ("mei@uni.example", "452 4.2.2 mailbox full", ResultKind.RETRY_AT, "come_later"),
    ("mei@uni.example", "552 5.2.2 over quota", ResultKind.RETRY_AT, "mailbox_full"),
    ("mei@uni.example", "550 5.7.1 relaying denied", ResultKind.THROTTLED, "relay_denied"),
    ("mei@uni.example", "550 5.7.1 sender is on a list", ResultKind.OUR_FAULT, "message_refused"),
    ("mei@uni.example", "421 4.3.2 closing", ResultKind.THROTTLED, "busy"),
    ("sender", "550 5.7.60 not allowed to send as this sender", ResultKind.THROTTLED, "sender_refused"),
    ("sender", "451 4.7.0 too many messages", ResultKind.THROTTLED, "busy"),
    ("sender", "552 5.3.4 too large", ResultKind.OUR_FAULT, "message_too_long"),
    ("data", "554 5.7.1 looks like spam", ResultKind.OUR_FAULT, "message_refused"),
    ("data", "550 5.1.1 user unknown", ResultKind.ADDRESS_WRONG, "no_such_address"),
    ("data", "550 No such user here", ResultKind.ADDRESS_WRONG, "no_such_address"),
    ("data", "451 4.3.0 try again", ResultKind.RETRY_AT, "come_later"),
    ("data", "552 message exceeds size", ResultKind.OUR_FAULT, "message_too_long"),
    ("data", "hang up after", ResultKind.OUTCOME_UNKNOWN, "no_answer_after_data"),
]


@pytest.mark.parametrize(("where", "answer", "kind", "reason"), ANSWERS)
def test_each_answer_has_one_meaning(where: str, answer: str, kind: ResultKind, reason: str) -> None:
    with server() as one:
        one.says[where] = answer
        result = sent(section(one))
    assert (result.kind, result.reason) == (kind, reason)


def test_a_trouble_is_over_when_a_mail_is_taken() -> None:
    with server() as one:

        async def use(channel: Mail) -> list[dict[str, int]]:
            seen = []
            for answer in ("550 5.7.60 no", ""):
                one.says["sender"] = answer
                await channel.send("a@b.example", MESSAGE, key="k")
                seen.append(channel.troubles())
            return seen

        assert with_channel(section(one), use) == [{"sender_refused": 1}, {}]


def test_the_doctor_signs_in_and_sends_nothing() -> None:
    with server(password="geheim") as one, FakeMailbox() as box:

        async def look(channel: Mail) -> list[tuple[str, str]]:
            found = await channel.checkup(Around("http://127.0.0.1", NOW))
            return [(finding.state.value, finding.said.partition(" ")[2]) for finding in found]

        imap = box.values()
        good = with_channel(section(one, user="u", password="geheim", imap=imap), look)
        assert good == [("ok", "signed in (none)"), ("ok", "lets us read INBOX")]
        bad = with_channel(section(one, user="u", password="x", imap=imap | {"password": "x"}), look)
        assert bad == [("WRONG", "says no (login_refused)"), ("WRONG", "says no (mailbox_login_refused)")]
        assert one.taken == []
        assert with_channel(section(one), look)[1][0] == "not known"


def test_a_file_of_certificates_that_holds_none_is_said_before_anything_runs(tmp_path: Path) -> None:
    (tmp_path / "no.pem").write_text("nothing", encoding="utf-8")
    wrong = MailSettings.model_validate(
        {"enabled": True, "host": "127.0.0.1", "from": FROM, "ca_file": str(tmp_path / "no.pem")}
    )
    with pytest.raises(SettingsError, match="there is no certificate in"):
        sent(wrong)
