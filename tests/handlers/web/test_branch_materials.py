"""Material of a branch: shared by whoever leads it, seen by its members, counted by nobody; and her learning record."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook
from sqlalchemy import select

from bot.journal.store import journal
from bot.materials.store import branch_materials
from bot.sessions.store import session_invitations, sessions
from tests.fakes.ground import NOW
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town
from tests.handlers.web.test_report_page import photo
from tests.handlers.web.test_study_pages import page
from tests.support.home_branch import home_branch, owes, study


@pytest.fixture
def secretary(town: Town) -> Visitor:
    ground = town.ground
    leader, other = ground.staff("B1", "secretary"), ground.staff("B2", "secretary")
    home_branch(ground, "机械党支部", leader, [ground.student("S1")])
    home_branch(ground, "外语党支部", other, [ground.student("S2")])
    return town.signed_in("B1")


def share(visitor: Visitor, **values: str) -> Shown:
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    given = {"csrf": csrf, "branch": "机械党支部", "title": "", "link": ""} | values
    return visitor.post("/console/branch/materials", given)


def share_file(visitor: Visitor, data: bytes) -> Shown:
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    given = {"csrf": csrf, "branch": "机械党支部", "title": "合影"}
    body = b"".join(
        f'--b\r\ncontent-disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in given.items()
    )
    body += b'--b\r\ncontent-disposition: form-data; name="file"; filename="a.jpg"\r\ncontent-type: image/jpeg\r\n\r\n'
    body += data + b"\r\n--b--\r\n"
    return visitor.send("/console/branch/materials", body, content_type="multipart/form-data; boundary=b")


def member(town: Town, number: int) -> tuple[str, Visitor]:
    return page(town, number), town.visitor()


def test_whoever_leads_a_branch_finds_it_on_the_first_page_after_the_sign_in(secretary: Visitor) -> None:
    shown = secretary.get("/console/")
    assert ("支部接下来做什么" in shown.words, "打卡" in shown.words) == (True, False)
    main = shown.text.partition("<main")[2]
    assert ('href="/console/branch"' in main, 'href="/console/sessions"' in main) == (True, True)


def test_members_find_it_on_their_page_and_nothing_notes_who_reads_it(town: Town, secretary: Visitor) -> None:
    assert share(secretary, title="读书会材料", link="https://example.edu/a").status == 303
    assert share_file(secretary, photo()).status == 303
    ids = town.app.database.read(lambda conn: list(conn.execute(select(branch_materials.c.id)).scalars()))
    before = town.app.database.read(lambda conn: len(conn.execute(select(journal.c.id)).all()))
    path, mei = member(town, 3)
    shown = mei.get(path)
    assert "读书会材料" in shown.words
    assert 'href="https://example.edu/a"' in shown.text
    assert mei.get(f"{path}/materials/{ids[1]}").headers["content-type"] == "image/jpeg"
    assert town.app.database.read(lambda conn: len(conn.execute(select(journal.c.id)).all())) == before
    other, foreign = member(town, 4)
    assert "读书会材料" not in foreign.get(other).words
    assert foreign.get(f"{other}/materials/{ids[1]}").status == 404
    stranger = town.signed_in("B2")
    assert "读书会材料" not in stranger.get("/console/branch").words
    csrf = stranger.get("/console/me").forms[0].fields["csrf"]
    assert stranger.get(f"/console/branch/materials/{ids[1]}/file").status == 404
    assert stranger.post(f"/console/branch/materials/{ids[0]}/remove", {"csrf": csrf}).status == 404
    secretary.get("/console/branch")
    secretary.press("撤下")
    assert "合影" not in mei.get(path).words  # the newest one was taken back


def test_what_is_wrong_is_said_and_nothing_typed_is_lost(town: Town, secretary: Visitor) -> None:
    shown = share(secretary, title="读书会材料", link="ftp://example.edu")
    assert shown.status == 422
    assert 'value="读书会材料"' in shown.text
    assert 'value="ftp://example.edu"' in shown.text
    assert "请填链接" in share(secretary, title="读书会材料").words
    assert share(secretary, title="x", link="https://a.b", branch="外语党支部").status == 422
    assert "文件坏了" in share_file(secretary, b"\xff\xd8\xff broken").words
    assert town.app.database.read(lambda conn: conn.execute(select(branch_materials)).all()) == []


@pytest.mark.usefixtures("secretary")
def test_her_record_holds_what_she_was_at_and_handed_in_and_she_takes_it_out(town: Town) -> None:
    ground, at = town.ground, NOW - timedelta(days=3)
    times = {"starts_at": at, "rsvp_by": at, "created_at": at, "changed_at": at}
    values = {"state": "planned", "zone": "UTC", "minutes": 60, "is_discreet": True, "sequence": 0}
    trip = ground.trip(3)
    for title, mark in (("读书会", "present"), ("党课", "made_up"), ("例会", "absent")):
        session = ground.put(sessions, branch_id=1, title=title, **times, **values)
        prompt = ground.prompt(3, "answered", item="session", kind="session", occasion=f"session:{session}")
        ground.put(
            session_invitations,
            session_id=session,
            person_id=3,
            prompt_id=prompt,
            told_at=at,
            told_start=at,
            mark=mark,
            uid=title,
        )
    study(ground, owes(ground, 3, 1, trip), "Words.", handed=True)
    path, mei = member(town, 3)
    shown = mei.get(path).words
    assert "读书会" in shown
    assert "例会" not in shown
    taken = mei.get(f"{path}/record.xlsx")
    sheet = load_workbook(io.BytesIO(taken.body)).worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    titles = [row[1] for row in rows if len(row) > 1 and row[1]][1:]
    assert (set(titles[:2]), titles[2:]) == ({"读书会", "党课"}, ["思想汇报"])
    assert "record" in taken.headers["content-disposition"]
