"""The published figures of one practice: imported by the real importer, shown alike on page, in workbook and in PDF."""

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from urllib.parse import quote

import openpyxl
import pypdfium2
import pytest
from sqlalchemy import select

from bot.app import App
from bot.clock import ManualClock
from bot.journal.store import journal
from bot.roster.read import read_roster
from handlers.roster_imported import import_roster
from tests.fakes.ground import NOW, Ground
from tests.fakes.practice import write_practice
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town, settings_in

TABLES = {
    "交流率（按年份）": [["2010", "–", "5 %", "23 %"], ["2019", "–", "23 %", "99 %"]],
    "国家公派联合培养（按年份）": [["2010", "–", "0 %", "1.6 %"], ["2019", "–", "0 %", "9.9 %"]],
}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Town]:
    folder: Path = tmp_path_factory.mktemp("practice")
    clock = ManualClock(NOW)
    app = App(settings_in(folder), clock, paced=False)
    write_practice(folder / "practice.xlsx")
    sheets = read_roster(folder / "practice.xlsx")
    app.database.write(
        lambda conn: import_roster(conn, sheets, prune=set(), dry_run=False, now=NOW, programmes=app.programmes)
    )
    town = Town(app, clock, Ground(app.database))
    town.ground.staff("O1", "office")
    town.ground.staff("K1", "coordinator", ("unit", "示例大学/文学院"))
    town.ground.staff("C9", "counsellor")
    town.ground.staff("P9", "supervisor")
    town.ground.staff("B9", "secretary")
    yield town
    app.close()


@pytest.fixture
def office(practice: Town) -> Visitor:
    return practice.signed_in("O1")


def tables_of(text: str) -> dict[str, list[list[str]]]:
    """Return the cells of every table of a page by its title."""
    found = {}
    for section in re.findall(r'<section class="figures".*?</section>', text, re.DOTALL):
        title = re.search(r"<h2[^>]*>(.*?)</h2>", section)
        assert title is not None
        rows = re.findall(r"<tr>(.*?)</tr>", section, re.DOTALL)[1:]
        found[title[1]] = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in rows]
    return found


def test_the_page_shows_exactly_the_published_figures(office: Visitor) -> None:
    page = office.get("/console/statistics?year=2019")
    assert page.status == 200
    found = tables_of(page.text)
    for title, rows in TABLES.items():
        assert found[title][:2] == rows
    assert found["交流率（按层次）"][1:3] == [
        ["硕士", "1000", "230", "23 %", "114", "49.6 %"],
        ["博士", "1000", "990", "99 %", "494", "49.9 %"],
    ]
    assert found["还没有出过国的博士生"][0] == ["全校", "1240", "1220", "20", "1.6 %"]
    assert found["年度目标"] == [
        ["示例大学", "三个月及以上人次", "全部层次", "1000", "608", "60.8 %", "进行中", "国际处"],
        ["示例大学", "国际组织实习", "全部层次", "10", "0", "0 %", "仍为零", "就业指导中心"],
    ]


def test_a_chart_draws_the_numbers_of_its_table(office: Visitor) -> None:
    text = office.get("/console/statistics?year=2019").text
    section = re.search(r'<section class="figures" id="years".*?</section>', text, re.DOTALL)
    assert section is not None
    assert 'data-chart="line" data-columns="1,2,3"' in section[0]
    assert re.findall(r'data-value="([^"]*)"', section[0]) == ["0.05", "0.23", "0.23", "0.99"]


def test_every_table_says_its_definition_its_date_and_its_filter(office: Visitor) -> None:
    text = office.get(f"/console/statistics?year=2019&unit={quote('示例大学/文学院')}&level=doctor").text
    sections = re.findall(r'<section class="figures".*?</section>', text, re.DOTALL)
    assert len(sections) == 14
    for section in sections:
        assert "截至 2026-11-18" in section
        assert "单位：示例大学 / 文学院" in section
        assert "口径：" in section


def test_the_workbook_says_the_same(practice: Town, office: Visitor) -> None:
    office.get("/console/statistics?year=2019")
    made = office.press("下载 Excel")
    assert made.status == 200
    assert made.headers["content-disposition"].endswith('statistics-2019-20261118.xlsx"')
    book = openpyxl.load_workbook(BytesIO(made.body))
    for title, rows in TABLES.items():
        sheet = book[title]
        said = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=7, max_row=8, max_col=4)]
        assert said == [[text if "%" not in text else float(text[:-2]) / 100 for text in row] for row in rows]
        assert sheet["B7"].value == "–"
        assert "截至 2026-11-18" in sheet["A2"].value
        assert "全校" in sheet["A2"].value
        assert sheet["A3"].value.startswith("口径：")
    lines = practice.app.database.read(
        lambda conn: conn.execute(select(journal).where(journal.c.action == "statistics.exported")).all()
    )
    assert lines[-1].detail == {"format": "xlsx", "year": 2019, "unit": "", "level": "all"}


def test_the_pdf_says_the_same_in_chinese(office: Visitor) -> None:
    office.get("/console/statistics?year=2019")
    made = office.press("下载 PDF")
    assert made.headers["content-type"] == "application/pdf"
    document = pypdfium2.PdfDocument(made.body)
    text = "\n".join(page.get_textpage().get_text_range() for page in document)
    document.close()
    flat = re.sub(r"\s+", "", text)
    for title, rows in TABLES.items():
        after = flat[flat.index(title) :]
        for row in rows:
            assert "".join(row).replace(" ", "") in after
    assert flat.count("截至2026-11-18") >= 15
    assert flat.count("口径") >= 15
    assert "国家公派联合培养" in flat
    assert "UniversitätBonn(德国)" in flat


def test_a_unit_s_coordinator_sees_her_unit_and_no_other(practice: Town) -> None:
    visitor = practice.signed_in("K1")
    page = visitor.get("/console/statistics?year=2019")
    assert tables_of(page.text)["交流率（按单位）"] == [["示例大学 / 文学院", "–", "610", "–", "304", "49.8 %"]]
    assert "理学院" not in page.text
    assert "提问的答复" not in page.text
    assert visitor.get(f"/console/statistics?unit={quote('示例大学/文学院')}").status == 200
    for odd in ("示例大学", "示例大学/理学院", "没有这个单位", ""):
        assert visitor.get(f"/console/statistics?unit={quote(odd)}").status == 404


@pytest.mark.parametrize("number", ["C9", "P9", "B9"])
def test_whoever_has_no_unit_finds_no_statistics(practice: Town, number: str) -> None:
    visitor = practice.signed_in(number)
    assert "/console/statistics" not in visitor.get("/console/").text
    assert visitor.get("/console/statistics").status == 404


def test_odd_choices_are_not_found(office: Visitor) -> None:
    for odd in ("year=1999", "year=soon", "level=happy", "year=2019&unit=%00"):
        assert office.get(f"/console/statistics?{odd}").status == 404


def test_a_forged_form_takes_nothing_out(office: Visitor) -> None:
    assert office.post("/console/statistics", {"format": "pdf", "csrf": "x", "unit": "", "year": "2019"}).status == 403
