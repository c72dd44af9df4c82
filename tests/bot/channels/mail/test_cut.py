"""A mail of which only the beginning was read: whether her own words are cut, or only what follows them."""

from email.message import EmailMessage

import pytest

from bot.channels.mail.markup import BEFORE
from bot.channels.mail.replies import MOST
from bot.channels.mail.understand import raw_of, understand
from bot.inbox.model import Incoming, Said

WORDS = "我今天去了图书馆。\n" * 300


def mail(text: str, *, html: str = "", photo: bool = False) -> bytes:
    one = EmailMessage()
    one["From"], one["In-Reply-To"] = "Mei <mei@uni.example>", f"<{BEFORE}{'r' * 43}@yanxin.example>"
    one.set_content(text)
    if html:
        one.add_alternative(html, subtype="html")
    if photo:
        one.add_attachment(b"x" * 30_000, maintype="image", subtype="jpeg", filename="a.jpg")
    return one.as_bytes()


def begun(content: bytes, share: float) -> Incoming:
    """Understand the beginning of a mail."""
    return understand(raw_of(content[: int(len(content) * share)], is_cut=True))


def test_words_that_end_with_what_was_read_are_cut() -> None:
    incoming = begun(mail(WORDS), 0.5)
    assert incoming.is_cut
    assert 500 < len(incoming.text) < len(WORDS.strip())
    assert WORDS.startswith(incoming.text[:-1])


@pytest.mark.parametrize(
    "content",
    [
        mail("平安", photo=True),
        mail("平安", html=f"<p>{WORDS}</p>"),
        mail("平安\n\nOn Tue, 24 Nov 2026 Yanxin <y@uni.example> wrote:\n" + WORDS),
        mail("平安\n" + "> 我今天去了图书馆。\n" * 300),
    ],
    ids=["photo", "html", "quoted", "marked"],
)
def test_words_that_something_follows_are_whole(content: bytes) -> None:
    incoming = begun(content, 0.5)
    assert (incoming.said, incoming.text, incoming.is_cut) == (Said.TEXT, "平安", False)


def test_html_that_ends_in_a_quotation_is_whole() -> None:
    one = EmailMessage()
    one["From"], one["In-Reply-To"] = "mei@uni.example", f"<{'r' * 43}@yanxin.example>"
    one.set_content(f"<p>fine</p><blockquote>{WORDS}</blockquote>", subtype="html")
    incoming = begun(one.as_bytes(), 0.5)
    assert (incoming.text, incoming.is_cut) == ("fine", False)


def test_a_mail_of_which_no_word_was_read_is_no_silence() -> None:
    one = EmailMessage()
    one["From"], one["In-Reply-To"] = "mei@uni.example", f"<{'r' * 43}@yanxin.example>"
    one.make_mixed()
    one.add_attachment(b"x" * 30_000, maintype="image", subtype="jpeg", filename="a.jpg")
    one.add_attachment("平安")
    incoming = begun(one.as_bytes(), 0.5)
    assert (incoming.said, incoming.text, incoming.is_cut) == (Said.TEXT, "", True)


def test_a_whole_mail_with_more_words_than_are_read_is_cut_too() -> None:
    incoming = understand(raw_of(mail("a " * MOST)))
    assert incoming.is_cut
    assert len(incoming.text) == MOST
    assert not understand(raw_of(mail("平安"))).is_cut


@pytest.mark.parametrize("words", ["", "> How has your week been?", "-- \nMei"])
def test_a_reply_of_pictures_alone_is_no_silence(words: str) -> None:
    incoming = understand(raw_of(mail(words, photo=True)))
    assert (incoming.said, incoming.text, incoming.is_wordless) == (Said.TEXT, "", True)
    assert not understand(raw_of(mail("平安", photo=True))).is_wordless


@pytest.mark.parametrize("content", [mail(""), mail("", photo=True).replace(BEFORE.encode(), b"")])
def test_an_empty_reply_and_pictures_that_reply_to_nothing_stay_unanswered(content: bytes) -> None:
    assert understand(raw_of(content)).said is Said.OTHER
