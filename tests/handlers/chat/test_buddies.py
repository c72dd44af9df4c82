"""Two friends agree by number or code; a no, a number of nobody and a quiet end all look the same from outside."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bot.buddies.store import buddies
from bot.cases import events
from bot.cases import store as cases
from bot.cases.model import Reason
from bot.engine.buddies import buddies_for
from bot.engine.casework import open_case
from bot.engine.deeds import resolve
from bot.engine.people_moves import enrol
from bot.people.model import RoleKind
from tests.support.school import utc
from tests.support.talk import Talk, labels, text_of

UNIFORM = "如果 {} 是这里的同学，你的邀请已经送去了"


@pytest.fixture
def lin(talk: Talk) -> int:
    return _student(talk, "S1", "林小雨")


@pytest.fixture
def mei(talk: Talk) -> int:
    return _student(talk, "S2", "梅一")


def _student(talk: Talk, number: str, name: str, city: str = "Boston") -> int:
    person = talk.student(number, city=city)
    talk.set(person, name=name, consent_at=talk.now)
    return person


def agree(talk: Talk, one: int, other: int, number: str) -> int:
    """Let one ask the other by number, who says yes; return the pair."""
    talk.says(one, f"/buddy {number}")
    pair = int(talk.db.read(lambda conn: conn.execute(select(func.max(buddies.c.id))).scalar_one()))
    talk.presses(other, f"buddies:yes:{pair}")
    return pair


def asked_about(talk: Talk, student: int) -> tuple[int, ...]:
    found: dict[int, tuple[int, ...]] = talk.db.read(lambda conn: buddies_for(conn, [student], talk.now))
    return found[student]


@pytest.mark.parametrize("words", ["/buddy", "伙伴", "互助伙伴", "/buddy@YanxinBot"])
def test_the_list_begins_empty(talk: Talk, lin: int, words: str) -> None:
    replies = talk.says(lin, words)
    assert "最多可以有 3 位" in text_of(replies)
    assert labels(replies) == ["用学号问", "生成口令"]


def test_one_asks_by_number_and_the_other_says_yes(talk: Talk, lin: int, mei: int) -> None:
    talk.says(lin, "伙伴")
    talk.press(lin, "用学号问")
    assert UNIFORM.format("S2") in text_of(talk.says(lin, "S2"))
    assert asked_about(talk, lin) == ()
    talk.until(utc("2026-09-02 12:00"))  # it was evening; a question like this waits for the morning
    (question,) = talk.messages(mei, "buddy/asked")
    assert "林小雨" in question.text
    talk.last = [question]
    assert "说好了：你和林小雨" in text_of(talk.press(mei, "我愿意"))
    talk.until(talk.now + timedelta(hours=12))
    (told,) = talk.messages(lin, "buddy/agreed")
    assert "说好了：你和梅一" in told.text
    assert asked_about(talk, lin) == (mei,)
    assert asked_about(talk, mei) == (lin,)
    assert "· 梅一，在同一座城市的时候" in text_of(talk.says(lin, "伙伴"))


def test_it_waits_for_the_morning_and_for_the_end_of_a_pause(talk: Talk, lin: int, mei: int) -> None:
    other = _student(talk, "S3", "陈安")
    talk.now = utc("2026-09-03 04:00")  # midnight in Boston
    talk.set(other, paused_until=(talk.now + timedelta(days=2)).date())
    talk.says(lin, "/buddy S2")
    talk.says(lin, "/buddy S3")
    talk.until(utc("2026-09-06 20:00"))
    sent = {
        person: [at for template, at, _ in talk.sent(person) if template == "buddy/asked"] for person in (mei, other)
    }
    assert sent == {mei: [utc("2026-09-03 11:30")], other: [utc("2026-09-06 13:00")]}


@pytest.mark.parametrize("whose", ["nobody", "staff", "left", "absent", "new", "blocked", "declined"])
def test_a_number_says_nothing_about_anybody(talk: Talk, lin: int, mei: int, whose: str) -> None:
    number = "S2"
    if whose == "nobody":
        number = "S404"
    elif whose == "staff":
        number = "T1"
        talk.link(talk.person("T1", RoleKind.SUPERVISOR))
    elif whose in {"left", "absent"}:
        talk.set(mei, **{f"{whose}_at": talk.now})
    elif whose == "new":
        talk.set(mei, consent_at=None)
    elif whose in {"blocked", "declined"}:
        talk.says(lin, "/buddy S2")
        talk.presses(mei, f"buddies:{'never' if whose == 'blocked' else 'no'}:1")
        talk.now += timedelta(days=15)
    before = len(talk.messages(mei, "buddy/asked"))
    assert UNIFORM.format(number) in text_of(talk.says(lin, f"/buddy {number}"))
    assert f"· 学号 {number}" in text_of(talk.says(lin, "/buddy"))
    talk.until(talk.now + timedelta(hours=24))
    assert len(talk.messages(mei, "buddy/asked")) == before
    assert asked_about(talk, lin) == ()


def test_asked_twice_she_is_told_that_she_has_asked(talk: Talk, lin: int, mei: int) -> None:
    for number in ("S2", "S404"):
        talk.says(lin, f"/buddy {number}")
        assert f"你已经问过 {number.lower()} 了" in text_of(talk.says(lin, f"/buddy {number.lower()}"))
    assert len(talk.messages(mei, "buddy/asked")) == 1


def test_herself_and_words_that_are_no_number(talk: Talk, lin: int) -> None:
    assert "这是你自己" in text_of(talk.says(lin, "/buddy S1"))
    assert "不像学号" in text_of(talk.says(lin, "/buddy 我的好朋友"))
    assert "不像学号" in text_of(talk.says(lin, "[她](x)"))  # it still waits for her words
    assert "最多可以有" in text_of(talk.says(lin, "算了"))
    assert talk.db.read(lambda conn: conn.execute(select(buddies.c.id)).all()) == []


def test_both_have_asked_so_they_agree(talk: Talk, lin: int, mei: int) -> None:
    talk.says(lin, "/buddy S2")
    assert "说好了：你和林小雨" in text_of(talk.says(mei, "/buddy S1"))
    assert asked_about(talk, lin) == (mei,)
    assert "已经说好了" in text_of(talk.says(lin, "/buddy S2"))


def test_three_is_the_most_counting_questions(talk: Talk, lin: int) -> None:
    for number in ("X1", "X2", "X3"):
        assert UNIFORM.format(number) in text_of(talk.says(lin, f"/buddy {number}"))
    assert "你已经有 3 位了" in text_of(talk.says(lin, "/buddy X4"))
    assert "用学号问" not in labels(talk.says(lin, "/buddy"))
    talk.says(lin, "/buddy")
    talk.press(lin, "撤回：X2")
    assert UNIFORM.format("X4") in text_of(talk.says(lin, "/buddy X4"))


def test_trying_out_numbers_comes_to_an_end(talk: Talk, lin: int) -> None:
    for number in range(6):
        assert UNIFORM.format(f"X{number}") in text_of(talk.says(lin, f"/buddy X{number}"))
        talk.says(lin, "/buddy")
        talk.press(lin, "撤回")
    assert "这两周问得有点多" in text_of(talk.says(lin, "/buddy X9"))


def test_a_full_one_can_make_room_and_say_yes_then(talk: Talk, lin: int, mei: int) -> None:
    talk.says(lin, "/buddy S2")
    for number in ("X1", "X2", "X3"):
        talk.says(mei, f"/buddy {number}")
    assert "先发 /buddy 结束一位" in text_of(talk.presses(mei, "buddies:yes:1"))
    talk.says(mei, "/buddy")
    talk.press(mei, "撤回")
    assert "说好了" in text_of(talk.presses(mei, "buddies:yes:1"))


def test_a_code_shows_whose_it_is_and_works_once(talk: Talk, lin: int, mei: int) -> None:
    other = _student(talk, "S3", "陈安")
    talk.says(lin, "/buddy")
    code = text_of(talk.press(lin, "口令")).partition("：")[2][:12]
    assert "拿到你口令的那位" in text_of(talk.says(lin, "/buddy"))
    assert "这是你自己" in text_of(talk.says(lin, f"/buddy {code}"))
    assert "林小雨想和你做互助伙伴" in text_of(talk.says(mei, f"/buddy {code.lower()}"))
    assert "这个口令不管用" in text_of(talk.says(other, f"/buddy {code}"))
    talk.presses(mei, "buddies:yes:1")
    assert asked_about(talk, lin) == (mei,)


def test_a_code_ends_after_two_weeks(talk: Talk, lin: int, mei: int) -> None:
    code = text_of(talk.presses(lin, "buddies:code")).partition("：")[2][:12]
    talk.now += timedelta(days=14)
    assert "这个口令不管用" in text_of(talk.says(mei, f"/buddy {code}"))
    assert "拿到你口令" not in text_of(talk.says(lin, "/buddy"))


def test_a_code_is_not_kept_in_the_open(talk: Talk, lin: int) -> None:
    code = text_of(talk.presses(lin, "buddies:code")).partition("：")[2][:12]
    row = talk.db.read(lambda conn: conn.execute(select(buddies)).one())
    assert code not in str(row)


def test_an_end_is_heard_by_nobody(talk: Talk, lin: int, mei: int) -> None:
    agree(talk, lin, mei, "S2")
    before = talk.says(lin, "/buddy")
    talk.says(mei, "/buddy")
    talk.press(mei, "林小雨")
    assert "谁也不会知道" in text_of(talk.press(mei, "结束"))
    talk.until(talk.now + timedelta(hours=20))
    assert talk.says(lin, "/buddy") == before
    assert asked_about(talk, lin) == asked_about(talk, mei) == ()
    assert "林小雨" not in text_of(talk.says(mei, "/buddy"))
    assert "已经说好了" in text_of(talk.says(lin, "/buddy S2"))
    told = {template for template in talk.templates(lin) if template.startswith("buddy/")}
    assert told <= {"buddy/mine", "buddy/proposed", "buddy/agreed"}


def test_whoever_is_blocked_never_asks_again_until_allowed(talk: Talk, lin: int, mei: int) -> None:
    agree(talk, lin, mei, "S2")
    talk.presses(mei, "buddies:show:1")
    assert "也不会再有那边来的" in text_of(talk.press(mei, "别再问我"))
    talk.presses(lin, "buddies:end:1")
    talk.says(lin, "/buddy S2")
    talk.until(talk.now + timedelta(days=16))
    assert len(talk.messages(mei, "buddy/asked")) == 1  # the one to which she said yes
    replies = talk.says(mei, "/buddy")
    assert "不会再来问你的：林小雨" in text_of(replies)
    talk.press(mei, "允许林小雨")
    assert "林小雨" not in text_of(talk.says(mei, "/buddy"))


def test_anywhere_holds_when_both_say_so(talk: Talk, lin: int) -> None:
    far = _student(talk, "S3", "陈安", city="Chicago")
    agree(talk, lin, far, "S3")
    assert asked_about(talk, lin) == ()
    assert "也同意的话" in text_of(talk.presses(lin, "buddies:far:1"))
    assert asked_about(talk, lin) == ()
    talk.until(talk.now + timedelta(hours=20))
    (question,) = talk.messages(far, "buddy/anywhere_asked")
    talk.last = [question]
    assert "不管在哪座城市" in text_of(talk.press(far, "在哪都行"))
    assert asked_about(talk, lin) == (far,)
    talk.presses(lin, "buddies:near:1")
    assert asked_about(talk, lin) == ()


@pytest.mark.parametrize("data", ["buddies:yes:1", "buddies:end:1", "buddies:far:1", "buddies:show:1", "buddies:no:1"])
def test_a_strangers_button_does_nothing(talk: Talk, lin: int, mei: int, data: str) -> None:
    other = _student(talk, "S3", "陈安")
    agree(talk, lin, mei, "S2")
    replies = talk.presses(other, data)
    assert "林小雨" not in text_of(replies)
    assert "梅一" not in text_of(replies)
    assert asked_about(talk, lin) == (mei,)


@pytest.mark.parametrize(
    "data", ["buddies:", "buddies:yes", "buddies:yes:x", "buddies:bad:1", "buddy:1:maybe", "buddy:x:can"]
)
def test_a_forged_button_is_not_understood(talk: Talk, lin: int, data: str) -> None:
    assert "没看懂" in text_of(talk.presses(lin, data))


def test_a_yes_that_comes_too_late_or_after_it_was_taken_back(talk: Talk, lin: int, mei: int) -> None:
    talk.says(lin, "/buddy S2")
    talk.presses(lin, "buddies:end:1")
    assert "已经结束" in text_of(talk.presses(mei, "buddies:yes:1"))
    talk.says(lin, "/buddy S2")
    talk.now += timedelta(days=14)
    assert "已经结束" in text_of(talk.presses(mei, "buddies:yes:2"))


def test_leaving_ends_it_and_coming_back_does_not_begin_it_again(talk: Talk, lin: int, mei: int) -> None:
    agree(talk, lin, mei, "S2")
    talk.says(mei, "/stop")
    talk.presses(mei, "stop:yes")
    address = talk.address(mei)
    talk.do(lambda conn: enrol(conn, mei, address, talk.now, talk.programmes))
    assert asked_about(talk, lin) == asked_about(talk, mei) == ()


def test_staff_are_told_what_it_is(talk: Talk) -> None:
    assert "给在外同学用的" in text_of(talk.says(talk.counsellor, "/buddy"))
    assert "口令" not in text_of(talk.presses(talk.counsellor, "buddies:code"))


def missed(talk: Talk, student: int, asked: int) -> int:
    """Open a case about which a buddy was asked."""

    def work(conn: object) -> int:
        case = open_case(conn, student, Reason.MISSED, None, talk.now)  # type: ignore[arg-type]
        cases.record_alarm(conn, case.id, asked, talk.now, "buddy")  # type: ignore[arg-type]
        return case.id

    return int(talk.do(work))


def said(talk: Talk, case: int) -> list[tuple[int | None, str | None]]:
    story = talk.db.read(lambda conn: events.of_case(conn, case))
    return [(line.actor_id, line.word) for line in story if line.deed == "buddy"]


def test_her_word_is_kept_and_may_change_until_it_is_over(talk: Talk, lin: int, mei: int) -> None:
    case = missed(talk, lin, mei)
    assert "和林小雨联系上以后" in text_of(talk.presses(mei, f"buddy:{case}:can"))
    talk.presses(mei, f"buddy:{case}:can")
    assert "那就好" in text_of(talk.press(mei, "联系上了"))
    assert said(talk, case) == [(mei, "can"), (mei, "fine")]
    talk.do(lambda conn: resolve(conn, case, talk.counsellor, "spoken", talk.now))
    assert "已经结束" in text_of(talk.presses(mei, f"buddy:{case}:cannot"))
    assert said(talk, case) == [(mei, "can"), (mei, "fine")]


def test_whoever_was_not_asked_learns_nothing(talk: Talk, lin: int, mei: int) -> None:
    case = missed(talk, lin, mei)
    other = _student(talk, "S3", "陈安")
    for person, number in ((other, case), (talk.counsellor, case), (mei, 404)):
        replies = talk.presses(person, f"buddy:{number}:fine")
        assert "已经结束" in text_of(replies)
        assert "林小雨" not in text_of(replies)
    assert said(talk, case) == []
