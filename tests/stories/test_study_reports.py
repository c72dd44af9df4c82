"""A study report: asked for by rule, written over days where branch matters may be written, read by her home branch."""

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select

from bot.branches.store import branch_members, branches, party_statuses
from bot.engine import study_life
from bot.engine.obligation_following import look_again
from bot.obligations.store import obligations
from bot.people.store import by_number
from bot.reports import store
from bot.reports.files import files_of
from bot.reports.model import Form, Report
from bot.reports.versions import version_of
from bot.storage.vault import vault_in
from bot.views.study import list_studies
from tests.fakes.pictures import a_photo
from tests.fakes.telegram_phone import Phone
from tests.fakes.wecom_member import Member
from tests.stories.test_wecom import joins, university
from tests.stories.world import World, instant, world_at

START = "2026-12-09 12:00"
ALLOWED = ("wecom", "web")
OPENS, A_WEEK_BEFORE = "2026-12-10 23:00", "2026-12-24 23:00"
"""18:00 in New York, three weeks and one week before the last day of the year."""


def ids(world: World, *numbers: str) -> list[int]:
    def look(conn: Connection) -> list[int]:
        return [one.id for number in numbers if (one := by_number(conn, number)) is not None]

    return world.app.database.read(look)


def at_home(world: World, secretary: str, *members: str) -> None:
    """Put a home branch on the roster with members of the party."""

    def write(conn: Connection) -> None:
        head, *rest = ids(world, secretary, *members)
        values = {"key": "党支部", "kind": "party", "place": "home", "secretary_id": head}
        made = conn.execute(branches.insert().values(values).returning(branches.c.id)).scalar_one()
        for one in rest:
            conn.execute(branch_members.insert().values(branch_id=made, person_id=one))
            conn.execute(party_statuses.insert().values(person_id=one, status="party"))
        look_again(conn)

    world.app.database.write(write)


def report_of(world: World, number: str = "S1") -> Report:
    (person,) = ids(world, number)
    return world.app.database.read(lambda conn: store.of_person(conn, person, Form.STUDY))[0]


def owed(world: World) -> list[tuple[Any, ...]]:
    query = select(obligations.c.rule, obligations.c.stage, obligations.c.how).order_by(obligations.c.id)
    return world.app.database.read(lambda conn: [tuple(row) for row in conn.execute(query)])


def unread(phone: Phone) -> None:
    while phone.unheard:
        phone.hears()


def says(world: World, mei: Member, words: str) -> str:
    mei.says(words)
    world.settle()
    text = mei.unheard[-1]
    mei.forgets()
    return text


def sends_photo(world: World, mei: Member) -> str:
    mei.sends_file("image", a_photo())
    world.settle()
    return mei.unheard[-1]


def lies_apart(world: World, report: Report, folder: Path) -> bool:
    """Tell whether the photo of a report lies where branch matters do, and nowhere else."""
    (photo,) = world.app.database.read(lambda conn: files_of(conn, report))
    care, branch = (vault_in(str(folder / "files"), world.app.database.keyring, branch=one) for one in (False, True))
    return care.get(photo.digest) is None and branch.get(photo.digest) is not None


def test_it_is_written_in_wecom_over_two_days_read_at_home_returned_and_accepted(tmp_path: Path) -> None:
    with university(tmp_path, START) as (world, wecom):
        world.staff("C1", "counsellor", scope="University", language="zh")
        world.staff("B1", "secretary", language="zh", linked=False)
        phone = world.student("S1", "New York", "US", language="zh")
        mei = joins(world, wecom.member("S1"))
        unread(phone)
        at_home(world, "B1", "S1")
        world.fast_forward(to=instant(OPENS))
        asked = next(text for text in mei.unheard if "思想汇报" in text)
        assert "12月31日 周四 23:59（北京时间 1月1日 周五 12:59）" in asked
        assert phone.unheard == []  # where nothing of a branch travels there is nothing at all
        mei.forgets()

        assert "正文" in says(world, mei, "思想汇报")
        assert "5 字" in says(world, mei, "我读了一本")
        world.fast_forward(days=1)
        mei.forgets()
        unread(phone)
        assert "接着上次" in says(world, mei, "思想汇报")
        says(world, mei, "一本关于长征的书。")
        assert "已放进“正文” ✓" in sends_photo(world, mei)
        says(world, mei, "写错了")
        assert "写错了" in says(world, mei, "A")
        assert "长征" in says(world, mei, "A")  # the preview
        # What she types meanwhile in the other app belongs to no study report.
        phone.says("随便说一句")
        world.settle()
        unread(phone)
        says(world, mei, "A")
        report = report_of(world)
        assert lies_apart(world, report, tmp_path)
        version = world.app.database.read(lambda conn: version_of(conn, report, 1))
        assert version is not None
        assert [part.body for part in version.parts] == ["我读了一本\n一本关于长征的书。"]
        assert ("study_report", "done", "report") in owed(world)

        (secretary,) = ids(world, "B1")
        world.app.database.write(
            lambda conn: study_life.give_back(conn, report, 1, secretary, "再写写体会", world.clock.now(), ALLOWED)
        )
        world.settle()
        mei.hears("再写写体会")
        mei.forgets()
        says(world, mei, "思想汇报")
        says(world, mei, "体会很深。")
        says(world, mei, "C")
        assert "又交上去了" in says(world, mei, "A")
        again = report_of(world)
        world.app.database.write(
            lambda conn: study_life.accept(conn, again, 2, secretary, "很好", world.clock.now(), ALLOWED)
        )
        world.settle()
        mei.hears("很好")
        world.fast_forward(to=instant("2027-01-02 12:00"))
        assert not any("思想汇报" in text for text in mei.unheard)  # nobody is reminded of what is handed in
        mei.forgets()
        world.forgets()


def test_where_it_may_not_travel_a_neutral_line_leads_to_her_own_page(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        world.staff("B1", "secretary", linked=False)
        mei: Phone = world.student("S1", "New York", "US")
        at_home(world, "B1", "S1")
        world.fast_forward(to=instant(OPENS))
        neutral = next(one for one in mei.unheard if "not shown here" in one.text)
        assert "/mine/" in neutral.text
        assert "report" not in neutral.text.lower()
        world.forgets()
        mei.says("/study")
        world.settle()
        assert "not shown here" in mei.hears().text
        mei.says("These are no words for a branch.")
        world.settle()
        world.forgets()
        assert report_of(world).edited_at is None
        (secretary,) = ids(world, "B1")
        person = world.app.database.read(lambda conn: by_number(conn, "B1"))
        assert person is not None
        listed = world.app.database.read(lambda conn: list_studies(conn, person, world.clock.now()))
        assert [(one.number, one.state.value) for one in listed] == [("S1", "asked")]
        assert secretary == person.id


def test_who_leaves_the_branch_is_asked_no_more(tmp_path: Path) -> None:
    with world_at(tmp_path, START, digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        world.staff("B1", "secretary", linked=False)
        mei = world.student("S1", "New York", "US")
        at_home(world, "B1", "S1")
        world.settle()
        assert [(rule, stage) for rule, stage, _ in owed(world)] == [
            ("study_report", "open"),
            ("contact", "open"),
            ("return_request", "open"),
        ]
        world.app.database.write(lambda conn: conn.execute(branch_members.delete()))
        world.fast_forward(to=instant(A_WEEK_BEFORE))
        assert not any("not shown here" in one.text for one in mei.unheard)
        world.forgets()
        assert {stage for _, stage, _ in owed(world)} == {"withdrawn"}
