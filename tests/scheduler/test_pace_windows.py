"""Limits that the platform keeps without a word: nothing goes beyond them, and nothing urgent is held for a day."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from bot.app.platform_rows import sent_before
from bot.clock import ManualClock
from bot.engine.delivery import Tools
from bot.outbox.model import Rendered, ResultKind
from bot.outbox.store import attempts, outbox
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage.database import Database
from bot.storage.engine import parse_url
from scheduler.deliver import Sender
from scheduler.desk import Desk
from scheduler.pace import Later
from scheduler.pace_windows import Sent, Windowed, Windows
from tests.fakes.channel import ScriptedChannel
from tests.fakes.ground import NOW, open_ground
from tests.scheduler.test_deliver import Office

START = datetime(2026, 11, 24, 10, tzinfo=UTC)  # 18:00 in Beijing


def asks(pace: Windowed, chat: str = "S1", *, urgent: bool = False) -> Later | None:
    return asyncio.run(pace.later(chat, urgent=urgent))


def test_thirty_a_minute_to_one_member_and_others_are_not_held() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(30, 1000, 10**6), clock.real)
    assert [asks(pace) for _ in range(30)] == [None] * 30
    assert asks(pace, urgent=True) == Later(61.0, "member_limit")
    assert asks(pace, "S2") is None
    clock.advance(timedelta(seconds=61))
    assert asks(pace) is None


def test_every_piece_of_a_long_message_counts() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(30, 1000, 100), clock.real)
    assert asyncio.run(pace.later("S1", urgent=False, pieces=28)) is None
    assert asyncio.run(pace.later("S1", urgent=False, pieces=3)) == Later(61.0, "member_limit")
    assert asyncio.run(pace.later("S1", urgent=False, pieces=2)) is None
    clock.advance(timedelta(seconds=61))
    assert asyncio.run(pace.later("S1", urgent=False, pieces=40)) is None  # more than a minute holds: it goes alone
    assert asyncio.run(pace.later("S1", urgent=False, pieces=40)) == Later(61.0, "member_limit")
    clock.advance(timedelta(seconds=61))
    with capture_logs() as lines:
        assert asyncio.run(pace.later("S1", urgent=True, pieces=15)) is None
    assert [one["event"] for one in lines] == ["delivery.day_limit"]  # it steps over four fifths of the day


def test_a_thousand_an_hour() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(30, 100, 10**6), clock.real)
    for _ in range(100):
        assert asks(pace) is None
        clock.advance(timedelta(seconds=3))
    later = asks(pace)
    assert later is not None
    assert later.seconds == 3605 - 300


@given(st.lists(st.integers(0, 40), min_size=40, max_size=200))
def test_no_window_ever_holds_more(gaps: list[int]) -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(5, 20, 10**6), clock.real)
    given_at = []
    for gap in gaps:
        clock.advance(timedelta(seconds=gap))
        if asks(pace) is None:
            given_at.append(clock.real())
    for at in given_at:
        assert sum(at <= other < at + timedelta(seconds=60) for other in given_at) <= 5
        assert sum(at <= other < at + timedelta(hours=1) for other in given_at) <= 20


def test_a_day_warns_at_four_fifths_keeps_a_part_for_what_is_urgent_and_ends_at_midnight_in_beijing() -> None:
    clock = ManualClock(START)
    pace = Windowed(Windows(1000, 1000, 100), clock.real, channel="wecom")
    with capture_logs() as lines:
        assert [asks(pace, str(number)) for number in range(95)] == [None] * 95
    assert [(line["log_level"], line["sent"]) for line in lines] == [("warning", 80)]
    assert pace.troubles() == {"day_used_percent": 95}
    later = asks(pace, "late")
    assert later is not None
    assert later.reason == "day_limit"
    assert 6 * 3600 <= later.seconds <= 6 * 3600 + 180
    with capture_logs() as lines:
        assert [asks(pace, f"u{number}", urgent=True) for number in range(10)] == [None] * 10
    assert [line["log_level"] for line in lines] == ["error"]
    clock.advance(timedelta(hours=6))
    assert asks(pace, "late") is None
    assert pace.troubles() == {}


def test_a_start_knows_what_was_sent_before() -> None:
    asked = []

    async def before(hour_ago: datetime, midnight: datetime) -> Sent:
        asked.append((hour_ago, midnight))
        return Sent([("S1", START - timedelta(seconds=2 * number), 2) for number in range(15)], today=79)

    pace = Windowed(Windows(30, 1000, 100), ManualClock(START).real, before)
    later = asks(pace)
    assert later == Later(33.0, "member_limit")
    assert asks(pace, "S2") is None
    assert pace.troubles() == {"day_used_percent": 80}
    assert asked == [(START - timedelta(seconds=3605), datetime(2026, 11, 23, 16, tzinfo=UTC))]


def test_what_has_no_room_waits_its_turn_and_holds_up_nobody(tmp_path: Path) -> None:
    ground_file = open_ground(tmp_path)
    office, channel = Office(ground_file), ScriptedChannel()
    desk = Desk(ground_file, Tools(office._compose, office._asked), office.clock, "this process", lambda: 0.0)
    sender = Sender(channel, desk, Windowed(Windows(3, 1000, 10**6), office.clock.real))
    busy, other = office.student("1"), office.student("2")
    for number in range(5):
        office.message(*busy, key=f"busy {number}", priority=0)
    office.message(*other, key="other")
    office.send(channel, sender=sender)
    assert sorted(key for _, _, key in channel.sent) == ["busy 0", "busy 1", "busy 2", "other"]
    waiting = [row for row in office.rows(outbox) if row.state == "waiting"]
    assert [(row.reason, row.next_try_at - office.clock.now()) for row in waiting] == [
        ("member_limit", timedelta(seconds=61))
    ] * 2
    office.send(channel, sender=sender, after=61)
    assert {row.state for row in office.rows(outbox)} == {"accepted"}
    assert len(channel.sent) == 6
    ground_file.close()


class Pieces(ScriptedChannel):
    """A platform that counts a piece for every two letters of a message."""

    def pieces(self, message: Rendered) -> int:
        return len(message.text) // 2


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    if request.param == "sqlite":
        database = open_ground(tmp_path)
    else:
        database = Database(parse_url(request.getfixturevalue("fresh_pg_url")), Keyring([Keyring.new_key()]))
        metadata.create_all(database.engine)
    yield Office(database)
    database.close()


def windowed(office: Office, channel: Pieces, *, holder: str = "this process") -> Sender:
    """Return a sender of a process that has just begun, with the limits of a platform that counts."""
    desk = Desk(office.database, Tools(office._compose, office._asked), office.clock, holder, lambda: 0.0)
    before = sent_before(office.database, channel.name, channel.account)
    return Sender(channel, desk, Windowed(Windows(30, 1000, 10**6), office.clock.real, before))


def known_to_be_sent(office: Office) -> Sent:
    """Return what the database knows of the last hour and the day, which began with the story."""

    async def look() -> Sent:
        return await sent_before(office.database, "telegram", "1")(NOW - timedelta(hours=1), NOW)

    return asyncio.run(look())


def texts_to(office: Office, monkeypatch: pytest.MonkeyPatch, *letters: int) -> None:
    """Queue messages to one student, each so many letters long."""
    queued = office.student("1")
    lengths = {office.message(*queued, key=f"long {number}"): count for number, count in enumerate(letters)}
    monkeypatch.setattr(office, "_compose", lambda _conn, message: Rendered("x" * lengths[message.id]))


def test_a_process_that_begins_again_counts_what_went_by_the_piece(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts_to(office, monkeypatch, 50, 20)  # 25 pieces and 10
    first, again = Pieces(), Pieces()
    office.send(first, sender=windowed(office, first))
    office.send(again, sender=windowed(office, again), after=61)
    assert (len(first.sent), len(again.sent)) == (1, 1)
    sent = known_to_be_sent(office)
    assert [pieces for _, _, pieces in sent.lately] == [25, 10]
    assert sent.today == 35


def test_what_a_start_finds_leaves_room_for_the_rest_of_a_minute_only(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts_to(office, monkeypatch, 50, 10, 12)
    first, second = Pieces(), Pieces()
    office.send(first, sender=windowed(office, first))
    office.change(
        outbox, office.rows(outbox)[2].id, next_try_at=office.clock.now()
    )  # it has waited, and the process is another one
    office.send(second, sender=windowed(office, second), after=1)
    assert ([len(message.text) for _, message, _ in first.sent], second.sent) == ([50, 10], [])
    assert office.rows(outbox)[2].reason == "member_limit"


def test_pieces_of_a_message_that_failed_halfway_are_counted_and_those_of_an_edit_are_not(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts_to(office, monkeypatch, 8)
    channel = Pieces()
    channel.then(ResultKind.RETRY_AT)
    office.send(channel, sender=windowed(office, channel))
    office.send(channel, sender=windowed(office, channel), after=3600)
    person, address = office.rows(outbox)[0].person_id, office.rows(outbox)[0].address_id
    monkeypatch.setattr(office, "_compose", lambda _conn, _message: Rendered("answered"))
    office.message(person, address, kind="edit", edits_attempt_id=office.rows(attempts)[1].id, key="edit")
    office.send(channel, sender=windowed(office, channel))
    assert len(channel.edited) == 1
    assert [row.pieces for row in office.rows(attempts)] == [4, 4, 0]
    sent = known_to_be_sent(office)
    assert [pieces for _, _, pieces in sent.lately] == [4, 4]
    assert sent.today == 4  # what did not arrive costs the day nothing


def test_a_rehearsal_that_starts_again_keeps_nobody_waiting_for_what_it_sent_days_ahead() -> None:
    async def before(_hour_ago: datetime, _midnight: datetime) -> Sent:
        return Sent([("S1", START + timedelta(hours=36), 30)], 30)

    assert asks(Windowed(Windows(30, 1000, 10**6), ManualClock(START).real, before)) is None


def test_a_process_that_sends_again_counts_what_another_has_sent_meanwhile(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts_to(office, monkeypatch, 40, 40, 10, 12)  # 20, 20, 5 and 6 pieces
    one, other = Pieces(), Pieces()
    ours, theirs = windowed(office, one, holder="one"), windowed(office, other, holder="other")
    rows = [row.id for row in office.rows(outbox)]
    for row in rows[1:]:
        office.change(outbox, row, state="failed")
    office.send(one, sender=ours)
    office.change(outbox, rows[1], state="waiting")
    office.send(other, sender=theirs, after=62)
    office.change(outbox, rows[2], state="waiting")
    office.change(outbox, rows[3], state="waiting")
    office.send(one, sender=ours, after=20)
    assert [len(message.text) for _, message, _ in one.sent] == [40, 10]
    assert office.rows(outbox)[3].reason == "member_limit"
