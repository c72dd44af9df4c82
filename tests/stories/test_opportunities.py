"""She follows Japan, hears of what is new by day, is reminded in time, and hears once of what moved or is off."""

from pathlib import Path

from tests.stories.test_deadlines import hands_in
from tests.stories.test_faults_outage import ITEM, RUNG
from tests.stories.world import World, instant, world_at

HEAD = "opportunity,title,host,country,type,due,time"
KYOTO = "X1,Kyoto exchange,Kyoto University,JP,exchange,{},17:00"
OSAKA = "X2,Osaka summer,Osaka University,JP,summer_school,2026-12-16,17:00"
BONN = "X3,Bonn exchange,Bonn University,DE,exchange,2027-01-20,17:00"


PROGRAMME = ITEM.format(key="brazilian", country="BR", at="08:30") + RUNG.format("missed", "PT22H")
"""Asks nobody of this story."""


def offers(world: World, *lines: str, prune: bool = False) -> None:
    hands_in(world, *lines, sheet="opportunities", head=HEAD, prune=prune)


def test_followed_heard_of_reminded_moved_and_taken_back(tmp_path: Path) -> None:
    more = {"opportunities": {"days": [2, 1]}}
    with world_at(tmp_path, "2026-11-25 20:00", programme=PROGRAMME, more=more, digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei, li = world.student("S1"), world.student("S2", "Berlin", "DE")  # Mei is in New York
        world.forgets()
        mei.says("/opportunities Japan")
        world.settle()
        assert mei.hears("Nothing is open for “Japan”").labels == ["Follow: Japan", "What I follow"]
        mei.presses("Follow: Japan")
        world.settle()
        mei.hears("You hear when there is something new: Japan ✓")
        world.fast_forward(to=instant("2026-11-26 06:00"))
        offers(world, KYOTO.format("2026-11-30"), BONN)  # in the night of New York
        assert mei.unheard == []
        world.fast_forward(to=instant("2026-11-26 14:00"))
        news = mei.hears("fits what you follow", "Kyoto exchange", "Mon 30 Nov, 04:00 (Mon 30 Nov, 17:00 in Beijing)")
        assert news.labels == ["Kyoto exchange", "What I follow"]
        mei.says("/why")
        world.settle()
        mei.hears("because of an opportunity that you follow")
        offers(world, OSAKA)  # the next news wait for a week
        world.fast_forward(to=instant("2026-11-28 23:30"))
        assert mei.hears("“Kyoto exchange” closes on Mon 30 Nov, 04:00").labels[:2] == ["Done ✓", "Nothing for me"]
        offers(world, KYOTO.format("2026-12-10"))
        mei.hears("“Kyoto exchange” has a new last day to apply: Thu 10 Dec, 04:00")
        offers(world, KYOTO.format("2026-12-10"))
        world.fast_forward(to=instant("2026-12-03 14:00"))
        mei.hears("fits what you follow", "Osaka summer")
        mei.presses("Osaka summer")
        world.settle()
        assert "Nothing for me" in mei.hears("Osaka University · Japan · Summer school", "Apply by: Wed 16 Dec").labels
        mei.presses("Nothing for me")
        world.settle()
        mei.hears("we are quiet about it: “Osaka summer”")
        world.fast_forward(to=instant("2026-12-08 23:30"))
        mei.hears("“Kyoto exchange” closes on Thu 10 Dec")
        offers(world, BONN, prune=True)
        mei.hears("“Kyoto exchange” is off")
        world.fast_forward(to=instant("2026-12-15 12:00"))
        assert mei.unheard == li.unheard == []  # nobody else heard of any of it
