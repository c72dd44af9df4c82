"""Rotas with mistakes: every one of them is told at once, with its place and how to mend it."""

import tomllib

import pytest

from bot.duty.parse import parse
from bot.errors import MistakesError
from tests.support.rotas import EUROPE, rotas


def mistakes(text: str) -> list[str]:
    with pytest.raises(MistakesError) as caught:
        parse(tomllib.loads(text), "duty.toml")
    assert all(mistake.mend for mistake in caught.value.mistakes)
    return [f"{mistake.where}: {mistake.what}" for mistake in caught.value.mistakes]


def test_every_mistake_is_told_at_once() -> None:
    told = mistakes(
        """
        [[rota]]
        name = "Europe"
        zone = "Europe/Berln"
        handover = "Someday 25:00"
        members = []
        since = "soon"
        hours = ["Mon-Fri 08:00", "Mon-Foo 08:00-10:00"]
        scope = ["planet:Earth"]
        colour = "red"
        overrides = [
          { from = "2026-11-30 09:00", to = "2026-11-28 09:00", who = "T003" },
          { from = "yesterday", to = 2026-11-28 09:00:00, who = "" },
          { from = "2026-11-28 09:00" },
        ]
        [[rota]]
        members = "T001"
        """
    )
    assert told == [
        'duty.toml: rota "Europe": colour: there is no such key',
        "duty.toml: rota \"Europe\": handover: 'Someday 25:00' is no weekly hand-over",
        "duty.toml: rota \"Europe\": scope: 'planet:Earth' is no scope",
        "duty.toml: rota \"Europe\": zone: 'Europe/Berln' is no time zone",
        'duty.toml: rota "Europe": members: is empty',
        "duty.toml: rota \"Europe\": since: 'soon' is no date",
        "duty.toml: rota \"Europe\": hours: 'Mon-Fri 08:00' cannot be read",
        "duty.toml: rota \"Europe\": hours: 'Mon-Foo 08:00-10:00' cannot be read",
        'duty.toml: rota "Europe": override 1: ends at 2026-11-28 09:00, before it begins',
        "duty.toml: rota \"Europe\": override 2 from: 'yesterday' is no time",
        "duty.toml: rota \"Europe\": override 2 who: '' is no staff number",
        'duty.toml: rota "Europe": override 3: needs from, to and who, and nothing else',
        "duty.toml: rota 2: name: is missing",
        "duty.toml: rota 2: zone: is missing",
        "duty.toml: rota 2: handover: is missing",
        "duty.toml: rota 2: since: is missing",
        "duty.toml: rota 2: members: 'T001' is no list",
    ]


def test_two_rotas_of_one_name_are_a_mistake() -> None:
    assert mistakes(EUROPE + EUROPE) == ['duty.toml: rota "Europe": stands here 2 times']


@pytest.mark.parametrize("text", ["rota = 5", "rota = [1]", "rotas = []"])
def test_what_is_no_rota_at_all_is_told_too(text: str) -> None:
    assert len(mistakes(text)) == 1


@pytest.mark.parametrize(
    ("written", "weekdays"),
    [("Mon-Fri", {0, 1, 2, 3, 4}), ("Sat,Sun", {5, 6}), ("Fri-Mon", {4, 5, 6, 0}), ("daily", set(range(7)))],
)
def test_weekdays_read_as_people_write_them(written: str, weekdays: set[int]) -> None:
    (rota,) = rotas(EUROPE.replace("daily", written)).rotas
    assert set(rota.hours[0].weekdays) == weekdays
