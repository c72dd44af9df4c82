"""A secretary arranges everything on her phone, in a real browser of 390 pixels: six zones, clocks change in one."""

import socket
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, sync_playwright

from bot.branches.store import branches
from bot.people.store import by_number
from handlers.links_made import login_link
from tests.fakes.wecom_member import Member
from tests.handlers.web.browser.conftest import PHONE, QUIET, accessible, running
from tests.handlers.web.browser.test_pages import fits
from tests.stories.test_sessions import LINK, PLACES, branch
from tests.stories.world import World, instant


@contextmanager
def phone_of(world: World, number: str, chromium: str) -> Iterator[Page]:
    """Give a signed-in browser of a phone's size in front of the service."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = world.app.settings
    path = world.app.database.write(lambda conn: login_link(conn, settings, number, world.clock.real()))
    path = path.removeprefix(settings.service.url)
    with running(world.app, port), sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium, args=list(QUIET))
        page = opened.new_page(viewport={"width": PHONE[0], "height": PHONE[1]}, locale="zh-CN")
        page.goto(f"http://127.0.0.1:{port}{path}")
        page.get_by_role("button", name="登录", exact=True).click()
        page.wait_for_url("**/console/")
        yield page
        opened.close()


def settled(world: World) -> None:
    """Let the service go on, on a thread of its own: the browser's loop runs on this one."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(world.settle).result()


def leads(world: World, number: str) -> None:
    def work(conn: Any) -> None:
        person = by_number(conn, number)
        assert person is not None
        conn.execute(branches.update().values(secretary_id=person.id))

    world.app.database.write(work)


def hears_once(members: dict[str, Member], *words: str) -> None:
    for number, (_, _, at) in PLACES.items():
        if number != "S6":  # in Sydney it is night: she hears in her morning
            members[number].hears(*words, at)


@pytest.mark.browser
def test_she_invites_six_zones_mends_a_link_moves_and_calls_off(tmp_path: Path, chromium: str) -> None:
    with branch(tmp_path) as (world, members, _wecom):
        world.staff("B1", "secretary", language="zh", linked=False)
        leads(world, "B1")
        world.fast_forward(to=instant("2026-10-22 12:00"))
        for one in members.values():
            one.forgets()
        with phone_of(world, "B1", chromium) as page:
            page.get_by_role("link", name="学习活动").first.click()
            page.get_by_role("button", name="新的活动").or_(page.get_by_text("新的活动")).first.click()
            page.get_by_label("这次活动的主题").fill("二十大精神学习")
            page.get_by_role("button", name="帮我找大家都合适的时间").click()
            page.locator("#hours").get_by_text("悉尼").first.wait_for()
            fits(page)
            accessible(page)
            page.get_by_role("button", name="选这个").first.click()
            page.get_by_text("已填进上面").wait_for()
            assert page.get_by_label("这次活动的主题").input_value() == "二十大精神学习"
            assert page.get_by_label("日期和时间").input_value().endswith(":00")
            page.get_by_label("日期和时间").fill("2026-10-25T20:00")
            page.get_by_label("入会链接").fill(LINK.removeprefix("https://"))
            page.get_by_label("会前要读什么").fill("报告第三部分")
            fits(page)
            accessible(page)
            page.get_by_role("button", name="邀请全支部").click()
            assert "这不是链接" in page.get_by_role("alert").inner_text()
            assert page.get_by_label("会前要读什么").input_value() == "报告第三部分"
            page.get_by_label("入会链接").fill(LINK)
            page.get_by_role("button", name="邀请全支部").click()
            page.get_by_role("heading", name="二十大精神学习").wait_for()
            fits(page)
            settled(world)
            hears_once(members, "邀请你参加一次线上活动")

            page.get_by_text("修改或取消").click()
            page.get_by_label("日期和时间").fill("2026-10-25T20:30")
            page.get_by_role("button", name="修改并告诉大家").click()
            page.get_by_text("20:30").first.wait_for()
            settled(world)
            hears_once(members, "改时间了", "原来：", "20:30")

            page.get_by_text("修改或取消").click()
            page.get_by_text("取消这次活动").click()
            fits(page)
            page.get_by_role("button", name="确定取消").click()
            page.get_by_role("heading", name="二十大精神学习").wait_for()
            assert page.get_by_text("修改或取消").count() == 0
            settled(world)
            for number in ("S1", "S2", "S3", "S4", "S5"):
                members[number].hears("取消")
        world.fast_forward(to=instant("2026-10-25 14:00"))
