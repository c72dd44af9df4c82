"""A phone whose clock has changed is asked about once, by a real browser."""

from datetime import timedelta

import pytest

from handlers.links_made import invite_links
from tests.handlers.web.browser.conftest import Open, Served

pytestmark = pytest.mark.browser
ASKED = "看起来你在用东京时间的地方"


def test_a_phone_that_has_travelled_is_asked_once(served: Served, open_page: Open) -> None:
    served.ground.trip(served.ground.student("TRAVELS", reachable=False))
    real = served.clock.real()
    [made] = served.app.database.write(lambda conn: invite_links(conn, served.app.settings, ["TRAVELS"], real))
    page = open_page()
    page.goto(made.url)
    page.locator("form[action$='/open'] button").click()
    for _ in range(5):
        if page.locator(".keyboard .chip").count() > 1:  # before she has agreed there is SOS alone
            break
        page.locator(".lines li:last-child .choice").first.click()
    page.goto(made.url)
    assert page.get_by_text("看起来").count() == 0

    served.clock.advance(timedelta(days=3))
    travelled = open_page(zone="Asia/Tokyo", kept=page.context.storage_state())
    travelled.goto(made.url)
    travelled.get_by_text(ASKED).wait_for()
    travelled.get_by_role("button", name="只是路过").click()
    travelled.get_by_text("一路顺利").wait_for()
    told = []
    travelled.on("request", lambda request: told.append(request.url) if request.url.endswith("/zone") else None)
    travelled.goto(made.url)
    travelled.wait_for_load_state("networkidle")
    assert travelled.get_by_text(ASKED).count() == 1
    assert told == [], "what was told last is remembered on the device"
