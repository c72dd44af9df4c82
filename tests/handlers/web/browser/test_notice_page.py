"""Words for a group in a browser: written, looked at once more, sent into a group; on a phone and at a desk."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import ManualClock
from bot.settings import Settings
from tests.fakes.ground import NOW, Ground
from tests.fakes.school import settle
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible, running
from tests.handlers.web.browser.test_pages import fits, speaks
from tests.handlers.web.conftest import settings_in

pytestmark = [pytest.mark.browser, pytest.mark.node]
HOOK = "http://127.0.0.1:9/robot/send?access_token=hush"


@pytest.fixture(scope="module")
def with_group(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    values = settings_in(tmp_path_factory.mktemp("grouped"), port=port).model_dump()
    values["channels"]["dingtalk"] = {"enabled": True, "client_id": "d", "client_secret": "s", "robot_code": "r"} | {
        "groups": [{"name": "在英同学", "webhook": HOOK}]
    }
    clock = ManualClock(NOW)
    app = App(Settings.model_validate(values), clock, paced=False)
    ground = Ground(app.database)
    settle(ground)
    with running(app, port):
        yield Served(app, clock, ground, app.settings.service.url)
    app.close()


@pytest.mark.parametrize(("size", "language", "dark"), [(PHONE, "zh", False), (DESKTOP, "en", True)])
def test_words_are_looked_at_twice(
    with_group: Served, open_page: Open, size: tuple[int, int], language: str, tmp_path: Path, *, dark: bool
) -> None:
    is_zh = language == "zh"
    page = open_page(size, language, dark=dark)
    page.goto(with_group.login_url("O1" if is_zh else "E1"))
    page.get_by_role("button", name="登录" if is_zh else "Sign in", exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(f"{with_group.url}/console/notice")
    page.locator("input[name=meeting]").check()
    page.locator("input[name=at]").fill("2026-11-28T20:00+08:00")
    page.locator("input[name=countries]").fill("英国; 日本")
    for step, label in enumerate(
        ("生成文字", "再看一遍", "现在发出") if is_zh else ("Write it", "Look at it once more", "Send it now")
    ):
        page.get_by_role("button", name=label).click()
        page.wait_for_load_state()
        page.screenshot(path=tmp_path / f"{step}.png", full_page=True)
        speaks(page, language)
        fits(page)
        accessible(page)
    assert "在英同学" in page.locator("#groups").inner_text()
