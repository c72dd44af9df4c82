"""The list of a session in the console: live for whoever leads the branch, and for nobody else."""

from datetime import timedelta

import pytest
from sqlalchemy import Connection, select

from bot.branches.store import branch_members, branches
from bot.engine import sessions as engine
from bot.engine.session_attendance import say_here, set_code
from bot.local_time import Quiet
from bot.sessions.marks import session_marks
from bot.sessions.model import Session
from bot.sessions.rules import Plan
from bot.sessions.store import session_invitations, sessions
from handlers.links_made import answer_link
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town

START = NOW + timedelta(hours=2)


@pytest.fixture
def secretary(town: Town) -> int:
    return town.ground.staff("B1", "secretary", name="赵书记")


@pytest.fixture
def held(town: Town, secretary: int) -> Session:
    """Return a session of two members that begins in two hours."""
    town.ground.version()
    members = [town.ground.student(f"S{n}", name=name) for n, name in ((1, "王雨桐"), (2, "陈晨"))]
    for member in members:
        town.ground.trip(member)
    branch = town.ground.put(branches, key="柏林支部", kind="party", secretary_id=secretary)
    for member in members:
        town.ground.put(branch_members, branch_id=branch, person_id=member)

    def make(conn: Connection) -> Session:
        return engine.create(conn, "柏林支部", Plan("读书会", START, "Europe/Berlin", 60), None, NOW, Quiet())

    return town.app.database.write(make)


def here(town: Town, held: Session, number: int) -> None:
    prompts = select(session_invitations.c.prompt_id, session_invitations.c.person_id).order_by(
        session_invitations.c.id
    )

    def work(conn: Connection) -> None:
        row = conn.execute(prompts.where(session_invitations.c.session_id == held.id)).all()[number]
        say_here(conn, row.prompt_id, row.person_id, "web", town.clock.now())

    town.app.database.write(work)


def test_who_leads_the_branch_sees_who_is_there_as_it_goes_on(town: Town, held: Session) -> None:
    visitor = town.signed_in("B1")
    listed = visitor.get("/console/sessions")
    assert "读书会" in listed.words
    path = f"/console/sessions/{held.id}"
    assert f'href="{path}"' in listed.text
    assert "hx-trigger" not in visitor.get(path).text
    town.clock.advance(timedelta(hours=2, minutes=1))
    assert 'hx-trigger="every 4s' in visitor.get(path).text
    assert "0 人到了，共 2 人" in visitor.shown.words if visitor.shown else False
    here(town, held, 0)
    shown = visitor.get(path)
    assert "1 人到了，共 2 人" in shown.words
    names = shown.text.partition('<select name="number"')[2]
    assert 0 < names.index("陈晨") < names.index("王雨桐")
    assert "自己说的" in visitor.get(path).words


def test_a_code_is_shown_renewed_and_dropped(town: Town, held: Session) -> None:
    visitor = town.signed_in("B1")
    path = f"/console/sessions/{held.id}"
    visitor.get(path)
    visitor.press("要求报数字")
    visitor.follow()
    assert visitor.shown is not None
    first = visitor.shown.text.partition('class="spoken">')[2][:4]
    assert first.isdecimal()
    visitor.press("不用数字")
    assert 'class="spoken"' not in visitor.follow().text
    town.clock.advance(timedelta(hours=4))
    over = visitor.get(path)
    assert "要求报数字" not in over.words


def test_her_answer_page_takes_the_digits_in_a_field_of_its_own(town: Town, held: Session) -> None:
    town.clock.advance(timedelta(hours=2, minutes=1))
    now = town.clock.now()
    town.app.database.write(lambda conn: set_code(conn, held.id, None, now, on=True))
    code = town.app.database.read(lambda conn: conn.execute(select(sessions.c.code)).scalar_one())
    link = town.app.database.write(lambda conn: answer_link(conn, town.app.settings, "S1", now, now))
    her = town.visitor()
    shown = her.get(link.removeprefix(town.app.settings.service.url))
    assert ("主持人念的四位数字" in shown.words, "1 我在" in shown.words) == (True, False)
    wrong = her.press("我在", text=f"{(int(code) + 1) % 10_000:04}")
    assert ("数字不对" in wrong.words, 'id="digits"' in wrong.text) == (True, True)
    right = her.press("我在", text=code)
    assert ("欢迎你来" in right.words, 'id="digits"' in right.text) == (True, False)


def test_a_correction_has_its_author(town: Town, held: Session, secretary: int) -> None:
    visitor = town.signed_in("B1")
    path = f"/console/sessions/{held.id}"
    town.clock.advance(timedelta(hours=3, minutes=1))
    visitor.get(path)
    visitor.press("迟到", number="S2")
    assert "补记 · 赵书记" in visitor.follow().words
    kept = town.app.database.read(lambda conn: conn.execute(select(session_marks)).all())
    assert [(one.mark, one.how, one.author_id) for one in kept] == [("late", "staff", secretary)]
    csrf = visitor.get(path).forms[-1].fields["csrf"]
    for wrong, status in (({"number": "S2", "mark": "late", "csrf": "x"}, 403), ({"number": "S2", "mark": "?"}, 400)):
        assert visitor.post(f"{path}/mark", {"csrf": csrf} | wrong).status == status
    assert visitor.post(f"{path}/mark", {"csrf": csrf, "number": "B1", "mark": "late"}).status == 404


def test_a_long_list_is_paged_and_searched_and_looks_again_at_what_is_shown_alone(
    town: Town, held: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.views.session_seats.PAGE", 1)
    visitor = town.signed_in("B1")
    path = f"/console/sessions/{held.id}"
    town.clock.advance(timedelta(hours=2, minutes=1))
    here(town, held, 0)  # 王雨桐, who goes behind 陈晨 thereby
    first, second = visitor.get(path), visitor.get(f"{path}?page=2")
    for shown, name, other in ((first, "陈晨", "王雨桐"), (second, "王雨桐", "陈晨")):
        assert ("1 人到了，共 2 人" in shown.words, name in shown.text, other in shown.text) == (True, True, False)
    assert f'hx-get="{path}?page=2"' in second.text
    found = visitor.get(f"{path}?q=wyt")
    assert ("王雨桐" in found.text, "陈晨" in found.text, "共 2 人" in found.words) == (True, False, True)
    assert f'hx-get="{path}?q=wyt"' in found.text
    assert "这里没有人" in visitor.get(f"{path}?q=nobody").words
    assert visitor.get(f"{path}?page=9").words == second.words


@pytest.mark.parametrize("role", ["secretary", "office", "counsellor", "supervisor", "reader"])
def test_it_does_not_exist_for_anybody_else(town: Town, held: Session, role: str) -> None:
    town.ground.staff("X1", role)
    visitor = town.signed_in("X1")
    path = f"/console/sessions/{held.id}"
    assert visitor.get(path).status == 404
    listed = visitor.get("/console/sessions")
    assert (listed.status, "读书会" in listed.text) == (200 if role in {"secretary", "office"} else 404, False)
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    for form in ("code", "mark"):
        found = visitor.post(f"{path}/{form}", {"csrf": csrf, "do": "on", "number": "S1", "mark": "late"})
        assert found.status in {403, 404}
    assert town.app.database.read(lambda conn: conn.execute(select(session_marks)).all()) == []
