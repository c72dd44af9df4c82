"""Roll-calls in the console: counted, confirmed, watched, answered on behalf, taken, closed and exported; by whom."""

import csv
import re
from datetime import timedelta
from io import StringIO
from urllib.parse import urlencode

import pytest
from sqlalchemy import func, select

from bot.cases.store import cases
from bot.engine.rollcalls import LONGEST_WHAT
from bot.journal.store import journal
from bot.outbox.store import outbox
from bot.people.store import people
from bot.rollcalls.store import add_report, incident_reports, rollcall_members, rollcalls
from tests.fakes.school import settle
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town

TOKYO = "/people?" + urlencode({"country": "JP", "city": "东京", "state": "unheard"})
EVERYWHERE = {"what": "=1+1 演练", "kind": "drill", "countries": "美国；日本"}


@pytest.fixture
def office(town: Town) -> Visitor:
    settle(town.ground)
    town.ground.staff("R1", "coordinator", ("country", "JP"), name="区域负责人")
    return town.signed_in("O1")


def started(visitor: Visitor, **fields: str) -> str:
    """Count and start a roll-call; return its path."""
    visitor.get("/console/rollcalls/new")
    assert visitor.press("先统计人数", **(EVERYWHERE | fields)).status == 200
    shown = visitor.press("现在")
    assert shown.status == 303
    return shown.headers["location"]


def number_of(town: Town, number: str) -> int:
    query = select(people.c.id).where(people.c.number == number)
    return town.app.database.read(lambda conn: int(conn.execute(query).scalar_one()))


def states(town: Town) -> dict[str, int]:
    query = select(rollcall_members.c.state, func.count()).group_by(rollcall_members.c.state)
    return town.app.database.read(lambda conn: {row[0]: row[1] for row in conn.execute(query)})


def asked(town: Town) -> int:
    query = select(func.count()).select_from(outbox).where(outbox.c.template == "rollcall/question")
    return town.app.database.read(lambda conn: int(conn.execute(query).scalar_one()))


def test_the_count_comes_first_and_nothing_goes_out_before_the_second_press(town: Town, office: Visitor) -> None:
    office.get("/console/rollcalls/new")
    page = office.press("先统计人数", **EVERYWHERE)
    assert "6 人" in page.words
    assert "要等本人打开网页" in page.words
    assert "演练" in page.words
    assert asked(town) == 0
    where = office.press("现在开始演练").headers["location"]
    assert asked(town) > 0
    page = office.get(where)
    assert "东京" in page.words
    assert "演练：只是练习，没有出事" in page.words
    assert states(town) == {"not_asked": 6}


def test_a_count_that_is_too_old_is_filled_in_again(town: Town, office: Visitor) -> None:
    office.get("/console/rollcalls/new")
    area = {"cities": "东京；剑桥, 英国", "circle": "35.68,139.69,50", "units": ""}
    office.press("先统计人数", **(EVERYWHERE | area))
    town.clock.advance(timedelta(minutes=31))
    page = office.press("现在开始演练")
    assert page.status == 422
    assert "请重新统计" in page.words
    form = next(form for form in page.forms if "what" in form.fields)
    assert f">{EVERYWHERE['what']}</textarea>" in page.text
    assert form.fields["countries"] == "US; JP"
    assert form.fields["cities"].startswith("东京; ")
    assert form.fields["circle"] == "35.68,139.69,50.0"
    assert asked(town) == 0
    assert 'value="drill" checked' in page.text
    assert "6 人" in office.press("先统计人数", what=EVERYWHERE["what"], kind="drill").words
    assert office.press("现在开始演练").status == 303


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"kind": ""}, "请选择：演练，还是突发事件"),
        ({"what": " "}, "请写明发生了什么"),
        ({"countries": ""}, "请写明范围"),
        ({"countries": "乌有国"}, "没有叫“乌有国”的国家"),
        ({"countries": "", "cities": "亚特兰蒂斯"}, "不认识“亚特兰蒂斯”"),
        ({"countries": "", "circle": "1,2"}, "不是圆形范围"),
        ({"countries": "", "numbers": "S00 S99"}, "没有学号 S99"),
        ({"countries": "德国"}, "没有人在那里"),
        ({"countries": "", "units": "火星大学"}, "没有“火星大学”这个单位"),
    ],
)
def test_a_mistake_is_said_and_nothing_that_was_written_is_lost(
    office: Visitor, fields: dict[str, str], words: str
) -> None:
    office.get("/console/rollcalls/new")
    page = office.press("先统计人数", **(EVERYWHERE | fields))
    assert page.status == 422
    assert words in page.words
    assert (EVERYWHERE | fields)["what"].strip() in page.words


def test_an_old_count_starts_nothing(town: Town, office: Visitor) -> None:
    office.get("/console/rollcalls/new")
    office.press("先统计人数", **EVERYWHERE)
    page = office.press("现在开始演练", token="made-up")
    assert page.status == 422
    assert "超过半小时" in page.words
    assert asked(town) == 0


def test_those_outside_the_scope_are_refused_and_it_is_written_down(town: Town, office: Visitor) -> None:
    visitor = town.signed_in("R1")
    visitor.get("/console/rollcalls/new")
    page = visitor.press("先统计人数", what="演练", kind="drill", numbers="S00")
    assert page.status == 422
    query = select(journal.c.detail).where(journal.c.action == "rollcall.refused")
    assert town.app.database.read(lambda conn: conn.execute(query).scalar()) == {"fault": "numbers"}
    where = started(visitor, countries="美国；日本")
    assert "东京" in visitor.get(where).words
    assert "纽约" not in visitor.get(where).words
    assert office.get(where).status == 200


def test_supervisors_have_nothing_to_do_with_it_and_counsellors_start_nothing(town: Town, office: Visitor) -> None:
    where = started(office)
    supervisor, counsellor = town.signed_in("X1"), town.signed_in("C1")
    for path in ("/console/rollcalls", "/console/rollcalls/new", where, f"{where}/people"):
        assert supervisor.get(path).status == 404, path
    assert "全员确认" not in supervisor.get("/console/").words
    assert counsellor.get(where).status == 200
    assert counsellor.get("/console/rollcalls/new").status == 404
    assert "结束这次全员确认" not in counsellor.get(where).words


def test_a_form_of_another_page_does_nothing(office: Visitor) -> None:
    where = started(office)
    for path in ("close", "take", "say", "export.csv", "start"):
        assert office.post(f"{where}/{path}", {"csrf": "no"}).status == 403
    assert office.get("/console/rollcalls/999").status == 404
    assert office.get("/console/rollcalls/99999999999999999999/people").status in {404, 400}


def test_a_word_on_behalf_needs_a_note(town: Town, office: Visitor) -> None:
    where = started(office)
    page = office.get(where + TOKYO)
    assert "陈佳怡" in page.words
    office.press("不在当地", number="S04", note="")
    assert "写明是怎么知道的" in office.follow().words
    office.get(where + TOKYO)
    office.press("不在当地", number="S04", note="打过电话")
    assert "记下了" in office.follow().words
    assert states(town)["elsewhere"] == 1
    assert "由 韩主任 代答" in office.get(f"{where}/people?state=elsewhere").words


def test_a_city_is_taken_with_its_cases(town: Town, office: Visitor) -> None:
    where = started(office, kind="incident")
    office.get(where + TOKYO)
    office.press("这座城市我来负责")
    assert "韩主任 在跟进" in office.follow().words
    query = select(cases.c.state).where(cases.c.reason == "rollcall")
    found = set(town.app.database.read(lambda conn: conn.execute(query).scalars().all()))
    assert found == {"acknowledged"}
    assert "韩主任 在跟进" in office.get(where).words


def test_it_is_closed_and_stays_to_be_read(office: Visitor) -> None:
    where = started(office)
    office.get(where)
    assert office.press("结束这次全员确认").status == 303
    page = office.follow()
    assert "结束于" in page.words
    assert "hx-trigger" not in page.text
    assert "已结束" in office.get("/console/rollcalls").words


def test_the_file_is_safe_to_open_and_its_reason_is_written_down(town: Town, office: Visitor) -> None:
    town.app.database.write(lambda conn: conn.execute(people.update().values(name="=cmd|calc")))
    where = started(office)
    office.get(where)
    page = office.press("CSV", reason="authorities")
    rows = list(csv.DictReader(StringIO(page.text.lstrip("\ufeff"))))
    assert len(rows) == 6
    assert {row["name"] for row in rows} == {"'=cmd|calc"}
    query = select(journal.c.detail).where(journal.c.action == "console.exported")
    details = town.app.database.read(lambda conn: conn.execute(query).scalars().all())
    assert [(detail or {})["reason"] for detail in details] == ["authorities"] * 6
    office.get(where)
    assert office.press("CSV", reason="because").status == 400


def test_a_student_s_report_fills_the_form_in(town: Town, office: Visitor) -> None:
    her, now = number_of(town, "S04"), town.clock.now()
    report = town.app.database.write(lambda conn: add_report(conn, her, "地铁停运", "Tokyo", "JP", now))
    page = office.get(f"/console/rollcalls/new?report={report}")
    assert "地铁停运" in page.text
    assert re.search(r'name="cities" value="Tokyo, JP"', page.text)
    assert office.press("先统计人数", kind="incident", what="地铁停运", cities="Tokyo, JP").status == 200
    for odd in ("0", "x", "²", "9" * 30):
        assert office.get(f"/console/rollcalls/new?report={odd}").status == 404
    town.ground.staff("R2", "coordinator", ("country", "FR"))
    assert town.signed_in("R2").get(f"/console/rollcalls/new?report={report}").status == 404
    count = select(func.count()).select_from(incident_reports)
    assert town.app.database.read(lambda conn: conn.execute(count).scalar()) == 1
    # Everybody who is asked reads it: no more stands there than is asked with, whatever she has told.
    long = town.app.database.write(lambda conn: add_report(conn, her, "震" * 4096, "", "JP", now))
    assert office.get(f"/console/rollcalls/new?report={long}").text.count("震") == LONGEST_WHAT


def test_what_is_only_counted_stays_a_draft(town: Town, office: Visitor) -> None:
    office.get("/console/rollcalls/new")
    office.press("先统计人数", **EVERYWHERE)
    assert "还没有过全员确认" in office.get("/console/rollcalls").words
    query = select(rollcalls.c.state)
    assert town.app.database.read(lambda conn: conn.execute(query).scalar()) == "draft"
    assert office.get("/console/rollcalls/1").status == 404


def test_pages_speak_english_too(town: Town, office: Visitor) -> None:
    where = started(office)
    page: Shown = town.signed_in("E1").get(where)
    for words in ("DRILL: a practice, nothing has happened", "Not asked yet", "By city", "not heard of"):
        assert words in page.words
