"""我在哪: what we think, another place for good or until a day, and the one question when she seems to be elsewhere."""

from datetime import date

import pytest
from sqlalchemy import func, select

from bot.inbox.store import inbox
from bot.moves.model import Place
from bot.moves.store import place_asks
from bot.places.cities import find_cities
from bot.places.tables import rows
from bot.prompts.store import notes
from handlers.chat.spots import code_of, place_of
from tests.support.school import utc
from tests.support.talk import Talk, labels, text_of

OSAKA = Place("Osaka", "JP", "Asia/Tokyo")
IN_OSAKA = (34.69, 135.5)


@pytest.fixture
def student(talk: Talk) -> int:
    return talk.student("S1", city="New York")


def test_three_weeks_in_osaka_by_button(talk: Talk, student: int) -> None:
    asked = text_of(talk.says(student, "我在哪"))
    assert "你现在应该在纽约，按纽约的时间，那里是 20:00" in asked
    assert "周末出去玩几天，什么都不用改" in asked
    replies = talk.says(student, "大阪")
    assert "大阪，那里现在是 09:00。是搬过去了，还是待到哪天？" in text_of(replies)
    assert labels(replies) == ["一周", "三周", "搬过去了", "先不改"]
    told = text_of(talk.press(student, "三周"))
    assert "到9月23日 周三为止按大阪的时间" in told
    assert "之后会自动换回纽约" in told
    assert talk.place(student) == OSAKA
    assert talk.facts(student).moves[0].until == date(2026, 9, 23)
    shown = talk.says(student, "/where")
    assert "你说过你在大阪" in text_of(shown)
    assert "过了9月23日 周三，会自动换回纽约的时间" in text_of(shown)
    assert "按纽约的时间" in text_of(talk.press(student, "已经回纽约了"))
    assert talk.place(student).city == "New York"


@pytest.mark.parametrize("words", ["大阪 到 9月20日", "大阪到9-20", "Osaka until 2026-09-20", "osaka, 18 days"])
def test_the_place_and_its_last_day_in_one_go(talk: Talk, student: int, words: str) -> None:
    assert "为止按大阪的时间" in text_of(talk.says(student, f"/zone {words}"))
    assert talk.place(student) == OSAKA
    assert talk.facts(student).moves[0].until == date(2026, 9, 20)


def test_the_last_day_in_words_after_the_place(talk: Talk, student: int) -> None:
    talk.says(student, "/zone")
    talk.says(student, "大阪")
    assert "没看懂是哪一天" in text_of(talk.says(student, "不知道"))
    assert "没看懂是哪一天" in text_of(talk.says(student, "2099-01-01"))
    assert "为止按大阪的时间" in text_of(talk.says(student, "9月20日"))
    assert talk.facts(student).moves[0].until == date(2026, 9, 20)


def test_another_place_goes_before_the_day(talk: Talk, student: int) -> None:
    talk.says(student, "/zone 大阪")
    assert "首尔" in text_of(talk.says(student, "首尔"))
    assert "记下了：按首尔的时间" in text_of(talk.press(student, "搬过去了"))
    assert talk.place(student) == Place("Seoul", "KR", "Asia/Seoul")
    assert "按纽约的时间" in text_of(talk.says(student, "/zone 纽约"))
    assert talk.facts(student).moves == ()


def test_back_in_words(talk: Talk, student: int) -> None:
    talk.says(student, "/zone 大阪 9-20")
    talk.says(student, "/zone")
    assert "按纽约的时间" in text_of(talk.says(student, "回来了"))
    assert talk.facts(student).moves == ()


def test_another_city_on_the_same_clock_is_kept_for_whoever_helps(talk: Talk, student: int) -> None:
    talk.says(student, "/zone 波士顿")
    talk.press(student, "一周")
    talk.says(student, "SOS")
    (alarm,) = talk.messages(talk.counsellor, "staff/case_urgent")
    assert "波士顿" in alarm.text
    assert "纽约" not in alarm.text


def test_a_country_of_one_zone_needs_no_city(talk: Talk, student: int) -> None:
    talk.says(student, "/zone 日本")
    talk.press(student, "搬过去了")
    assert "把城市也告诉我们" in text_of(talk.last)
    assert "日本" in text_of(talk.says(student, "help"))


def test_in_english(talk: Talk, student: int) -> None:
    talk.set(student, language="en")
    assert "A weekend away needs nothing from you." in text_of(talk.says(student, "Where I am"))
    assert "Osaka, where it is 09:00 now." in text_of(talk.says(student, "Osaka"))
    assert "Noted: until Wed 9 Sep we go by the clock in Osaka" in text_of(talk.press(student, "One week"))


@pytest.mark.parametrize(
    "data",
    [
        "zone:for:good:JP:Mars/Olympus:Osaka",
        "zone:for:good:JP:Asia/Tokyo:Atlantis",
        "zone:for:good:XX:Asia/Tokyo:",
        "zone:for:9999:JP:Asia/Tokyo:Osaka",
        "zone:for:good",
        "zone:at:",
        "zone:until:x",
        "zone:",
    ],
)
def test_a_forged_place_is_none(talk: Talk, student: int, data: str) -> None:
    talk.presses(student, data)
    assert talk.facts(student).moves == ()


def test_every_city_fits_on_a_button() -> None:
    for row in rows("cities.csv"):
        place = Place(row["en"], row["country"], row["zone"])
        assert len(f"zone:for:good:{code_of(place)}".encode()) <= 64, row
        assert place_of(code_of(place)) == place
        assert find_cities(row["en"], row["country"])


def test_a_position_elsewhere_leads_to_one_question(talk: Talk, student: int) -> None:
    assert "东京" not in text_of(talk.sends_position(student, 40.7, -74.0))
    asked = talk.sends_position(student, *IN_OSAKA)
    assert "看起来你在用东京时间的地方，那里现在是 09:00" in text_of(asked)
    assert labels(asked) == ["搬过去了", "待到某一天…", "只是路过", "先不改"]
    assert "一路顺利" in text_of(talk.press(student, "只是路过"))
    assert talk.facts(student).moves == ()
    talk.until(utc("2026-09-15 00:00"))
    assert "看起来" not in text_of(talk.sends_position(student, *IN_OSAKA))
    talk.until(utc("2026-09-16 01:00"))
    assert "看起来" in text_of(talk.sends_position(student, *IN_OSAKA))
    assert "是搬过去了，还是待到哪天" in text_of(talk.press(student, "待到某一天"))
    assert "到9月30日 周三为止" in text_of(talk.says(student, "9-30"))
    assert talk.place(student) == Place("", "JP", "Asia/Tokyo")


def test_nothing_of_a_question_holds_a_position(talk: Talk, student: int) -> None:
    talk.sends_position(student, *IN_OSAKA)
    raw = talk.db.read(lambda conn: list(conn.execute(select(inbox.c.raw)).scalars()))
    assert not [one for one in raw if one.get("latitude") or one.get("longitude")]
    (asked,) = talk.db.read(lambda conn: conn.execute(select(place_asks)).all())
    assert tuple(asked)[1:] == (student, talk.now)


def test_a_cry_for_help_leads_to_no_question_about_moving(talk: Talk, student: int) -> None:
    talk.says(student, "SOS")
    assert "看起来" not in text_of(talk.sends_position(student, *IN_OSAKA))
    assert talk.db.read(lambda conn: conn.execute(select(func.count()).select_from(place_asks)).scalar()) == 0
    case_ids = talk.db.read(
        lambda conn: list(conn.execute(select(notes.c.case_id).where(notes.c.kind == "position")).scalars())
    )
    assert len(case_ids) == 1
    assert case_ids[0] is not None


def test_a_position_sent_when_asked_for_the_place_is_not_kept(talk: Talk, student: int) -> None:
    talk.says(student, "/zone")
    assert "是搬过去了，还是待到哪天" in text_of(talk.sends_position(student, *IN_OSAKA))
    talk.press(student, "一周")
    assert talk.place(student).zone == "Asia/Tokyo"
    assert talk.db.read(lambda conn: conn.execute(select(func.count()).select_from(notes)).scalar()) == 0
