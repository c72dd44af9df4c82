"""The inbox: one effect per message, an order of urgency, and a message that breaks a handler blocks nobody."""

from collections.abc import Iterator
from dataclasses import asdict
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Row, event, func, select

from bot.cases.store import cases
from bot.inbox.model import Incoming, Said
from bot.inbox.store import inbox, waiting
from bot.outbox.store import outbox
from bot.places.zone_finder import ZoneFinder
from bot.rendering.renderer import Renderer
from handlers.process import process, set_aside
from handlers.receive import receive
from tests.support.school import utc
from tests.support.talk import Talk, open_tables

RENDERER, FINDER = Renderer(), ZoneFinder()


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    database = open_tables(tmp_path)
    yield Talk(database, RENDERER, FINDER)
    database.close()


def _take_in(talk: Talk, person_id: int, text: str, external_id: str) -> int | None:
    sender = talk.address(person_id).external_id
    raw = asdict(Incoming(Said.TEXT, sender, text=text)) | {"said": "text"}
    found: int | None = talk.do(
        lambda conn: receive(conn, "telegram", "bot", external_id, sender, raw, text=text, now=talk.now)
    )
    return found


def _row(talk: Talk, inbox_id: int) -> Row[Any]:
    return talk.db.read(lambda conn: conn.execute(select(inbox).where(inbox.c.id == inbox_id)).one())


def test_a_repeated_update_has_no_second_effect(talk: Talk) -> None:
    student = talk.student("S1")
    first = _take_in(talk, student, "SOS", "7")
    assert first is not None
    assert _take_in(talk, student, "SOS", "7") is None
    assert talk.do(lambda conn: process(conn, first, talk.services)) is True
    assert talk.do(lambda conn: process(conn, first, talk.services)) is False
    query = select(func.count()).where(outbox.c.inbox_id == first)
    assert talk.db.read(lambda conn: conn.execute(query).scalar()) == 1


def test_cries_overtake(talk: Talk) -> None:
    student = talk.student("S1")
    _take_in(talk, student, "你好", "1")
    cry = _take_in(talk, student, "救命", "2")
    press = talk.do(lambda conn: receive(conn, "telegram", "bot", "3", "x", {}, text="answer:1:urgent", now=talk.now))
    urgent = [row.id for row in talk.db.read(lambda conn: waiting(conn, 10)) if row.urgent]
    assert urgent == [cry, press]


def test_a_message_that_breaks_a_handler_is_kept_and_blocks_nobody(talk: Talk) -> None:
    student = talk.student("S1")
    bad = talk.do(lambda conn: receive(conn, "telegram", "bot", "1", "x", {"said": "?"}, text="", now=talk.now))
    good = _take_in(talk, student, "你好", "2")
    assert good is not None
    for tries in (1, 2, 3):
        with pytest.raises(ValueError, match="is not a valid Said"):
            talk.do(lambda conn: process(conn, bad, talk.services))
        talk.do(lambda conn: set_aside(conn, bad, ValueError("secret words"), talk.now))
        assert (_row(talk, bad).tries, _row(talk, bad).error) == (tries, "ValueError")
    assert _row(talk, bad).state == "failed"
    assert talk.do(lambda conn: process(conn, bad, talk.services)) is False
    assert talk.do(lambda conn: process(conn, good, talk.services)) is True


def test_an_update_that_says_nothing_is_ignored(talk: Talk) -> None:
    student = talk.student("S1")
    assert talk.hears(talk.address(student).external_id, Incoming(Said.OTHER, "")) == []


def test_an_answer_costs_few_statements(talk: Talk) -> None:
    """Each costs as much as all that Python does between two of them; what only finds nothing is not looked for."""
    student = talk.student("S1")
    talk.until(utc("2026-09-08 22:30"))
    sender, (prompt,) = talk.address(student).external_id, talk.prompts(student)[:1]
    press = Incoming(Said.PRESS, sender, data=f"answer:{prompt.id}:fine")
    raw = asdict(press) | {"said": "press"}
    one = talk.do(lambda conn: receive(conn, "telegram", "bot", "1", sender, raw, text=press.data, now=talk.now))
    statements: list[str] = []
    event.listen(talk.db.engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    assert talk.do(lambda conn: process(conn, one, talk.services)) is True
    assert len(statements) <= 12, "\n".join(statements)


WORDS = ["平安", "1", "3", "ok", "help", "SOS", "是", "no", "/zone", "Paris", "/pause", "5天", "/pause off", "/stop"]
WORDS += ["/why", "/mydata", "/language", "English", "/checkin", "有人跟踪我", "嗯", "/start", "", "\x00", "🙂" * 50]
DATA = ["answer:{p}:fine", "answer:{p}:hard", "answer:{p}:urgent", "undo:{p}", "share:{p}:counsellor", "note:{p}"]
DATA += ["share:{p}:nobody", "share:{p}:support", "note:off", "position:0", "sos:yes", "sos:no", "zone:ok", "stop:yes"]
DATA += ["zone:Asia/Tokyo", "back:yes", "pause:3", "pause:off", "volunteer:fine", "volunteer:hard", "case:1:ack"]
DATA += ["case:1:spoken", "lang:en", "checkin", "enrol:yes:1", "garbage"]
MOVES = st.one_of(
    st.sampled_from(WORDS).map(lambda text: ("text", text)),
    st.text(max_size=20).map(lambda text: ("text", text)),
    st.sampled_from(DATA).map(lambda data: ("press", data)),
    st.tuples(st.floats(-90, 90), st.floats(-180, 180)).map(lambda at: ("position", at)),
    st.sampled_from(["file", "blocked", "unblocked", "other"]).map(lambda kind: (kind, "")),
    st.sampled_from([0.5, 4.0, 60.0 * 30, 60.0 * 24 * 6]).map(lambda minutes: ("time", minutes)),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("anything")


@given(moves=st.lists(MOVES, max_size=10), by_staff=st.booleans())
@settings(max_examples=30, suppress_health_check=[HealthCheck.too_slow])
def test_whatever_anybody_does_never_breaks_and_never_doubles_a_case(
    folder: Path, moves: list[tuple[str, Any]], by_staff: bool
) -> None:
    for file in folder.iterdir():
        file.unlink()
    database = open_tables(folder)
    try:
        talk = Talk(database, RENDERER, FINDER)
        student = talk.student("S1")
        who = talk.counsellor if by_staff else student
        talk.until(utc("2026-09-08 22:40"))
        for kind, value in moves:
            _do(talk, who, talk.prompt(student, "2026-09-08").id, kind, value)
            _at_most_one_open_case(talk)
    finally:
        database.close()


def _do(talk: Talk, who: int, prompt_id: int, kind: str, value: Any) -> None:
    sender = talk.address(who).external_id
    if kind == "time":
        talk.stop_until(talk.now + timedelta(minutes=value))
        talk.minutes_pass(0)
    elif kind == "text":
        talk.says(who, value)
    elif kind == "press":
        talk.presses(who, value.format(p=prompt_id))
    elif kind == "position":
        talk.sends_position(who, *value)
    else:
        talk.hears(sender, Incoming(Said(kind), ""))


def _at_most_one_open_case(talk: Talk) -> None:
    query = select(func.count()).where(cases.c.state != "resolved").group_by(cases.c.person_id, cases.c.reason)
    counts = talk.db.read(lambda conn: list(conn.execute(query).scalars()))
    assert all(count == 1 for count in counts)
