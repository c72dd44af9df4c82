"""The fake Telegram keeps the platform's rules, seen by a client that is not ours."""

import asyncio
import gc
import json
import socket
import threading
import urllib.error
import urllib.parse
import urllib.request
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_failures import chat_not_found, too_many


def ask(telegram: FakeTelegram, method: str, token: str | None = None, **params: Any) -> Any:
    """Return the result of a call, or the error's code and description."""
    url = f"{telegram.url}/bot{token or telegram.token}/{method}"
    texts = {key: value if isinstance(value, str) else json.dumps(value) for key, value in params.items()}
    try:
        with urllib.request.urlopen(url, urllib.parse.urlencode(texts).encode(), timeout=10) as answer:  # noqa: S310 - our own fake
            return json.load(answer)["result"]
    except urllib.error.HTTPError as error:
        with error:
            said = json.load(error)
        return said["error_code"], said["description"]


def test_updates_stay_until_a_higher_offset_confirms_them() -> None:
    with FakeTelegram() as telegram:
        mei = telegram.phone()
        first, second = mei.says("one"), mei.says("two")
        assert [update["update_id"] for update in ask(telegram, "getUpdates")] == [first, second]
        assert [update["update_id"] for update in ask(telegram, "getUpdates", offset=second)] == [second]
        assert ask(telegram, "getUpdates", offset=second + 1) == []
        assert telegram.has_confirmed(second)


def test_a_long_poll_waits_for_what_is_said() -> None:
    with FakeTelegram() as telegram:
        mei = telegram.phone()
        asked = threading.Timer(0.05, lambda: mei.says("hello"))
        asked.start()
        (update,) = ask(telegram, "getUpdates", timeout=5)
        asked.join()
        assert update["message"]["text"] == "hello"


def test_whoever_is_killed_while_it_hands_over_a_picture_leaves_no_file_open() -> None:
    part = b'--b\r\nContent-Disposition: form-data; name="photo"; filename="card.png"\r\n\r\n' + bytes(5_000)
    with FakeTelegram() as telegram:
        host = urllib.parse.urlsplit(telegram.url)
        with socket.create_connection((host.hostname, host.port), timeout=10) as caller:
            head = f"POST /bot{telegram.token}/sendPhoto HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n"
            caller.sendall(head.encode() + b"Content-Type: multipart/form-data; boundary=b\r\n\r\n" + part)
    gc.collect()  # a file that is still open complains here, not in a test that comes later
    assert telegram.calls == []


def test_a_second_poll_ends_the_first() -> None:
    async def both(telegram: FakeTelegram) -> list[Any]:
        first = asyncio.create_task(asyncio.to_thread(ask, telegram, "getUpdates", timeout=5))
        await asyncio.to_thread(telegram.wait_for, lambda: telegram.calls, "the first poll")
        second = asyncio.create_task(asyncio.to_thread(ask, telegram, "getUpdates", timeout=0))
        return list(await asyncio.gather(first, second))

    with FakeTelegram() as telegram:
        (code, why), empty = asyncio.run(both(telegram))
        assert (code, empty) == (409, [])
        assert "terminated by other getUpdates" in why


def test_kinds_that_were_not_asked_for_are_dropped() -> None:
    with FakeTelegram() as telegram:
        telegram.gives(poll_answer={})
        telegram.phone().says("hello")
        assert len(ask(telegram, "getUpdates", allowed_updates=["message"])) == 1


@pytest.mark.parametrize(
    ("params", "description"),
    [
        ({"text": " "}, "Bad Request: message text is empty"),
        ({"text": "x" * 4097}, "Bad Request: message is too long"),
        ({"text": "🕊" * 2049}, "Bad Request: message is too long"),
        (
            {"text": "?", "reply_markup": {"inline_keyboard": [[{"text": "a", "callback_data": "雁" * 22}]]}},
            "Bad Request: BUTTON_DATA_INVALID",
        ),
    ],
)
def test_what_telegram_refuses(params: dict[str, Any], description: str) -> None:
    with FakeTelegram() as telegram:
        mei = telegram.phone()
        assert ask(telegram, "sendMessage", chat_id=mei.chat_id, **params) == (400, description)
        assert mei.sent == []


def test_strangers_and_tokens() -> None:
    with FakeTelegram() as telegram:
        later = telegram.phone(started=False)
        assert ask(telegram, "sendMessage", chat_id=1, text="hi") == (400, "Bad Request: chat not found")
        assert ask(telegram, "sendMessage", chat_id=later.chat_id, text="hi") == (400, "Bad Request: chat not found")
        later.starts("token")
        assert ask(telegram, "sendMessage", chat_id=later.chat_id, text="hi")["message_id"] == later.last.id
        assert ask(telegram, "getMe", token="1:no") == (401, "Unauthorized")
        assert ask(telegram, "noSuchMethod")[0] == 404


def test_one_message_a_second_to_a_chat() -> None:
    with FakeTelegram(enforce_limits=True) as telegram:
        mei, ana = telegram.phone("Mei"), telegram.phone("Ana")
        assert ask(telegram, "sendMessage", chat_id=mei.chat_id, text="1")["text"] == "1"
        assert ask(telegram, "sendMessage", chat_id=mei.chat_id, text="2")[0] == 429
        assert ask(telegram, "sendMessage", chat_id=ana.chat_id, text="3")["text"] == "3"


def test_thirty_messages_a_second_to_all() -> None:
    with FakeTelegram(enforce_limits=True) as telegram:
        phones = [telegram.phone(f"student {number}") for number in range(31)]
        with telegram.lock:  # as if all came in one moment
            refused = [telegram.next_failure("sendMessage", phone.chat_id) for phone in phones]
        assert refused == [None] * 30 + [too_many(1)]


def test_trouble_for_one_phone_leaves_the_others_alone() -> None:
    with FakeTelegram() as telegram:
        mei, ana = telegram.phone("Mei"), telegram.phone("Ana")
        telegram.fails("sendMessage", chat_not_found(), phone=mei)
        assert ask(telegram, "sendMessage", chat_id=ana.chat_id, text="hi")["text"] == "hi"
        assert ask(telegram, "sendMessage", chat_id=mei.chat_id, text="hi")[0] == 400
        assert ask(telegram, "sendMessage", chat_id=mei.chat_id, text="hi")["text"] == "hi"


def test_files_come_back_as_they_were() -> None:
    with FakeTelegram() as telegram:
        telegram.phone().sends_file("document", b"a boarding pass", caption="here")
        (update,) = ask(telegram, "getUpdates")
        path = ask(telegram, "getFile", file_id=update["message"]["document"]["file_id"])["file_path"]
        with urllib.request.urlopen(f"{telegram.url}/file/bot{telegram.token}/{path}", timeout=10) as answer:  # noqa: S310
            assert answer.read() == b"a boarding pass"


def test_hears_tells_what_is_missing() -> None:
    with FakeTelegram() as telegram:
        mei = telegram.phone("Mei")
        ask(telegram, "sendMessage", chat_id=mei.chat_id, text="How are you?")
        assert telegram.unheard() == {"Mei": ["How are you?"]}
        with pytest.raises(AssertionError, match="without"):
            mei.hears("weather")
        assert telegram.unheard() == {}
        with pytest.raises(AssertionError, match="message 2"):
            mei.hears(timeout=0.01)


def test_a_webhook_is_called_again_until_it_says_yes() -> None:
    answers, seen = [503, 200, 200], []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            seen.append((self.headers["x-telegram-bot-api-secret-token"], body["message"]["text"]))
            reply = b'{"method": "answerCallbackQuery", "callback_query_id": "p"}'
            self.send_response(answers.pop(0))
            self.send_header("content-length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: Any) -> None:
            """Keep quiet."""

    with HTTPServer(("127.0.0.1", 0), Hook) as server, FakeTelegram() as telegram:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        url = f"http://127.0.0.1:{server.server_port}/"
        ask(telegram, "setWebhook", url=url, secret_token="s", allowed_updates=["message"])
        assert ask(telegram, "getUpdates")[0] == 409
        telegram.phone().says("one")
        last = telegram.phone().says("two")
        telegram.wait_for(lambda: telegram.has_confirmed(last), "the webhook to take both")
        server.shutdown()
        thread.join()
    assert seen == [("s", "one"), ("s", "one"), ("s", "two")]
    assert telegram.webhook_answers == [503, 200, 200]
