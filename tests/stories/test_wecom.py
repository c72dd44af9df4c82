"""A student whose university uses WeCom: she opens the app, is asked whether it is she, and does all by numbers."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import select
from structlog.testing import capture_logs

from bot.addresses.store import addresses
from bot.outbox.store import outbox
from handlers.wecom_webhook import PATH
from tests.fakes.wecom import Failure, FakeWeCom
from tests.fakes.wecom_calls import AGENT_ID, CORP_ID, call
from tests.fakes.wecom_member import Member
from tests.stories.order import drained_in_order
from tests.stories.world import World, instant, world_at


@contextmanager
def university(
    folder: Path, start: str, *, digests: bool = False, programme: str = "", **section: Any
) -> Iterator[tuple[World, FakeWeCom]]:
    """Give a world whose university has WeCom; what members do there reaches the webhook, signed and sealed."""
    with (
        FakeWeCom() as wecom,
        world_at(
            folder, start, channels={"wecom": wecom.values(**section)}, digests=digests, programme=programme
        ) as world,
    ):
        wecom.now = lambda: world.clock.real().timestamp()

        def app(query: str, body: bytes) -> int:
            return world._run(call(world.app.web, PATH, query, body))[0]

        wecom.calls_back(app)
        yield world, wecom
        assert {name: one.unheard for name, one in wecom.members.items() if one.unheard} == {}


def joins(world: World, member: Member) -> Member:
    """Let a member open the app, agree, and take the first answer until nothing is asked any more."""
    member.enters()
    world.settle()
    while any("A " in text for text in member.unheard):
        member.forgets()
        member.says("A")
        world.settle()
    member.forgets()
    return member


def states(world: World) -> list[tuple[Any, ...]]:
    query = select(addresses.c.channel, addresses.c.account, addresses.c.external_id, addresses.c.state)
    found = world.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])
    return [one for one in found if one[0] == "wecom"]


def test_she_joins_answers_by_numbers_changes_and_calls_for_help(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00", digests=True) as (world, wecom):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        teacher, mei = joins(world, wecom.member("C1")), wecom.member("S1")
        assert mei.enters() == 200
        world.settle()
        mei.hears("学校通讯录里，你是S*", "回复字母：", "A 可以，我同意")
        mei.enters()  # opening the app again asks nothing again
        world.settle()
        assert mei.unheard == []
        mei.says("b")  # 先不了
        world.settle()
        mei.hears("改了主意，在这里给我们发句话就行。")
        mei.says("我想好了")
        world.settle()
        mei.hears("学校通讯录里，你是S*")
        mei.says("a")
        world.settle()
        joins(world, mei)
        assert states(world)[-1] == ("wecom", f"{CORP_ID}:{AGENT_ID}", "S1", "working")

        world.fast_forward(to=instant("2026-11-24 23:30"))  # 18:30 in New York
        mei.hears("这周", "回复数字：", "1 平安", "2 有点难", "3 紧急")
        mei.says("1")
        world.settle()
        mei.hears()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        mei.says("２")  # as a Chinese keyboard may write it
        world.settle()
        mei.hears()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["answered"]  # that it is hard is hers to share
        assert teacher.unheard == []

        mei.taps("/channels")
        world.settle()
        mei.hears("1. 企业微信：收发都正常", "还可以加上：\n· Telegram：打开 https://t.me/", "?start=")
        mei.taps("/opportunities")
        world.settle()
        mei.hears("现在没有能申请的项目", "A ")

        mei.taps("/sos")
        world.settle()
        assert world.cases("S1") == [("urgent", "open")]
        assert any("911" in text for text in mei.unheard)
        teacher.hears("S1")
        for one in (mei, teacher):
            one.forgets()


def test_a_stranger_gets_the_usual_reply_and_no_question(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00", digests=True) as (world, wecom):
        nobody = wecom.member("nobody")
        nobody.enters()
        world.settle()
        assert nobody.unheard == []
        nobody.says("你好")
        world.settle()
        nobody.hears("雁信")
        assert states(world) == []


def test_a_press_on_a_card_is_an_answer_and_shows_on_the_card(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 12:00", digests=True, cards=True) as (world, wecom):
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", "New York", "US", language="zh", linked=False)
        mei = wecom.member("S1")
        mei.enters()
        world.settle()
        mei.presses("可以，我同意")
        world.settle()
        joins(world, mei)
        world.fast_forward(to=instant("2026-11-24 23:30"))
        mei.presses("平安")
        world.settle()
        mei.forgets()
        assert [row["answer"] for row in world.responses("S1")] == ["fine"]
        assert {one["button"]["replace_name"] for one in wecom.updates} == {"已收到 ✓"}
        assert {one["userids"][0] for one in wecom.updates} == {"S1"}


def test_an_hour_without_a_token(tmp_path: Path) -> None:
    """One refresh at a time, one alarm, nothing lost, and alarms go out before questions."""
    with university(tmp_path, "2026-11-24 12:00", digests=True) as (world, wecom):
        world.staff("C1", "counsellor", scope="University", language="zh", linked=False)
        for number in ("S1", "S2"):
            world.student(number, "New York", "US", language="zh", linked=False)
        teacher = joins(world, wecom.member("C1"))
        mei, lin = (joins(world, wecom.member(number)) for number in ("S1", "S2"))
        wecom.forgets_tokens()
        wecom.token_calls.clear()
        wecom.is_down("gettoken", Failure(status=502, body="<html>"))
        with capture_logs() as lines:
            world.fast_forward(to=instant("2026-11-24 23:31"))  # both were to be asked at 23:30
            lin.taps("/sos")
            world.settle()
            world.fast_forward(to=instant("2026-11-25 00:30"))
        assert mei.unheard == lin.unheard == teacher.unheard == []
        assert 50 <= len(wecom.token_calls) <= 90  # one a minute once it waits its longest
        assert [
            line["event"] for line in lines if line["event"].startswith("wecom.") and line["log_level"] == "error"
        ] == ["wecom.no_token"]
        wecom.is_down("gettoken", None)
        again = world.clock.now()
        world.fast_forward(minutes=2)
        assert drained_in_order(world, "wecom", again)  # her question behind the alarm and what lin is told
        assert any("这周" in text for text in mei.unheard)
        assert any("S2" in text for text in teacher.unheard)
        waiting = select(outbox.c.id).where(outbox.c.channel == "wecom", outbox.c.state == "waiting")
        left = world.app.database.read(
            lambda conn: list(conn.execute(waiting.where(outbox.c.next_try_at < world.clock.now())))
        )
        assert left == []
        for one in (mei, lin, teacher):
            one.forgets()
