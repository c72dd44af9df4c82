"""The question of a roll-call is held up, and she writes meanwhile: it comes once, and her answer is heard."""

from pathlib import Path

from bot.rollcalls.model import Area
from tests.fakes.wecom import Failure
from tests.stories import test_wechat, test_wecom
from tests.stories.test_rollcall import heard_of, seen, start
from tests.stories.world import World

AMERICA = Area(countries=("US",))
QUESTION = "你安全吗"


def questions(texts: list[str]) -> int:
    return sum(QUESTION in text for text in texts)


def office(world: World) -> None:
    world.staff("O1", "office", linked=False)


def test_outside_the_window_of_wechat_a_word_of_hers_brings_it_once(tmp_path: Path) -> None:
    with test_wechat.university(tmp_path, "2026-11-25 03:00") as (world, wechat):
        office(world)
        mei = test_wechat.enrolled(world, wechat)
        world.fast_forward(days=3)
        rollcall = start(world, drill=False, area=AMERICA)
        assert questions(mei.unheard) == 0
        mei.forgets()
        mei.says("在吗？")
        world.settle()
        assert questions(mei.unheard) == 1
        mei.says("1")
        world.settle()
        assert heard_of(seen(world, rollcall)) == {"safe": 1}
        world.forgets()
        mei.forgets()


def test_after_an_outage_it_comes_once_however_often_she_wrote(tmp_path: Path) -> None:
    with test_wecom.university(tmp_path, "2026-11-25 03:00") as (world, wecom):
        office(world)
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = test_wecom.joins(world, wecom.member("S1"))
        wecom.forgets_tokens()
        wecom.is_down("gettoken", Failure(status=502, body="<html>"))
        rollcall = start(world, drill=False, area=AMERICA)
        for words in ("在吗？", "听得到吗？"):
            mei.says(words)
            world.settle()
        wecom.is_down("gettoken", None)
        world.fast_forward(minutes=2)
        assert questions(mei.unheard) == 1
        mei.forgets()
        mei.says("这是什么？")  # it is there: she may read it again
        world.settle()
        assert questions(mei.unheard) == 1
        mei.says("1")
        world.settle()
        assert heard_of(seen(world, rollcall)) == {"safe": 1}
        world.forgets()
        mei.forgets()
