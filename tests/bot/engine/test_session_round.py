"""A round of 48 hours: who has said something was there, who takes it back is asked again, and it ends by itself."""

import pytest

from bot.engine import session_round as engine
from bot.engine.session_round import Outcome, speak, take_back
from bot.engine.sessions import cancel as call_off
from bot.prompts.model import State
from bot.sessions import store, voices, words
from bot.sessions.faults import Fault, SessionRefused
from bot.sessions.model import Mark, Session
from tests.support.school import School, utc
from tests.support.sessions import branch, invitation, leave, told

BERLIN = "Europe/Berlin"


@pytest.fixture
def pair(school: School) -> tuple[int, int]:
    school.until(utc("2026-10-20 16:00"))
    both = (school.student("S1", zone=BERLIN, country="DE"), school.student("S2", zone=BERLIN, country="DE"))
    branch(school, both)
    return both


def begun(school: School, title: str = "读书会") -> Session:
    quiet = school.db.read(school.programmes.current).quiet
    made: Session = school.do(
        lambda conn: engine.begin(conn, "B1", title, "第三章", "Asia/Shanghai", None, school.now, quiet)
    )
    school.work_off()
    return made


def says(school: School, made: Session, person_id: int, text: str = "我同意") -> Outcome:
    prompt = invitation(school, made, person_id)
    done: Outcome = school.do(lambda conn: speak(conn, prompt.id, person_id, text, "wecom", school.now))
    return done


def marks(school: School, made: Session) -> dict[int, Mark | None]:
    return {one.person_id: one.mark for one in school.db.read(lambda conn: store.invitations_of(conn, made.id))}


def test_who_spoke_was_there_and_who_did_not_is_asked_once_more(school: School, pair: tuple[int, int]) -> None:
    made = begun(school)
    assert says(school, made, pair[0]) is Outcome.KEPT
    school.until(utc("2026-10-22 20:00"))
    assert [name for name, _ in told(school, pair[0])] == ["question"]
    assert told(school, pair[1]) == [
        ("question", "10-20 16:00"),
        ("reminder", "10-21 16:00"),
        ("makeup", "10-22 17:00"),
    ]
    assert marks(school, made) == {pair[0]: Mark.PRESENT, pair[1]: Mark.ABSENT}
    assert says(school, made, pair[1]) is Outcome.OVER


def test_a_voice_that_the_platform_gives_out_after_the_end_counts_as_of_when_she_sent_it(
    school: School, pair: tuple[int, int]
) -> None:
    made, mei = begun(school), pair[0]
    says(school, made, pair[1])
    prompt = invitation(school, made, mei)
    school.until(utc("2026-10-22 16:30"))
    assert marks(school, made)[mei] is Mark.ABSENT
    voice, sent_at = words.Voice("0" * 64, "amr", 9), utc("2026-10-22 15:55")
    assert school.do(lambda conn: speak(conn, prompt.id, mei, voice, "wecom", sent_at)) is Outcome.KEPT
    assert marks(school, made)[mei] is Mark.PRESENT
    school.until(utc("2026-10-23 08:00"))
    assert "makeup" not in [name for name, _ in told(school, mei)]


def test_who_takes_all_back_is_asked_again_as_the_others_are(school: School, pair: tuple[int, int]) -> None:
    made, mei = begun(school), pair[0]
    says(school, made, mei)
    prompt = invitation(school, made, mei)
    back = [school.do(lambda conn: take_back(conn, prompt.id, mei, school.now)) for _ in range(2)]
    assert back == [Outcome.GONE, Outcome.NOTHING]
    assert (marks(school, made)[mei], invitation(school, made, mei).state) == (None, State.OPEN)
    school.until(utc("2026-10-21 18:00"))
    assert ("reminder", "10-21 16:00") in told(school, mei)


def test_nobody_else_speaks_and_there_is_an_end_to_it(school: School, pair: tuple[int, int]) -> None:
    made = begun(school)
    prompt = invitation(school, made, pair[0])
    assert school.do(lambda conn: speak(conn, prompt.id, pair[1], "x", "web", school.now)) is Outcome.REFUSED
    for _ in range(engine.MOST):
        says(school, made, pair[0])
    assert says(school, made, pair[0]) is Outcome.FULL
    assert school.db.read(lambda conn: words.count_of(conn, made.id, pair[0])) == engine.MOST
    leave(school, pair[1])
    assert says(school, made, pair[1]) is Outcome.REFUSED


def test_it_can_be_called_off_while_it_is_under_way(school: School, pair: tuple[int, int]) -> None:
    made = begun(school)
    quiet = school.db.read(school.programmes.current).quiet
    school.until(utc("2026-10-21 09:00"))
    school.do(lambda conn: call_off(conn, made.id, None, school.now, quiet))
    school.until(utc("2026-10-23 18:00"))
    assert [name for name, _ in told(school, pair[0])] == ["question", "cancelled"]


@pytest.mark.parametrize(("key", "title", "fault"), [("B1", " ", Fault.NO_TITLE), ("B9", "读书会", Fault.BRANCH)])
def test_what_is_wrong_is_named(school: School, pair: tuple[int, int], key: str, title: str, fault: Fault) -> None:
    assert pair
    quiet = school.db.read(school.programmes.current).quiet
    with pytest.raises(SessionRefused) as refused:
        school.do(lambda conn: engine.begin(conn, key, title, None, BERLIN, None, school.now, quiet))
    assert refused.value.fault is fault


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"OggS....", "ogg"),
        (b"OggS" + bytes(24) + b"Speex   1.2", "spx"),
        (b"\0\0\0\x1cftypM4A ", "m4a"),
        (b"RIFF\0\0\0\0WAVEfmt ", "wav"),
        (b"#!AMR\n", "amr"),
        (b"\x1aE\xdf\xa3", "webm"),
        (b"ID3\x04", "mp3"),
        (b"RIFF\0\0\0\0WEBP", None),
        (b"<html>", None),
        (b"", None),
    ],
)
def test_a_voice_is_known_by_its_content(data: bytes, kind: str | None) -> None:
    assert voices.kind_of(data) == kind
