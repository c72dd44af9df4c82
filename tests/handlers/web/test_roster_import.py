"""A roster handed in through the console: seen first, imported as it was seen, every mistake with its place."""

import io
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from bot.addresses.store import addresses
from bot.app import App
from bot.clock import ManualClock
from bot.handed.store import handed_rosters
from bot.journal.store import journal
from bot.people.store import people
from bot.settings import Settings
from tests.fakes.ground import NOW, Ground
from tests.fakes.web import Visitor
from tests.handlers.web.conftest import Town, settings_in

PAGE = "/console/import"
HEAD = "number,name,role,email\n"
PEOPLE = HEAD + "20230001,张三,student,\n20230002,=HYPERLINK(0),student,\n"
Files = dict[str, bytes]


@pytest.fixture
def office(town: Town) -> Visitor:
    for number, role in {
        "O1": "office",
        "O2": "office",
        "R1": "reader",
        "V1": "supervisor",
        "C1": "counsellor",
    }.items():
        town.ground.staff(number, role, language="en")
    return town.signed_in("O1")


def hand_in(visitor: Visitor, files: Files, *prune: str) -> int:
    token = visitor.get("/console/me").forms[0].fields["csrf"]
    parts = [f'--b\r\ncontent-disposition: form-data; name="csrf"\r\n\r\n{token}\r\n'.encode()]
    parts += [f'--b\r\ncontent-disposition: form-data; name="prune"\r\n\r\n{sheet}\r\n'.encode() for sheet in prune]
    for name, content in files.items():
        head = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
        parts.append(head.encode() + content + b"\r\n")
    body = b"".join(parts) + b"--b--\r\n"
    return visitor.send(PAGE, body, content_type="multipart/form-data; boundary=b").status


def see(visitor: Visitor, people_csv: str, *prune: str) -> str:
    assert hand_in(visitor, {"people.csv": people_csv.encode()}, *prune) == 303
    return visitor.follow().words


def names(town: Town) -> dict[str, str]:
    query = select(people.c.number, people.c.name).where(
        people.c.number.startswith("2023"), people.c.absent_at.is_(None)
    )
    return town.app.database.read(lambda conn: {row.number: row.name for row in conn.execute(query)})


def actions(town: Town) -> list[str]:
    query = select(journal.c.action).where(journal.c.actor_id.is_not(None)).order_by(journal.c.id)
    return list(town.app.database.read(lambda conn: conn.execute(query).scalars().all()))


def test_what_was_seen_is_what_is_imported(town: Town, office: Visitor) -> None:
    seen = see(office, PEOPLE)
    assert "Persons new 2" in seen
    assert "20230002 =HYPERLINK(0)" in seen
    assert names(town) == {}
    assert office.press("Import this").status == 303
    assert "It is done" in office.follow().words
    assert names(town) == {"20230001": "张三", "20230002": "=HYPERLINK(0)"}
    assert "console.roster" in actions(town)
    assert actions(town).count("person.added") == 2
    kept = town.app.database.read(lambda conn: conn.execute(select(handed_rosters.c.files)).scalars().all())
    assert kept == [None]  # the contents are not needed any more


def test_changes_are_shown_by_field_and_who_goes_by_sheet(town: Town, office: Visitor) -> None:
    see(office, PEOPLE)
    office.press("Import this")
    changed = "number,name,role,email,party\n20230001,张山,student,,league\n"
    seen = see(office, changed)
    assert "name: 张三 → 张山" in seen
    assert "party: changed" in seen
    assert "league" not in seen
    assert "gone" not in seen
    assert office.press("Look again", prune="people").status == 303
    seen = office.follow().words
    assert "gone" in seen
    assert "20230002 =HYPERLINK(0)" in seen
    assert names(town)["20230001"] == "张三"


def test_every_mistake_has_its_place_and_nothing_is_written(town: Town, office: Visitor) -> None:
    wrong = HEAD + "20230001,,student,\n20230001,李四,king,not-a-mail\n"
    seen = see(office, wrong)
    assert "things to mend; nothing was changed" in seen
    assert "people · row 2 · name is empty" in seen
    assert "people · row 3 · role there is no “king”; expected one of student" in seen
    assert "people · row 3 · email “not-a-mail” is not a mail address; expected one such as" in seen
    assert "Import this" not in seen
    assert names(town) == {}
    assert "people.csv" in office.get(PAGE).words  # and it can be looked at again


def test_a_change_in_between_is_said_and_shown_anew(town: Town, office: Visitor) -> None:
    see(office, PEOPLE)
    first = office.shown
    assert first is not None
    other = town.signed_in("O2")
    see(other, HEAD + "20230001,张三丰,student,\n")
    other.press("Import this")
    office.shown, office.path = first, f"{PAGE}/1"
    assert office.press("Import this").status == 303
    seen = office.follow().words
    assert "Something changed since you looked, so nothing was imported" in seen
    assert "name: 张三丰 → 张三" in seen
    assert names(town) == {"20230001": "张三丰"}
    office.press("Import this")
    assert names(town)["20230001"] == "张三"


def test_a_second_press_imports_nothing_twice(town: Town, office: Visitor) -> None:
    see(office, PEOPLE)
    shown, path = office.shown, office.path
    office.press("Import this")
    before = actions(town)
    office.shown, office.path = shown, path
    assert office.press("Import this").status == 303
    assert "It is done" in office.follow().words
    assert actions(town) == before


def test_only_the_office_and_only_ones_own(town: Town, office: Visitor) -> None:
    see(office, PEOPLE)
    form = next(one for one in office.shown.forms if one.action == f"{PAGE}/1") if office.shown else None
    assert form is not None
    for number in ("C1", "V1", "R1"):
        assert town.signed_in(number).get(PAGE).status == 404
        assert town.signed_in(number).get(f"{PAGE}/1").status == 404
    assert hand_in(town.signed_in("C1"), {"people.csv": PEOPLE.encode()}) == 404
    assert hand_in(town.signed_in("R1"), {"people.csv": PEOPLE.encode()}) == 403
    other = town.signed_in("O2")
    for path in (f"{PAGE}/1", f"{PAGE}/99", f"{PAGE}/{2**70}"):
        assert other.get(path).headers["location"] == f"{PAGE}?said=gone"
    token = other.get("/console/me").forms[0].fields["csrf"]
    assert other.post(f"{PAGE}/1", {"csrf": token, "mark": form.fields["mark"]}).status == 303
    assert names(town) == {}


def workbook() -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "people"
    for row in (["学号", "姓名"], ["20230001", "张三"]):
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def packed(files: Files) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return file.getvalue()


@pytest.mark.parametrize(
    "made",
    [
        lambda: {"名单.xlsx": workbook()},
        lambda: {
            "people.csv": PEOPLE.encode("gb18030"),
            "intake.csv": "year,unit,level,intake\n2019,A,博士,3\n".encode(),
        },
        lambda: {"all.zip": packed({"folder/people.csv": PEOPLE.encode(), "__MACOSX/._people.csv": b"\0"})},
        lambda: {"all.zip": packed({"名单.xlsx": workbook()})},
    ],
    ids=["workbook", "several", "packed", "packed workbook"],
)
def test_files_as_people_have_them(office: Visitor, made: Callable[[], Files]) -> None:
    assert hand_in(office, made()) == 303
    assert "20230001 张三" in office.follow().words


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"a.xls": b"\xd0\xcf\x11\xe0"}, "a.xls is not read; save it as an Excel workbook (.xlsx)"),
        ({"a.xlsx": b"\xd0\xcf\x11\xe0"}, "a.xlsx is protected by a password"),
        ({"a.xlsx": b"no workbook"}, "a.xlsx is not a readable .xlsx workbook"),
        ({"a.zip": b"no archive"}, "a.zip is not a readable .zip"),
        ({"a.zip": packed({"a.txt": b"a"})}, "there is no .csv in a.zip"),
        ({"a.xlsx": b"a", "b.csv": b"b"}, "several files were chosen that are not all .csv"),
        ({"cats.csv": b"a,b\n1,2\n"}, "there is no such sheet in a roster"),
        ({"people.csv": b"\xff\xfe\x00"}, "is neither UTF-8 nor GB18030 text"),
    ],
)
def test_files_that_are_no_roster_are_named(town: Town, office: Visitor, files: Files, said: str) -> None:
    assert hand_in(office, files) == 303
    assert said in office.follow().words
    assert names(town) == {}


def test_no_file_and_too_large_a_file(town: Town, office: Visitor) -> None:
    assert hand_in(office, {}) == 400
    assert office.shown is not None
    assert "No file was chosen" in office.shown.words
    most = town.app.settings.limits.import_body_bytes
    assert hand_in(office, {"people.csv": b" " * most}) == 413
    assert hand_in(office, {"people.csv": b" " * (town.app.settings.limits.body_bytes + 1)}) == 303
    kept = select(func.count()).select_from(handed_rosters)
    assert town.app.database.read(lambda conn: conn.execute(kept).scalar()) == 1


def test_many_changes_are_paged(office: Visitor) -> None:
    rows = "".join(f"2023{number:04},N{number},student,\n" for number in range(450))
    seen = see(office, HEAD + rows)
    assert "1 / 3" in seen
    assert "N199" in seen
    assert "N200" not in seen
    assert "N449" in office.get(f"{PAGE}/1?page=3").words
    assert office.get(f"{PAGE}/1?page=99").status == office.get(f"{PAGE}/1?page=x").status == 200


def test_an_empty_roster_to_fill(office: Visitor) -> None:
    taken = office.get(f"{PAGE}/template.xlsx")
    assert taken.status == 200
    assert "people" in openpyxl.load_workbook(io.BytesIO(taken.body)).sheetnames


def test_addresses_of_mail_follow_the_roster(tmp_path: Path) -> None:
    mail = {"enabled": True, "host": "127.0.0.1", "from": "y@uni.example", "security": "none"}
    made = settings_in(tmp_path).model_dump(by_alias=True) | {"channels": {"mail": mail}}
    clock = ManualClock(NOW)
    with closing(App(Settings.model_validate(made), clock, paced=False)) as app:
        town = Town(app, clock, Ground(app.database))
        town.ground.staff("O1", "office", language="en")
        office = town.signed_in("O1")
        both = HEAD + "20230001,张三,counsellor,us@uni.example\n20230002,李四,counsellor,us@uni.example\n"
        assert "20230001 张三, 20230002 李四 have one mail address, us@uni.example" in see(office, both)
        office.press("Import this")
        query = select(addresses.c.external_id).where(addresses.c.channel == "mail")
        assert app.database.read(lambda conn: conn.execute(query).scalars().all()) == ["us@uni.example"]


def test_mistakes_are_said_in_the_readers_language(town: Town) -> None:
    town.ground.staff("O1", "office", language="zh")
    office = town.signed_in("O1")
    seen = see(office, HEAD + "20230001,,king,not-a-mail\n")
    assert "people · 第 2 行 · name 是空的；应为姓名" in seen
    assert "没有 “king”；应为其中之一：student 学生" in seen
    assert "“not-a-mail” 不是邮箱地址；应为邮箱，如 name@example.edu" in seen
