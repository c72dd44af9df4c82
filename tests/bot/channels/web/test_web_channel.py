"""The web channel accepts everything and understands its own forms."""

import asyncio
from typing import Any

import pytest

from bot.channels.base import Channel
from bot.channels.web.channel import WebChannel
from bot.channels.web.understand import MAX_TEXT, raw_of, understand
from bot.inbox.model import Incoming, Said
from bot.outbox.model import Rendered, ResultKind


def test_what_is_sent_and_changed_is_accepted() -> None:
    channel: Channel = WebChannel()
    sent = asyncio.run(channel.send("x", Rendered("hi"), key="k"))
    assert (sent.kind, sent.external_id) == (ResultKind.ACCEPTED, "k")
    changed = asyncio.run(channel.edit("x", "k", Rendered("hi ✓")))
    assert (changed.kind, changed.external_id) == (ResultKind.ACCEPTED, "k")
    asyncio.run(channel.acknowledge("p"))
    asyncio.run(channel.close())
    assert not channel.can_push


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        (raw_of("a", text="你好"), Incoming(Said.TEXT, "a", text="你好")),
        (raw_of("a", press="answer:1:fine", label="平安"), Incoming(Said.PRESS, "a", data="answer:1:fine")),
        (raw_of("a", start="token"), Incoming(Said.START, "a", data="token")),
        (raw_of("a", position=(1.5, -2.5)), Incoming(Said.POSITION, "a", latitude=1.5, longitude=-2.5)),
        (raw_of("a"), Incoming(Said.OTHER, "a")),
        ({}, Incoming(Said.OTHER, "")),
        ({"sender": "a", "text": 5, "press": None, "latitude": "x"}, Incoming(Said.OTHER, "a")),
    ],
)
def test_forms_are_understood(raw: dict[str, Any], expected: Incoming) -> None:
    assert understand(raw) == expected


def test_a_very_long_text_is_cut() -> None:
    assert len(raw_of("a", text="长" * 90_000)["text"]) == MAX_TEXT
