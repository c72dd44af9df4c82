"""What a stay reminds of: the embassy where the school has named a page, and forms whose last day is near."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from bot.deadlines.model import About
from bot.deadlines.rules import Telling, next_telling
from bot.engine.stay_reminders import Matter, matters_of
from bot.local_time import Quiet
from bot.reports.forms import OtherForm
from bot.trips.model import Trip
from tests.support.school import utc

PAGE = "https://embassy.example.org"
COUNCIL = OtherForm("council", {"zh": "研修报告", "en": "Progress report"}, ("done",), "", 3, ("csc",), remind=True)
NOW = utc("2026-11-20 12:00")


def a_trip(**values: object) -> Trip:
    known = dict.fromkeys(Trip.__dataclass_fields__)
    base = known | {"id": 1, "person_id": 1, "country": "DE", "zone": "Europe/Berlin", "funding": "CSC 2026"}
    return Trip(**base | {"departs": date(2026, 9, 1), "returns": date(2027, 6, 30)} | values)  # type: ignore[arg-type]


def found(trip: Trip, links: dict[str, str], *forms: OtherForm, language: str = "en") -> list[Matter]:
    return list(matters_of(trip, language, links, forms, NOW))


def test_a_week_after_landing_in_her_evening() -> None:
    (one,) = found(a_trip(landing_at=datetime(2026, 9, 2, 22, 30, tzinfo=UTC)), {"DE": PAGE})  # the third in Berlin
    assert (one.about, one.link) == (About.EMBASSY, PAGE)
    told = next_telling(one.about, one.due_at, "Europe/Berlin", Quiet(), utc("2026-09-03 00:00"), was_told=False)
    assert told == Telling(60, utc("2026-09-10 16:30"))
    assert next_telling(one.about, one.due_at, "Europe/Berlin", Quiet(), told.at, was_told=True) is None


@pytest.mark.parametrize(
    ("changes", "links", "page"),
    [
        ({}, {"GB": PAGE}, None),
        ({}, {}, None),
        ({"country": "FR"}, {"GB": "x", "else": PAGE}, PAGE),
        ({"returns": date(2026, 9, 14)}, {"DE": PAGE}, None),
        ({"returns": date(2026, 9, 15)}, {"DE": PAGE}, PAGE),
    ],
)
def test_where_the_school_has_named_a_page_and_she_stays_for_two_weeks(
    changes: dict[str, object], links: dict[str, str], page: str | None
) -> None:
    assert [one.link for one in found(a_trip(**changes), links)] == ([] if page is None else [page])


def test_only_the_last_day_of_a_form_that_is_near() -> None:
    (one,) = found(a_trip(), {}, COUNCIL)
    assert (one.key, one.title, one.due_at) == ("council:1", "Progress report 1/4", utc("2026-12-01 15:59"))
    assert found(a_trip(), {}, COUNCIL, language="zh")[0].title == "研修报告 1/4"
    assert found(a_trip(funding="own"), {}, COUNCIL) == []
    assert found(a_trip(), {}, replace(COUNCIL, remind=False)) == []
    assert [one.key for one in found(a_trip(returns=date(2026, 11, 30)), {}, COUNCIL)] == ["council:1"]
