"""A card goes with a message as a picture where a channel shows pictures, never twice; the message never waits."""

from email import message_from_bytes

from bot.channels.mail.markup import From, mail_of
from bot.channels.telegram.channel import Telegram
from bot.outbox.model import Button, Rendered, Result, ResultKind
from bot.rendering.card_png import draw_card
from tests.bot.channels.telegram.test_channel import with_channel
from tests.bot.channels.wecom.test_channel import START, Desk
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import bad_request, server_error
from tests.fakes.wecom import Failure, FakeWeCom

BODY = Rendered("Have you arrived?", ((Button("Fine", data="answer:1:fine"),),), picture="Berlin\n# Dial\n112")
PNG = draw_card(BODY.picture)


def test_telegram_sends_both_in_one_call_and_edits_what_stands_below() -> None:
    with FakeTelegram() as telegram:
        phone = telegram.phone("Mei")
        chat = str(phone.chat_id)

        async def both(channel: Telegram) -> Result:
            sent = await channel.send_pictured(chat, BODY, PNG, key="k")
            return await channel.edit(chat, sent.external_id or "", Rendered("Answered ✓"))

        assert with_channel(telegram, both).kind is ResultKind.ACCEPTED
        (message,) = phone.sent
        assert (message.before, message.text, message.photo) == (["Have you arrived?"], "Answered ✓", ("card.png", PNG))


def test_telegram_sends_the_words_alone_when_it_refuses_the_picture_or_they_are_too_long() -> None:
    with FakeTelegram() as telegram:
        phone = telegram.phone("Mei")
        chat = str(phone.chat_id)
        telegram.fails("sendPhoto", bad_request("IMAGE_PROCESS_FAILED"), server_error())

        def sends(body: Rendered) -> Result:
            return with_channel(telegram, lambda channel: channel.send_pictured(chat, body, PNG, key="k"))

        assert sends(BODY).kind is ResultKind.ACCEPTED
        assert sends(BODY).kind is ResultKind.OUTCOME_UNKNOWN  # it may have arrived, so nothing else is sent
        assert sends(Rendered("雁" * 1025)).kind is ResultKind.ACCEPTED
        assert [(len(one.text), one.photo) for one in phone.sent] == [(17, None), (1025, None)]


def test_wecom_shows_it_behind_the_message_which_alone_decides_what_is_tried_again() -> None:
    with FakeWeCom() as wecom:
        desk = Desk(wecom)
        wecom.fails("media/upload", Failure(code=45009))

        def sends(key: str) -> ResultKind:
            return desk.does(lambda channel: channel.send_pictured("S1", BODY, PNG, key=key)).kind

        assert [sends("a"), sends("b")] == [ResultKind.ACCEPTED] * 2
        assert [one["msgtype"] for one in desk.mei.messages] == ["text", "text", "image"]
        wecom.fails("message/send", Failure(code=45009))
        assert (sends("c"), len(desk.mei.messages)) == (ResultKind.THROTTLED, 3)


def test_a_mail_has_it_as_a_file() -> None:
    mail = mail_of(BODY, From("a@example.edu", "Yanxin"), "mei@example.edu", "k", START, 500, picture=PNG)
    (file,) = [part for part in message_from_bytes(mail).walk() if part.get_filename()]
    assert (file.get_content_type(), file.get_payload(decode=True)) == ("image/png", PNG)


def test_the_words_of_a_card_travel_and_not_its_bytes() -> None:
    stored = BODY.to_json()
    assert len(str(stored)) < 400
    assert Rendered.from_json(stored) == BODY
