"""A student searches, follows and settles on a page of her own, and takes a planning pack along; nothing shows who."""

import io
from datetime import timedelta
from typing import Any

import pytest
from docx import Document
from pypdfium2 import PdfDocument

from bot.deadlines.store import deadlines
from bot.opportunities import interests, store
from bot.opportunities.store import opportunities
from handlers.links_made import plan_link
from tests.fakes.ground import NOW
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town

EMPTY: dict[str, Any] = dict.fromkeys(("title_en", "tag", "funding", "levels", "text", "text_en", "link"), "")


@pytest.fixture
def offered(town: Town) -> tuple[int, int]:
    """Return two opportunities: Kyoto, which closes later, and Bonn for doctors."""

    def put(key: str, **values: Any) -> int:
        row = EMPTY | {"key": key, "title": key, "type": "exchange", "entered_at": NOW} | values
        return town.ground.put(opportunities, **row)

    kyoto = put("京都交换", host="Kyoto University", country="JP", due_at=NOW + timedelta(days=60), tag="战略伙伴")
    bonn = put("Bonn", host="Uni Bonn", country="DE", due_at=NOW + timedelta(days=40), levels="doctor")
    put("Over", host="INSA Lyon", country="FR", due_at=NOW - timedelta(days=1))
    put("Gone", host="Gone", country="FR", due_at=NOW + timedelta(days=9), withdrawn_at=NOW)
    return kyoto, bonn


def page_of(town: Town, number: str) -> tuple[int, str]:
    person = town.ground.student(number, reachable=False)
    made = town.app.database.write(lambda conn: plan_link(conn, town.app.settings, person, town.clock.real()))
    return person, made.removeprefix(town.app.settings.service.url)


@pytest.mark.usefixtures("offered")
def test_open_ones_first_and_the_nearest_last_day_first(town: Town) -> None:
    _, page = page_of(town, "S1")
    reader = Visitor(town.app.web)
    words = reader.get(f"{page}/opportunities").words
    assert words.index("Uni Bonn ·") < words.index("Kyoto University ·")
    assert words.index("Kyoto University ·") < words.index("INSA Lyon ·")
    assert "Gone" not in words
    assert "按我们知道的，这个项目面向别的同学" in words
    assert "Uni Bonn ·" not in reader.get(f"{page}/opportunities?country=JP&partner=战略伙伴").words
    assert "Uni Bonn ·" in reader.get(f"{page}/opportunities?words=bonn", accept_language="en").words
    assert "现在没有能申请的" in reader.get(f"{page}/opportunities?type=degree").words


def test_following_and_settling_take_one_tap_and_one_tap_back(town: Town, offered: tuple[int, int]) -> None:
    person, page = page_of(town, "S1")
    reader = Visitor(town.app.web)

    def state(number: int) -> str:
        heard = town.app.database.read(lambda conn: store.heard_one(conn, number, person))
        return "" if heard is None else heard.state.value

    reader.get(f"{page}/opportunities")
    assert reader.press("+ 日本").status == 303
    assert "有新项目就挑合适的时间告诉你" in reader.follow().words
    assert state(offered[0]) == "waiting"
    reader.press("不打算去")
    assert state(offered[0]) == "not_mine"
    reader.follow()
    reader.press("其实还没办")
    assert state(offered[0]) == "waiting"
    reader.follow()
    reader.press("日本 ✓")
    assert town.app.database.read(lambda conn: interests.of_person(conn, person)) == []
    assert state(offered[0]) == "waiting"  # she asked for this one herself
    for wrong in (
        {"deed": "follow", "follows": "host", "value": "Nowhere"},
        {"deed": "follow", "follows": "colour", "value": "red"},
        {"deed": "remind", "opportunity": "9" * 30},
        {"deed": "drop", "interest": "x"},
        {},
    ):
        assert reader.post(f"{page}/opportunities", wrong).headers["location"].endswith("said=not")


def test_a_planning_pack_counts_back_and_goes_along(town: Town, offered: tuple[int, int]) -> None:
    _, page = page_of(town, "S1")
    row = {"key": "D1", "title": "学分认定", "kind": "credits", "note": "", "link": "", "levels": "", "types": ""}
    town.ground.put(deadlines, **row, due_at=NOW + timedelta(days=20), countries="JP")
    reader = Visitor(town.app.web)
    words = reader.get(f"{page}/pack/{offered[0]}").words
    for said in ("京都交换", "Kyoto University", "和导师、辅导员谈一谈", "学分认定", "还没有人写过"):
        assert said in words
    assert "联系外方导师" not in words  # of a research stay
    taken = reader.get(f"{page}/pack/{offered[0]}/pack.docx")
    text = "\n".join(line.text for line in Document(io.BytesIO(taken.body)).paragraphs)
    assert text.startswith("京都交换")
    for said in ("Kyoto University", "□ ", "检查一遍，提交申请", "学分认定"):
        assert said in text
    assert "{" not in text
    pdf = PdfDocument(reader.get(f"{page}/pack/{offered[0]}/pack.pdf").body)
    first = pdf[0].get_textpage().get_text_range()
    pdf.close()
    assert first.startswith("京都交换")
    assert "检查一遍，提交申请" in first
    country = reader.get(f"{page}/pack?country=DE").words
    assert "规划去德国" in country
    assert "提前 60 天" in country
    assert "学分认定" not in country
    assert reader.get(f"{page}/pack/pack.docx?country=DE").status == 200
    assert reader.get(f"{page}/pack/pack.docx").status == 404
    assert "选一个项目或国家" in reader.get(f"{page}/pack").words


def test_what_was_taken_back_and_links_of_others_open_nothing(town: Town, offered: tuple[int, int]) -> None:
    _, page = page_of(town, "S1")
    reader = Visitor(town.app.web)
    assert reader.get(f"{page}/pack/{offered[1] + 2}").status == 404
    for path in ("opportunities", f"pack/{offered[0]}", "pack/pack.docx"):
        assert reader.get(f"/plan/forged/{path}").status == 404
    assert reader.post("/plan/forged/opportunities", {"deed": "remind"}).status == 404
    town.clock.advance(timedelta(days=31))
    assert reader.get(f"{page}/opportunities").status == 410
