"""The list of those whom nothing reaches is found by the database, and is what a look at each of them would find."""

import pytest

from bot.addresses.rules import Reachable
from bot.ledger import Live
from bot.views import people_list
from bot.views.people_list import people_page
from bot.views.people_wanted import Wanted
from bot.views.scope import Scope
from tests.fakes.ground import NOW, Ground

LIVE: Live = {"web": (), "telegram": (), "mail": (), "wechat": (), "wecom": ()}


@pytest.fixture
def students(ground: Ground) -> dict[str, int]:
    """Return one student for each way that a channel may stand, by number."""
    channels = {
        "S1": [],
        "S2": [("web", "working")],
        "S3": [("telegram", "working")],
        "S4": [("telegram", "gone"), ("mail", "working")],
        "S5": [("wechat", "working")],  # never heard, so that its window is shut
        "S6": [("telegram", "working")],  # something waits there
        "S7": [("dingtalk", "working")],  # switched off
        "S8": [("apprise", "working"), ("telegram", "wrong")],
        "S9": [("telegram", "working"), ("web", "working"), ("mail", "revoked")],
    }
    made = {}
    for number, theirs in channels.items():
        made[number] = ground.student(number, reachable=False)
        ground.trip(made[number])
        for place, (channel, state) in enumerate(theirs):
            one = ground.address(made[number], channel=channel, state=state, position=place)
            if number == "S6":
                waits = {"state": "waiting", "reason": "throttled", "accepted_at": None, "address_id": one}
                ground.message(made[number], None, channel="telegram", **waits)
    return made


@pytest.mark.parametrize("live", [None, LIVE])
def test_what_is_narrowed_is_what_everybody_looked_at_would_give(
    ground: Ground, students: dict[str, int], live: Live | None
) -> None:
    def page(reach: str) -> set[str]:
        wanted, read = Wanted(reach=reach), ground.database.read
        rows = read(lambda conn: people_page(conn, Scope.everything(), wanted, NOW, live)).rows
        return {row.number for row in rows if not reach or row.how == reach}

    every = ground.database.read(lambda conn: people_page(conn, Scope.everything(), Wanted(), NOW, live)).rows
    assert len(every) == len(students)
    for how in Reachable:
        assert page(how) == {row.number for row in every if row.how is how}, how
    expected = {"S1", "S5", "S6", "S7", "S8"} if live else {"S1", "S5", "S6", "S8"}
    assert page("none") == expected


@pytest.mark.usefixtures("students")
def test_who_is_reached_is_not_looked_at_for_the_list_of_those_who_are_not(
    ground: Ground, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people_list, "CHUNK", 2)
    monkeypatch.setattr(people_list, "LOOK_AT", 6)
    wanted = Wanted(reach="none", sort="number")
    found = ground.database.read(lambda conn: people_page(conn, Scope.everything(), wanted, NOW, LIVE))
    assert ([row.number for row in found.rows], found.saw_all) == (["S1", "S5", "S6", "S7", "S8"], True)
