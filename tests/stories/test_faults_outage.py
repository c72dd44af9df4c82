"""Six hours in which Telegram cannot be reached: what goes out afterwards, in which order, once, and what is over."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from telegram.error import NetworkError

from bot.channels.telegram.channel import Telegram
from bot.channels.telegram.faults import NotSent
from bot.cli.main import cli
from scheduler.pace import Unlimited
from tests.stories.test_faults_sending import listed
from tests.stories.world import World, instant, world_at

ITEM = """
[[item]]
key = "{key}"
kind = "checkin"
audience = {{ countries = ["{country}"] }}
when = {{ at = "{at}", rule = "FREQ=DAILY" }}
"""
RUNG = """
[[item.rung]]
step = "{}"
after = "{}"
"""
PROGRAMME = "".join(
    [
        '[quiet]\nstart = "00:00"\nend = "00:00"\n',
        # Asked before the outage, reminded twice in it.
        ITEM.format(key="brazilian", country="BR", at="08:30"),
        *(RUNG.format(*rung) for rung in (("remind", "PT1H"), ("remind", "PT3H"), ("missed", "PT22H"))),
        # Asked in it.
        ITEM.format(key="british", country="GB", at="13:00"),
        *(RUNG.format(*rung) for rung in (("remind", "PT1H"), ("missed", "PT22H"))),
        # Asked and over in it.
        ITEM.format(key="african", country="ZA", at="14:00"),
        RUNG.format("missed", "PT2H"),
    ]
)
CUT, BACK = instant("2026-11-24 11:45"), instant("2026-11-24 17:45")  # in daylight for all three


@contextmanager
def cut_off(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no call leave this machine; what people write still comes in, so that a story need not wait for the poll."""
    (telegram,) = [channel for channel in world.app.channels if isinstance(channel, Telegram)]

    async def refused(*_args: object, **_data: Any) -> Any:
        raise NetworkError("no connection") from NotSent("ClientConnectorError")

    with monkeypatch.context() as patch:
        patch.setattr(type(telegram._client), "call", refused)
        yield


def test_six_hours_without_telegram(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_at(tmp_path, "2026-11-24 06:00", programme=PROGRAMME) as world:
        counsellor, office = world.staff("C1", "counsellor"), world.staff("O1", "office")
        mei = world.student("S1", "São Paulo", "BR")
        li = world.student("S2", "London", "GB")
        fei = world.student("S3", "Cape Town", "ZA")
        world.fast_forward(CUT)
        mei.hears("How has your week been?")
        with cut_off(world, monkeypatch):
            world.fast_forward(CUT + timedelta(hours=1))
            fei.says("I had noodles today")
            world.fast_forward(CUT + timedelta(hours=2))
            li.says("SOS")
            world.fast_forward(BACK)
        assert [phone.unheard for phone in (mei, li, fei, counsellor, office)] == [[]] * 5
        world.app.senders["telegram"]._pace = Unlimited(1)  # one after the other, so that their order shows
        before = len(world.telegram.calls_of("sendMessage"))
        world.clock.advance(timedelta(minutes=11))  # every message has come to its next try
        world.settle()

        names = {phone.chat_id: name for name, phone in zip("SCO", (li, counsellor, office), strict=True)}
        order = [int(call.params["chat_id"]) for call in world.telegram.calls_of("sendMessage")[before:]]
        assert {names[chat_id] for chat_id in order[:4]} == set("SCO")  # numbers to dial in two parts, and both alarms
        for helper in (counsellor, office):
            helper.hears("Urgent", "Student S2")  # once, though it came up every ten minutes
            helper.hears("Student S3")  # and, behind it, whom we could not ask
        li.hears("first dial")
        li.hears("Pressed by mistake?")
        fei.hears("only a small messenger")  # a reply
        assert order.index(fei.chat_id) < order.index(mei.chat_id)  # replies before reminders and questions
        mei.hears("have not heard back")  # one reminder, not two
        li.hears("How has your week been?")
        assert world.telegram.unheard() == {}

        states = {row["number"]: row["state"] for row in world.responses("S1") + world.responses("S3")}
        assert states == {"S1": "late", "S3": "not_asked"}
        assert world.cases("S3") == [("not_asked", "open")]
        assert [(row["state"], row["reason"]) for row in listed(world, "S1", "reminder")] == [
            ("withdrawn", "later_one"),
            ("accepted", ""),
        ]
        assert [(row["state"], row["reason"]) for row in listed(world, "S3", "question")] == [
            ("expired", "not_connected")
        ]


def test_what_expired_is_reported_with_its_reason(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with world_at(tmp_path, "2026-11-24 06:00", programme=PROGRAMME) as world:
        world.staff("C1", "counsellor")
        world.student("S3", "Cape Town", "ZA")
        world.fast_forward(CUT)
        with cut_off(world, monkeypatch):
            world.fast_forward(BACK)
        world.settle()
        world.fast_forward(minutes=15)
        world.forgets()
        shown = world.app.metrics.registry.get_sample_value(
            "yanxin_given_up_messages_total", {"kind": "question", "state": "expired"}
        )
        assert shown == 1
    config = tmp_path / "config.toml"
    config.write_text(
        f"[database]\nurl = 'sqlite:///{tmp_path}/world.db'\n[security]\nkey_file = '{tmp_path}/keys.txt'\n"
    )
    told = CliRunner().invoke(cli, ["outbox", "--config", str(config), "--state", "expired"])
    assert told.exit_code == 0
    head, row = told.stdout.splitlines()
    values = dict(zip(head.split(","), row.split(","), strict=True))
    assert (values["number"], values["kind"], values["state"]) == ("S3", "question", "expired")
    assert values["reason"] in {"expired", "not_connected"}
