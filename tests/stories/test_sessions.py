"""A branch in six zones meets on the weekend on which some clocks change: invited, moved ten minutes before, held."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, select

from bot.branches.store import branch_members, branches
from bot.engine import sessions as engine
from bot.people.store import by_number, people
from bot.sessions.model import Session
from bot.sessions.rules import Plan
from bot.sessions.store import session_invitations
from bot.views.session_list import listed_sessions
from tests.fakes.web import Visitor
from tests.fakes.wecom import FakeWeCom
from tests.fakes.wecom_member import Member
from tests.stories.test_wecom import joins, university
from tests.stories.world import World, instant

WEDNESDAY = "2026-10-21 12:00"
SUNDAY = instant("2026-10-25 12:00")
"""The night before, Berlin and London have set their clocks back; New York does so a week later."""
PLACES = {
    "S1": ("Berlin", "DE", "10月25日 周日 13:00（北京时间 10月25日 周日 20:00）"),
    "S2": ("London", "GB", "10月25日 周日 12:00（北京时间 10月25日 周日 20:00）"),
    "S3": ("New York", "US", "10月25日 周日 08:00（北京时间 10月25日 周日 20:00）"),
    "S4": ("Tokyo", "JP", "10月25日 周日 21:00（北京时间 10月25日 周日 20:00）"),
    "S5": ("Singapore", "SG", "10月25日 周日 20:00"),
    "S6": ("Sydney", "AU", "10月25日 周日 23:00（北京时间 10月25日 周日 20:00）"),
}
LINK = "https://meet.example.edu/abc"


@contextmanager
def branch(folder: Path) -> Iterator[tuple[World, dict[str, Member], FakeWeCom]]:
    """Give a branch of six members in six zones, who have all opened WeCom."""
    with university(folder, WEDNESDAY) as (world, wecom):
        world.staff("C1", "counsellor", scope="University", linked=False)
        for number, (city, country, _) in PLACES.items():
            world.student(number, city, country, language="zh", linked=False)
        members = {number: joins(world, wecom.member(number)) for number in PLACES}
        world.app.database.write(lambda conn: _found(conn, "B1", list(PLACES)))
        yield world, members, wecom


def _found(conn: Connection, key: str, numbers: list[str]) -> None:
    branch_id = conn.execute(branches.insert().values(key=key, kind="league").returning(branches.c.id)).scalar_one()
    for number in numbers:
        person = by_number(conn, number)
        assert person is not None
        conn.execute(branch_members.insert().values(branch_id=branch_id, person_id=person.id))


def schedule(world: World, key: str = "B1") -> Session:
    plan = Plan("二十大精神学习", SUNDAY, "Asia/Shanghai", 60, LINK)
    now = world.clock.now()

    def work(conn: Connection) -> Session:
        return engine.create(conn, key, plan, None, now, world.app.programmes.current(conn).quiet)

    made = world.app.database.write(work)
    world.settle()
    return made


def move(world: World, made: Session, to: str) -> None:
    now = world.clock.now()
    world.app.database.write(
        lambda conn: engine.change(
            conn, made.id, {"starts_at": instant(to)}, None, now, world.app.programmes.current(conn).quiet
        )
    )
    world.settle()


def counts(world: World) -> dict[str, int]:
    (one,) = world.app.database.read(lambda conn: listed_sessions(conn, world.clock.now(), also_past=True))
    return one.counts


def marks(world: World) -> dict[str, str | None]:
    """Return who was there, by number."""
    table = session_invitations
    query = select(people.c.number, table.c.mark).join(table, table.c.person_id == people.c.id)
    return world.app.database.read(lambda conn: {row.number: row.mark for row in conn.execute(query)})


def is_held(world: World, members: dict[str, Member]) -> None:
    """Hold it, with who had said no and comes; what follows from its end, each at her own hour."""
    world.fast_forward(to=instant("2026-10-25 12:31"))
    for number in ("S1", "S2", "S3"):
        members[number].hears("马上就要开始了", "20:30", LINK)
    for number in ("S1", "S2", "S3", "S4"):  # S5 has said no, and in Sydney it is half past eleven at night
        members[number].hears("开始啦", LINK, "1 我在")
    for number, words in (("S1", "1"), ("S2", "我在"), ("S5", "我在")):  # S5 said no, and comes
        members[number].says(words)
        world.settle()
        members[number].hears("记下了，欢迎你来")
    world.fast_forward(to=instant("2026-10-25 13:59"))
    assert {number: one.unheard for number, one in members.items() if one.unheard} == {}
    assert counts(world) == {"yes": 3, "no": 1, "maybe": 1, "none": 1}
    there = {"S1": "present", "S2": "present", "S3": "absent", "S4": "absent", "S5": "present", "S6": None}
    assert marks(world) == there

    world.fast_forward(to=instant("2026-10-25 15:00"))  # in New York it is eleven, in Tokyo midnight
    members["S3"].hears("这次活动没等到你", "现在补学")
    world.fast_forward(to=instant("2026-10-25 22:30"))
    members["S4"].hears("这次活动没等到你", "11月1日 周日 22:30（北京时间 11月1日 周日 21:30）之前")
    members["S6"].hears(
        "这次活动没等到你", "现在补学"
    )  # nobody asked her in her night; in her morning she can catch up
    assert {number: one.unheard for number, one in members.items() if one.unheard} == {}


def test_six_zones_one_who_said_no_and_comes_and_a_move_ten_minutes_before(tmp_path: Path) -> None:
    with branch(tmp_path) as (world, members, _wecom):
        world.fast_forward(to=instant("2026-10-22 12:00"))  # 08:00 in New York, 23:00 in Sydney
        for one in members.values():
            one.forgets()
        made = schedule(world)
        for number in ("S1", "S2", "S3", "S4", "S5"):
            text = members[number].hears("邀请你参加一次线上活动", PLACES[number][2], "1 我参加")
            assert "二十大" not in text
            assert LINK not in text
        assert members["S6"].unheard == []  # she sleeps
        world.fast_forward(to=instant("2026-10-22 20:00"))  # seven in Sydney
        members["S6"].hears(PLACES["S6"][2])

        for number, sign in (("S1", "1"), ("S2", "2"), ("S3", "1"), ("S6", "3")):
            members[number].says(sign)
            world.settle()
            members[number].hears()
        members["S1"].says("4")
        world.settle()
        members["S1"].hears("二十大精神学习", LINK)
        assert counts(world) == {"yes": 2, "no": 1, "maybe": 1, "none": 2}

        world.fast_forward(to=instant("2026-10-24 12:00"))  # a day before: replies are wanted no longer
        for number in ("S4", "S5"):
            members[number].hears("还不知道你来不来")
            assert members[number].unheard == []
        members["S5"].says("2")
        world.settle()
        members["S5"].hears("不会再问你")
        for number in ("S1", "S3"):
            members[number].hears("提醒一下", PLACES[number][2], LINK)
        members["S2"].says("1")  # she said no, and comes
        world.settle()
        members["S2"].hears("好的，到时候见", "以这次为准", PLACES["S2"][2])

        world.fast_forward(to=instant("2026-10-25 11:49"))
        for number in ("S1", "S2", "S3"):
            members[number].hears("一小时之内就开始了")
        move(world, made, "2026-10-25 12:30")
        for number, (_, _, at) in PLACES.items():
            members[number].hears("改时间了", f"原来：{at}", "20:30")
        is_held(world, members)


def test_on_telegram_there_is_a_neutral_line_and_her_page_has_the_rest(tmp_path: Path) -> None:
    with university(tmp_path, WEDNESDAY) as (world, _wecom):
        world.staff("C1", "counsellor", scope="University", linked=False)
        mei = world.student("S1", "Berlin", "DE")
        world.app.database.write(lambda conn: _found(conn, "B1", ["S1"]))
        schedule(world)
        line = mei.hears("It is not shown here")
        assert "meeting" not in line.text
        page = next(part for part in line.text.split() if "/a/" in part)
        browser = Visitor(world.app.web)
        shown = browser.get(page[page.index("/a/") :])
        assert "Sun 25 Oct, 13:00" in shown.words
        browser.press("1 I will come")
        world.settle()
        assert counts(world)["yes"] == 1
        world.fast_forward(to=instant("2026-10-25 11:55"))
        for _ in range(3):
            mei.hears("It is not shown here")
        assert LINK in browser.get(page[page.index("/a/") :]).words
