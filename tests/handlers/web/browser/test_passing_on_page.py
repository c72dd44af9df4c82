"""Students passed on for a while in a browser: picked, looked at, pressed, seen on the list and on Today."""

import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.app import App
from bot.clock import ManualClock
from tests.fakes.ground import NOW, Ground
from tests.handlers.web.browser.conftest import DESKTOP, PHONE, Open, Served, accessible, running
from tests.handlers.web.browser.test_pages import fits, speaks
from tests.handlers.web.conftest import settings_in

pytestmark = [pytest.mark.browser, pytest.mark.node]
NAMES = {"zh": ("王敏", "李静", "陈晓雨"), "en": ("Wang Min", "Li Jing", "Chen Xiaoyu")}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    clock = ManualClock(NOW)
    app = App(settings_in(tmp_path_factory.mktemp("two"), port=port), clock, paced=False)
    ground = Ground(app.database)
    for language, (wang, li, student) in NAMES.items():
        counsellor = ground.staff(f"W{language}", "counsellor", language=language, name=wang)
        ground.address(counsellor)
        ground.address(ground.staff(f"L{language}", "counsellor", language=language, name=li))
        for number in range(3):
            person = ground.student(f"S{language}{number}", counsellor=counsellor, language=language, name=student)
            ground.trip(person)
    with running(app, port):
        yield Served(app, clock, ground, app.settings.service.url)
    app.close()


@pytest.mark.parametrize(("size", "language", "dark"), [(PHONE, "zh", False), (DESKTOP, "en", True)])
def test_it_is_looked_at_then_pressed_and_seen(
    two: Served, open_page: Open, size: tuple[int, int], language: str, tmp_path: Path, *, dark: bool
) -> None:
    is_zh = language == "zh"
    page = open_page(size, language, dark=dark)
    page.goto(two.login_url(f"W{language}"))
    page.get_by_role("button", name="登录" if is_zh else "Sign in", exact=True).click()
    page.wait_for_url("**/console/")
    page.goto(f"{two.url}/console/people")
    page.locator("input[name=all]").check()
    steps = (
        ("暂时托付给同事", "先看一眼再确认", "托付3人")
        if is_zh
        else ("Pass on for a while", "See it before", "Pass on 3")
    )
    for step, label in enumerate(steps):
        if step == 1:
            page.locator("select[name=to]").select_option(f"L{language}")
            page.locator("input[name=until]").fill("2026-12-03")
        page.get_by_role("button", name=label).click()
        page.wait_for_load_state()
        page.screenshot(path=tmp_path / f"{step}.png", full_page=True)
        speaks(page, language)
        fits(page)
        accessible(page)
    for name in ("", "people", f"people/S{language}1"):
        page.goto(f"{two.url}/console/{name}")
        assert " → ".join(NAMES[language][:2]) in page.inner_text("main")
        page.screenshot(path=tmp_path / f"seen-{name.replace('/', '-')}.png", full_page=True)
        speaks(page, language)
        fits(page)
        accessible(page)
