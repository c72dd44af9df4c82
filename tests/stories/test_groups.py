"""The office writes into groups that have a robot: signed, in parts, at the platform's pace, and never lost."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from structlog.testing import capture_logs

from bot.cli.context import Tool
from bot.cli.notice import notice
from bot.cli.rollcall import rollcall
from bot.engine.group_posts import Notice, groups_of, queue
from bot.groups.model import About
from bot.groups.store import group_posts
from bot.journal.store import journal
from tests.fakes.dingtalk import GROUP_PATH, FakeDingTalk
from tests.fakes.dingtalk import Failure as DingTalkFailure
from tests.fakes.telegram_phone import Phone
from tests.fakes.wecom import FakeWeCom
from tests.stories.world import World, world_at

START = "2026-11-24 12:00"


class Office:
    """The command line beside the running service."""

    def __init__(self, world: World, boss: Phone) -> None:
        self.world, self.boss = world, boss
        self.tool = Tool(clock=world.clock)
        self.tool.__dict__["settings"] = world.app.settings

    def says(self, *words: str) -> Result:
        done = CliRunner().invoke(notice, list(words), obj=self.tool)
        self.world.settle()
        return done

    def fates(self) -> list[tuple[Any, ...]]:
        query = select(group_posts.c.name, group_posts.c.part, group_posts.c.state, group_posts.c.reason)
        return self.world.app.database.read(
            lambda conn: [tuple(row) for row in conn.execute(query.order_by(group_posts.c.id))]
        )


@contextmanager
def university(
    folder: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom, *, database_url: str = ""
) -> Iterator[tuple[World, Office]]:
    channels = {
        "dingtalk": dingtalk.values(
            groups=[dingtalk.groups.values(g, dingtalk.url) for g in dingtalk.groups.known.values()]
        ),
        "wecom": wecom.values(groups=[wecom.groups.values(g, wecom.url) for g in wecom.groups.known.values()]),
    }
    with world_at(folder, START, channels=channels, database_url=database_url) as world:
        dingtalk.now = wecom.now = lambda: world.clock.real().timestamp()
        dingtalk.waits_until_open()
        boss = world.staff("O1", "office", language="zh")
        world.staff("C1", "counsellor", scope="University", linked=False)
        world.student("S1", "New York", "US", language="zh")
        yield world, Office(world, boss)


@pytest.fixture
def dingtalk() -> Iterator[FakeDingTalk]:
    with FakeDingTalk() as running:
        yield running


@pytest.fixture
def wecom() -> Iterator[FakeWeCom]:
    with FakeWeCom() as running:
        yield running


def test_the_very_words_of_a_notice_stand_in_both_groups(
    tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom, any_database_url: str
) -> None:
    family = dingtalk.groups.add("赴美同学", secret="SECof-the-group")
    class_ = wecom.groups.add("二班")
    with university(tmp_path, dingtalk, wecom, database_url=any_database_url) as (world, office):
        words = [
            "--meeting",
            "--at",
            "2026-11-28T20:00+08:00",
            "--country",
            "US",
            "--group",
            "赴美同学",
            "--group",
            "二班",
        ]
        done = office.says(*words)
        assert done.exit_code == 0, done.output
        assert "On its way into the group 赴美同学 (dingtalk)" in done.stderr
        assert family.texts == class_.texts == [done.stdout.rstrip("\n")]
        assert "11月28日 周六 07:00：纽约" in family.texts[0]
        line = select(journal.c.actor_id, journal.c.person_id, journal.c.detail)
        lines = world.app.database.read(
            lambda conn: [tuple(row) for row in conn.execute(line.where(journal.c.action == "group.written_to"))]
        )
        assert lines[0] == (
            None,
            None,
            {"channel": "dingtalk", "group": "赴美同学", "about": "meeting", "rollcall": None},
        )
        assert [one[2]["group"] for one in lines] == ["赴美同学", "二班"]
        assert office.says("--text", "x", "--group", "三班").exit_code == 2
        refused = office.says("--text", "x", "--branch", "B1", "--group", "赴美同学")
        assert (refused.exit_code, refused.stdout) == (2, "")
        assert "nothing of a branch travels there" in refused.stderr


def test_a_long_text_goes_in_parts_and_more_than_twenty_a_minute_wait(
    tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom
) -> None:
    group = wecom.groups.add("二班")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        text = "\n".join(f"第{number}条：请大家带好护照。" * 3 for number in range(40))[:1400]
        office.says("--text", text, "--language", "zh", "--group", "二班")
        assert len(group.texts) == 2
        assert "\n".join(group.texts) == text
        (there,) = groups_of(world.app.settings)
        for number in range(20):
            notice = Notice(f"第 {number} 次", About.TEXT)
            world.app.database.write(
                lambda conn, notice=notice, key=str(number): queue(  # type: ignore[misc]
                    conn, there, notice, None, key, world.clock.now()
                )
            )
        world.settle()
        assert len(group.texts) == 20  # the platform's own limit, and it never had to say so
        assert group.texts[-1] == "第 17 次"
        world.fast_forward(minutes=2)
        assert group.texts[-2:] == ["第 18 次", "第 19 次"]
        assert {fate[2:] for fate in office.fates()} == {("accepted", None)}


def test_an_hour_without_the_platform_and_a_kill_lose_nothing(
    tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom
) -> None:
    group = dingtalk.groups.add("赴美同学")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        dingtalk.is_down(GROUP_PATH, DingTalkFailure(status=502, body="<html>"))
        office.says("--text", "一", "--language", "zh", "--group", "赴美同学")
        world.fast_forward(hours=1)
        assert group.texts == []
        dingtalk.is_down(GROUP_PATH, None)
        world.fast_forward(minutes=10)
        assert group.texts == ["一"]
        # A process that is killed while it calls leaves the row under way; whoever comes next finds it.
        office.says("--text", "二", "--language", "zh", "--group", "赴美同学")
        world.app.database.write(
            lambda conn: conn.execute(group_posts.update().where(group_posts.c.id == 2).values(state="sending"))
        )
        world.fast_forward(minutes=1)
        assert group.texts == ["一", "二", "二"]
        assert office.fates()[-1] == ("赴美同学", 1, "accepted", None)


def test_what_somebody_has_to_mend_is_told_at_once(tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom) -> None:
    group = dingtalk.groups.add("赴美同学", keyword="通知")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        world.expects_errors = True
        office.says("--text", "明天见", "--language", "zh", "--group", "赴美同学")
        office.boss.hears("没能发到“赴美同学”群里", "关键词", "自己把文字转发到群里")
        assert office.fates() == [("赴美同学", 1, "failed", "keyword_missing")]
        office.says("--text", "通知：明天见", "--language", "zh", "--group", "赴美同学")
        assert group.texts == ["通知：明天见"]


def test_an_unknown_outcome_is_repeated_only_where_it_is_about_safety(
    tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom
) -> None:
    group = dingtalk.groups.add("赴美同学")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        dingtalk.fails(GROUP_PATH, DingTalkFailure(accepted=True, hangs_up=True))
        office.says("--text", "明天见", "--language", "zh", "--group", "赴美同学")
        world.fast_forward(hours=1)
        office.boss.hears("不知道你的话有没有发到“赴美同学”群里")
        assert group.texts == ["明天见"]


def test_a_roll_call_goes_again_until_the_platform_says_yes_and_not_once_it_is_over(
    tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom
) -> None:
    group = dingtalk.groups.add("赴美同学")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        start = ["start", "--what", "地震", "--country", "US", "--drill", "--yes"]
        assert CliRunner().invoke(rollcall, start, obj=office.tool).exit_code == 0
        dingtalk.fails(GROUP_PATH, DingTalkFailure(accepted=True, hangs_up=True))
        office.says("--rollcall", "1", "--language", "zh", "--group", "赴美同学")
        world.fast_forward(minutes=5)
        assert len(group.texts) == 2  # the first one got there after all; better two than none
        dingtalk.is_down(GROUP_PATH, DingTalkFailure(status=503, body=""))
        office.says("--rollcall", "1", "--language", "zh", "--group", "赴美同学")
        assert CliRunner().invoke(rollcall, ["close", "1"], obj=office.tool).exit_code == 0
        dingtalk.is_down(GROUP_PATH, None)
        world.fast_forward(minutes=5)
        assert len(group.texts) == 2
        assert office.fates()[-1] == ("赴美同学", 1, "withdrawn", "rollcall_closed")
        world.cares = False


def test_what_is_too_late_is_given_up_and_told(tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom) -> None:
    dingtalk.groups.add("赴美同学")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        dingtalk.is_down(GROUP_PATH, DingTalkFailure(status=503, body=""))
        at = ["--meeting", "--at", "2026-11-24T20:30+00:00", "--country", "US"]
        office.says(*at, "--group", "赴美同学")
        world.fast_forward(hours=9)
        office.boss.hears("没能发到“赴美同学”群里", "已经过时")
        assert office.fates()[0][2] == "expired"
        world.forgets()


def test_a_robot_that_answers_what_we_do_not_know_is_a_trouble_and_is_asked_again(
    tmp_path: Path, dingtalk: FakeDingTalk, wecom: FakeWeCom
) -> None:
    group = wecom.groups.add("二班")
    with university(tmp_path, dingtalk, wecom) as (world, office):
        world.expects_errors = True
        group.answers.append({"errcode": 987654, "errmsg": "?"})
        with capture_logs() as lines:
            office.says("--text", "一", "--language", "zh", "--group", "二班")
        assert "wecom.answer_not_known" in {one["event"] for one in lines}
        assert not any(group.key in str(one) or "一" in str(one) for one in lines)
        assert world.app._troubles()["wecom"]["group_answer_not_known"] == 1
        world.fast_forward(minutes=1)
        assert group.texts == ["一"]
