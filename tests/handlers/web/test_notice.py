"""Words for a group in the console: both languages at once, a QR code, faults that lose nothing, and only for staff."""

import pytest

from tests.fakes.school import settle
from tests.handlers.web.conftest import Town

PAGE = "/console/notice"


@pytest.fixture
def town(town: Town) -> Town:
    settle(town.ground)
    return town


def test_both_languages_and_a_qr_code(town: Town) -> None:
    visitor = town.signed_in("O1")
    visitor.get(PAGE)
    values = {"meeting": "yes", "at": "2026-11-28T20:00+08:00", "countries": "英国", "link": "https://meet.example/1"}
    page = visitor.press("生成文字", **values)
    assert page.status == 200
    assert "11月28日 周六 12:00：伦敦" in page.text
    assert "Sat 28 Nov, 12:00: London" in page.text
    assert 'src="data:image/png;base64,' in page.text


def test_a_fault_is_said_and_nothing_that_was_written_is_lost(town: Town) -> None:
    visitor = town.signed_in("O1")
    visitor.get(PAGE)
    page = visitor.press("生成文字", meeting="", text="还没回的：王雨桐")
    assert page.status == 422
    assert "群通知从不点名" in page.words
    assert "还没回的：王雨桐" in page.text
    visitor.get(PAGE)
    assert "看不懂这个时间" in visitor.press("生成文字", meeting="", text="x", at="tomorrow").words
    visitor.get(PAGE)
    assert visitor.press("生成文字", meeting="", text="x", link="ftp://x").status == 422


def test_it_is_nothing_for_a_supervisor(town: Town) -> None:
    assert town.signed_in("X1").get(PAGE).status == 404
    assert town.visitor().get(PAGE).status == 401
