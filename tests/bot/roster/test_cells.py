from datetime import date, datetime, time

import pytest

from bot.roster.cells import Wrong, date_of, number_of, parts_of, text_of, unit_of
from bot.roster.model import Cell

DAY = date(2026, 9, 1)


@pytest.mark.parametrize(
    "cell",
    [
        datetime(2026, 9, 1),  # noqa: DTZ001 - as Excel gives it
        datetime(2026, 9, 1, 8, 30),  # noqa: DTZ001 - as Excel gives it
        DAY,
        "2026-09-01",
        "2026/9/1",
        "2026.9.1",
        " 2026-9-01 ",
        "２０２６-０９-０１",
        "2026年9月1日",
        "2026-09-01 00:00:00",
    ],
)
def test_a_date_is_read_however_it_is_written(cell: Cell) -> None:
    assert date_of(cell) == DAY


@pytest.mark.parametrize("cell", [None, "", "  "])
def test_an_empty_date_is_none(cell: Cell) -> None:
    assert date_of(cell) is None


@pytest.mark.parametrize("cell", ["2026-13-01", "2026-02-30", "1.9.2026", "soon", 46266, "206-09-01", "0206-09-01"])
def test_what_is_no_date_is_refused(cell: Cell) -> None:
    with pytest.raises(Wrong):
        date_of(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (20230001.0, "20230001"),
        (20230001, "20230001"),
        ("20230001.0", "20230001"),
        (" 20230001\u200b", "20230001"),
        ("２０２３０００１", "20230001"),
        ("T17", "T17"),
        ("0012", "0012"),
        (None, ""),
    ],
)
def test_a_number_is_text_whatever_excel_made_of_it(cell: Cell, text: str) -> None:
    assert number_of(cell) == text


@pytest.mark.parametrize("cell", ["2.02E+07", 1.23456789012346e17, datetime(2026, 1, 2), "#N/A"])  # noqa: DTZ001 - Excel's
def test_a_number_that_excel_has_spoilt_is_refused(cell: Cell) -> None:
    with pytest.raises(Wrong):
        number_of(cell)


@pytest.mark.parametrize(
    ("cell", "text"),
    [("  a\r\nb ", "a\nb"), (True, "TRUE"), (1.5, "1.5"), (time(8, 30), "08:30:00"), ("=1+1", "=1+1"), ("@x", "@x")],
)
def test_text_is_what_the_cell_says(cell: Cell, text: str) -> None:
    assert text_of(cell) == text


def test_control_characters_are_refused() -> None:
    with pytest.raises(Wrong, match="control"):
        text_of("a\x00b")


def test_a_unit_is_a_path_without_space_around_its_parts() -> None:
    assert unit_of(" 示例大学 ／ 文学院/历史系/ ") == "示例大学/文学院/历史系"
    assert unit_of("") is None
    with pytest.raises(Wrong, match="empty part"):
        unit_of("a//b")
    with pytest.raises(Wrong, match="200"):
        unit_of("a/" + "b" * 201)


def test_a_cell_of_several_is_cut_at_either_semicolon() -> None:
    assert parts_of(" a; b；c\nd; ", ";；") == ["a", "b", "c", "d"]
