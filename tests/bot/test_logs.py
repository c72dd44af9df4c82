"""Logs never hold a token, a body or a traceback's text, whoever wrote the line."""

import json
import logging

import pytest
import structlog

from bot.logs import mask, set_up


@pytest.mark.parametrize(
    "secret",
    [
        "GET /a/abcdefgh12345678-_XYZ",
        "http://host/chat/abcdefgh12345678-_XYZ/seen",
        "/console/login/abcdefgh12345678-_XYZ?x=1",
        "https://t.me/bot?start=abcdefgh12345678-_XYZ",
        "https://api.telegram.org/bot123456:abcdefgh12345678-_XYZ/getUpdates",
        "token 123456:abcdefgh12345678-_XYZ",
    ],
)
def test_tokens_of_links_and_bots_are_masked(secret: str) -> None:
    assert "abcdefgh12345678" not in mask(secret)


def test_ordinary_words_stay() -> None:
    assert mask("/console/people/2023001 at 12:30:15") == "/console/people/2023001 at 12:30:15"


def test_a_line_is_json_for_machines(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(json=True)
    structlog.get_logger().info("app.started", path="/a/abcdefgh12345678")
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["level"], line["path"]) == ("app.started", "info", "/a/…")
    assert line["timestamp"].endswith("Z")


def test_of_an_error_only_its_type_and_place_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(json=True)

    def breaks() -> None:
        raise ValueError("what a person wrote")

    try:
        breaks()
    except ValueError:
        structlog.get_logger().exception("it.broke")
        logging.getLogger("some.library").exception("it broke")
    captured = capsys.readouterr().err
    assert "what a person wrote" not in captured
    for line in map(json.loads, captured.splitlines()):
        assert line["error"] == "ValueError"
        assert line["at"].startswith("test_logs.py:")


def test_libraries_that_log_addresses_are_quiet_and_warnings_of_others_are_heard(
    capsys: pytest.CaptureFixture[str],
) -> None:
    set_up(json=True)
    logging.getLogger("httpx").info("HTTP Request: POST https://api.telegram.org/bot1:x/getMe")
    logging.getLogger("apscheduler.scheduler").warning('Execution of job "inbox" skipped')  # the bell says it once
    logging.getLogger("uvicorn.error").warning("something")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["logger"], line["event"]) for line in lines] == [("uvicorn.error", "something")]


def test_a_person_reads_a_short_line(capsys: pytest.CaptureFixture[str]) -> None:
    set_up(json=False)
    structlog.get_logger().warning("delivery.paused", seconds=3)
    assert "delivery.paused" in capsys.readouterr().err
