"""Signing in: one button, one use, fifteen minutes; and out again."""

from datetime import timedelta

import pytest

from bot.errors import YanxinError
from bot.people.store import update_person
from tests.handlers.web.conftest import Town


def test_the_link_shows_one_button_and_the_press_signs_in(town: Town) -> None:
    town.ground.staff("C1", "counsellor", name="李老师")
    visitor = town.visitor()
    page = visitor.get(town.login_path("C1"))
    assert page.status == 200
    assert "李老师" in page.words
    assert visitor.get("/console/").status == 401
    visitor.path = page_path = town.login_path("C1")
    visitor.get(page_path)
    assert visitor.press("登录").status == 303
    assert visitor.follow().status == 200
    assert visitor.get("/console/").status == 200


def test_a_link_works_once(town: Town) -> None:
    town.ground.staff("C1", "counsellor")
    path = town.login_path("C1")
    assert town.visitor().post(path).status == 303
    for page in (town.visitor().post(path), town.visitor().get(path)):
        assert page.status == 410
        assert "办公室" in page.words


def test_a_link_is_good_for_fifteen_minutes(town: Town) -> None:
    town.ground.staff("C1", "counsellor")
    path = town.login_path("C1")
    town.clock.advance(timedelta(minutes=15))
    assert town.visitor().get(path).status == 410
    assert town.visitor().post(path).status == 410


def test_a_forged_link_is_unknown(town: Town) -> None:
    for page in (town.visitor().get("/console/login/forged"), town.visitor().post("/console/login/forged")):
        assert page.status == 404
        assert "办公室" in page.words


def test_a_session_lasts_twelve_hours(town: Town) -> None:
    town.ground.staff("C1", "counsellor")
    visitor = town.signed_in("C1")
    town.clock.advance(timedelta(hours=12) - timedelta(seconds=1))
    assert visitor.get("/console/").status == 200
    town.clock.advance(timedelta(seconds=1))
    assert visitor.get("/console/").status == 401


def test_signing_out_ends_the_session_for_good(town: Town) -> None:
    town.ground.staff("C1", "counsellor")
    visitor = town.signed_in("C1")
    kept = dict(visitor.cookies)
    visitor.get("/console/")
    assert visitor.press("退出").status == 200
    assert visitor.get("/console/").status == 401
    visitor.cookies = kept
    assert visitor.get("/console/").status == 401


def test_whoever_leaves_the_staff_is_out_at_once(town: Town) -> None:
    person = town.ground.staff("C1", "counsellor")
    visitor = town.signed_in("C1")
    town.app.database.write(lambda conn: update_person(conn, person, absent_at=town.clock.now()))
    assert visitor.get("/console/").status == 401


def test_the_cookie_is_for_the_server_alone(town: Town) -> None:
    town.ground.staff("C1", "counsellor")
    [cookie] = town.visitor().post(town.login_path("C1")).set_cookies
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "secure" not in cookie.lower()


def test_students_and_strangers_get_no_link(town: Town) -> None:
    town.ground.student("S1")
    for number in ("S1", "nobody"):
        with pytest.raises(YanxinError, match=number):
            town.login_path(number)
