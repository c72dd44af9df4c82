"""What an import does to the database: all of it or nothing, twice the same as once, and planned anew."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, make_url, select

from bot.branches.store import branch_members, branches, party_statuses
from bot.errors import MistakesError
from bot.journal.store import journal
from bot.people import store as people_store
from bot.people.model import Role, RoleKind, ScopeKind
from bot.people.store import people
from bot.programmes import store as programmes_store
from bot.programmes.versions import Programmes, default_text
from bot.prompts.model import State
from bot.prompts.store import prompts
from bot.roster.model import Difference
from bot.roster.read import read_roster
from bot.schema import metadata
from bot.sealed import Keyring
from bot.storage import tables
from bot.storage.database import Database
from bot.trips import store as trips_store
from handlers.roster_imported import import_roster

NOW = datetime(2026, 8, 1, 2, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=1)
AT_HOME = frozenset({"channels", "checklist", "flight", "return", "return_report"})
"""What is asked before departure and after the return."""
assert tables.trips is trips_store

PEOPLE = """\
number,name,unit,role,scope,level,party,language,email,phone,counsellor,supervisor
C1,林知远,大学/文学院,counsellor;office,大学/文学院;region:EU;US,,,,lin@example.edu,+86 138 0000,,
P1,周明湖,大学/理学院/数学系,supervisor,,,,,,,,
S1,苏晚晴,大学/文学院/历史系,student;secretary,,doctor,probationary,zh,su@example.edu,13800138000,C1,P1
S2,Chen,大学/文学院,,,bachelor,league,en,,,C1,
"""
TRIPS = """\
派出编号,学号,派往单位,城市,国家,出发日期,返回日期,类型,紧急联系人
T1,S1,Humboldt,柏林,德国,2026-09-01,2027-01-31,联合培养,苏女士 123456
T2,S2,NYU,New York,US,2026/9/10,2026/12/20,交换,
"""
BRANCHES = "支部,类别,单位,书记,副书记\n欧洲支部,党支部,大学/党委,S1,C1\n"
MEMBERS = "支部,学号\n欧洲支部,S1\n欧洲支部,S2\n"
SOUND = {"people": PEOPLE, "trips": TRIPS, "branches": BRANCHES, "branch_members": MEMBERS}


class Office:
    """The programme office with its database: it imports tables written as text."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.programmes = Programmes()
        self.folder = folder

    def hand_in(
        self, sheets: dict[str, str], *, prune: tuple[str, ...] = (), dry_run: bool = False, now: datetime = NOW
    ) -> Difference:
        for old in self.folder.glob("*.csv"):
            old.unlink()
        for name, text in sheets.items():
            (self.folder / f"{name}.csv").write_text(text, encoding="utf-8")
        read = read_roster(self.folder)

        def work(conn: Connection) -> Difference:
            return import_roster(conn, read, prune=set(prune), dry_run=dry_run, now=now, programmes=self.programmes)

        return self.database.write(work)

    def read(self, work: Callable[[Connection], Any]) -> Any:
        return self.database.read(work)

    def dump(self) -> dict[str, list[Any]]:
        """Return every row of every table."""

        def work(conn: Connection) -> dict[str, list[Any]]:
            return {
                table.name: [tuple(row) for row in conn.execute(select(table).order_by(*table.primary_key))]
                for table in metadata.sorted_tables
            }

        found: dict[str, list[Any]] = self.database.read(work)
        return found

    def person(self, number: str) -> Any:
        return self.read(lambda conn: people_store.by_number(conn, number))

    def trip(self, key: str) -> Any:
        return self.read(lambda conn: trips_store.by_key(conn, key))

    def actions(self) -> list[str]:
        query = select(journal.c.action).order_by(journal.c.id)
        return [row.action for row in self.read(lambda conn: conn.execute(query).all())]

    def plan(self, key: str) -> list[Any]:
        """Return what is scheduled for a trip, as (item, zone, instant)."""
        query = select(prompts).where(prompts.c.trip_id == self.trip(key).id, prompts.c.state == State.SCHEDULED.value)
        rows = self.read(lambda conn: conn.execute(query.order_by(prompts.c.opens_at)).all())
        return [(row.item, row.zone, row.opens_at) for row in rows]


def changed(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


def without(text: str, start: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    kept = [row for row in rows if row[0] != start and row[-1] != start]
    assert len(kept) == len(rows) - 1
    out = io.StringIO()
    csv.writer(out).writerows(kept)
    return out.getvalue()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def office(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Office]:
    url = f"sqlite:///{tmp_path}/y.db" if request.param == "sqlite" else request.getfixturevalue("fresh_pg_url")
    (tmp_path / "roster").mkdir()
    with closing(Database(make_url(url), Keyring([Keyring.new_key()]))) as database:
        metadata.create_all(database.engine)
        database.write(lambda conn: programmes_store.add(conn, default_text(), "0" * 64, NOW))
        yield Office(database, tmp_path / "roster")


def test_a_roster_is_stored_whole(office: Office) -> None:
    office.hand_in(SOUND)
    counsellor, student, other = (office.person(number) for number in ("C1", "S1", "S2"))
    scope = ((ScopeKind.COUNTRY, "US"), (ScopeKind.REGION, "EU"), (ScopeKind.UNIT, "大学/文学院"))
    assert set(counsellor.roles) == {Role(RoleKind.COUNSELLOR, scope), Role(RoleKind.OFFICE, scope)}
    assert {role.kind for role in student.roles} == {RoleKind.STUDENT, RoleKind.SECRETARY}
    assert [role.kind for role in other.roles] == [RoleKind.STUDENT]
    assert (student.counsellor_id, student.supervisor_id) == (counsellor.id, office.person("P1").id)
    assert (student.email, student.phone, student.level, student.zone) == (
        "su@example.edu",
        "13800138000",
        "doctor",
        "Asia/Shanghai",
    )
    assert (other.language, other.created_at, student.language) == ("en", NOW, "zh")
    trip = office.trip("T1")
    assert (trip.zone, trip.country, trip.departs, trip.returns) == (
        "Europe/Berlin",
        "DE",
        date(2026, 9, 1),
        date(2027, 1, 31),
    )
    assert (trip.person_id, trip.type, trip.emergency_contact) == (student.id, "joint_training", "苏女士 123456")
    assert set(office.read(people_store.unit_paths).values()) == {
        "大学",
        "大学/文学院",
        "大学/文学院/历史系",
        "大学/理学院",
        "大学/理学院/数学系",
        "大学/党委",
    }
    [branch] = office.read(lambda conn: conn.execute(select(branches)).all())
    assert (branch.key, branch.kind, branch.secretary_id) == ("欧洲支部", "party", student.id)
    assert branch.deputy_id == office.person("C1").id
    members = office.read(lambda conn: conn.execute(select(branch_members.c.person_id)).scalars().all())
    assert set(members) == {student.id, other.id}


def test_party_status_is_kept_apart_and_in_no_journal_line(office: Office) -> None:
    office.hand_in(SOUND)
    query = select(people.c.number, party_statuses.c.status).join(people)
    assert dict(office.read(lambda conn: [tuple(row) for row in conn.execute(query)])) == {
        "S1": "probationary",
        "S2": "league",
    }
    office.hand_in({"people": changed(PEOPLE, "probationary", "party")}, now=LATER)
    office.hand_in({"people": changed(changed(PEOPLE, "probationary", "party"), "league", "")}, now=LATER)
    assert dict(office.read(lambda conn: [tuple(row) for row in conn.execute(query)])) == {"S1": "party"}
    with office.database.engine.connect() as conn:
        lines = conn.execute(select(journal.c.action, journal.c.person_id, journal.c.detail)).all()
    assert not [line for line in lines if "party" in str(line.detail)]
    assert all(line.person_id is None for line in lines if line.action.startswith("branch"))


def test_twice_is_the_same_as_once(office: Office) -> None:
    office.hand_in(SOUND)
    before = office.dump()
    found = office.hand_in(SOUND, now=LATER)
    assert (list(found.changes), dict(found.same)) == (
        [],
        {"people": 4, "trips": 2, "branches": 1, "branch_members": 2},
    )
    assert office.dump() == before


def test_a_dry_run_tells_everything_and_writes_nothing(office: Office) -> None:
    before = office.dump()
    wanted = office.hand_in(SOUND, dry_run=True)
    assert len(wanted.changes) == 9
    assert office.dump() == before
    assert [(change.sheet, change.key) for change in office.hand_in(SOUND).changes] == [
        (change.sheet, change.key) for change in wanted.changes
    ]


def test_every_fault_is_reported_in_the_order_of_the_file_and_nothing_is_written(office: Office) -> None:
    office.hand_in(SOUND)
    before = office.dump()
    faulty = {
        "trips": TRIPS + "T3,S9,X,一个村子,美国,2026-09-01,soon,交换,\nT4,S1,X,Berlin,DE,2026-12-01,2027-03-01,交换,\n",
        "people": PEOPLE + "S3,,大学,专员,,,,,,,C9,\nS1,again,,,,,,,,,P1,\n",
        "branches": BRANCHES,
        "branch_members": MEMBERS + "美洲支部,S7\n",
    }
    with pytest.raises(MistakesError) as caught:
        office.hand_in(faulty, now=LATER)
    assert [str(mistake).split(";")[0] for mistake in caught.value.mistakes] == [
        "people!6 name: is empty",
        "people!6 role: “专员” can mean several roles",
        "people!6 counsellor: there is nobody with the number “C9”",
        "people!7 number: “S1” is in row 4 already",
        "people!7 counsellor: “P1” has the role supervisor only",
        "trips!4 学号: there is nobody with the number “S9”",
        "trips!4 zone: “一个村子” in US can be in several time zones",
        "trips!4 返回日期: “soon” is not a date",
        "trips!5 出发日期: the trip overlaps “T1” in row 2 (2026-09-01 to 2027-01-31)",
        "branch_members!4 支部: there is no branch “美洲支部”",
        "branch_members!4 学号: there is nobody with the number “S7”",
    ]
    assert office.dump() == before


def test_a_changed_file_changes_what_changed(office: Office) -> None:
    office.hand_in(SOUND)
    before, lines = office.dump(), len(office.actions())
    text = changed(PEOPLE, "su@example.edu", "wanqing@example.edu")
    text = changed(text, "S2,Chen,大学/文学院,,", "S2,Chen,大学/文学院/英文系,,")
    found = office.hand_in({"people": text}, now=LATER)
    assert [(change.key, [field.name for field in change.fields]) for change in found.changes] == [
        (("S1",), ["email"]),
        (("S2",), ["unit"]),
    ]
    after = office.dump()
    assert {name for name in after if after[name] != before[name]} == {"people", "units", "journal"}
    assert office.person("S1").email == "wanqing@example.edu"
    assert office.actions()[lines:] == ["person.changed", "person.changed"]


def test_roles_and_scope_follow_the_file(office: Office) -> None:
    office.hand_in(SOUND)
    office.hand_in({"people": changed(PEOPLE, "counsellor;office,大学/文学院;region:EU;US", "counsellor,大学")})
    assert office.person("C1").roles == (Role(RoleKind.COUNSELLOR, ((ScopeKind.UNIT, "大学"),)),)
    office.hand_in({"people": "number,name,role\nC1,林知远,counsellor;coordinator\n"})
    assert set(office.person("C1").roles) == {
        Role(RoleKind.COUNSELLOR, ((ScopeKind.UNIT, "大学"),)),
        Role(RoleKind.COORDINATOR, ((ScopeKind.UNIT, "大学"),)),
    }


def test_a_file_with_fewer_columns_leaves_the_others_alone(office: Office) -> None:
    office.hand_in(SOUND)
    before = office.dump()
    assert not office.hand_in({"people": "学号,姓名\nS1,苏晚晴\n"}, now=LATER)
    assert office.dump() == before


def test_what_she_said_herself_is_not_overwritten(office: Office) -> None:
    office.hand_in(SOUND)
    student = office.person("S1").id
    own = {"language": "en", "consent_at": NOW}
    office.database.write(lambda conn: people_store.update_person(conn, student, **own))
    assert not office.hand_in(SOUND, now=LATER)
    office.hand_in({"trips": changed(TRIPS, "柏林,德国", "慕尼黑,德国")}, now=LATER)
    person = office.person("S1")
    assert (person.language, person.consent_at) == ("en", NOW)


def test_the_clock_that_a_student_named_at_home_is_not_overwritten(office: Office) -> None:
    roster = {"people": "学号,姓名,角色,时区,辅导员\nC1,林知远,辅导员,,\nS9,苏晚晴,学生,,C1\n"}
    office.hand_in(roster)
    student = office.person("S9").id
    own = {"zone": "Asia/Urumqi", "consent_at": NOW}
    office.database.write(lambda conn: people_store.update_person(conn, student, **own))
    assert not office.hand_in(roster, now=LATER)
    assert office.person("S9").zone == "Asia/Urumqi"


def test_rows_that_are_absent_stay(office: Office) -> None:
    office.hand_in(SOUND)
    before = office.dump()
    found = office.hand_in({"people": without(PEOPLE, "S2"), "trips": without(TRIPS, "T2")}, now=LATER)
    assert not found
    assert (found.kept["people"], found.kept["trips"]) == (1, 1)
    assert office.dump() == before


def test_pruning_lets_go_and_a_row_that_comes_back_is_revived(office: Office) -> None:
    office.hand_in(SOUND)
    assert office.plan("T2")
    less = {
        "people": without(PEOPLE, "S2"),
        "trips": without(TRIPS, "T2"),
        "branches": "支部,类别,单位,书记\n",
        "branch_members": "支部,学号\n",
    }
    found = office.hand_in(less, prune=tuple(SOUND), now=LATER)
    assert [(change.kind.value, change.key) for change in found.changes] == [
        ("absent", ("S2",)),
        ("absent", ("T2",)),
        ("absent", ("欧洲支部",)),
        ("absent", ("欧洲支部", "S1")),
        ("absent", ("欧洲支部", "S2")),
    ]
    assert (office.person("S2").absent_at, office.trip("T2").cancelled_at) == (LATER, LATER)
    assert office.plan("T2") == []
    assert office.read(lambda conn: conn.execute(select(branch_members)).all()) == []
    assert not office.hand_in(less, prune=tuple(SOUND), now=LATER)
    back = office.hand_in(SOUND, now=LATER)
    assert [change.kind.value for change in back.changes] == ["revive", "revive", "revive", "add", "add"]
    assert (office.person("S2").absent_at, office.trip("T2").cancelled_at) == (None, None)
    assert office.plan("T2")


def test_pruning_one_sheet_leaves_the_others(office: Office) -> None:
    office.hand_in(SOUND)
    found = office.hand_in({"people": without(PEOPLE, "S2"), "trips": without(TRIPS, "T2")}, prune=("trips",))
    assert [change.key for change in found.changes] == [("T2",)]


def test_a_trip_is_planned_in_its_zone_and_planned_anew_when_it_moves(office: Office) -> None:
    office.hand_in(SOUND)
    first = office.plan("T1")
    abroad = [row for row in first if row[0] not in AT_HOME]
    assert {zone for _, zone, _ in abroad} == {"Europe/Berlin"}
    office.hand_in({"trips": changed(TRIPS, "柏林,德国,2026-09-01", "圣保罗,巴西,2026-09-15")}, now=LATER)
    moved = [row for row in office.plan("T1") if row[0] not in AT_HOME]
    assert {zone for _, zone, _ in moved} == {"America/Sao_Paulo"}
    assert moved[0][2] > abroad[0][2] + timedelta(days=13)


def test_without_a_programme_nothing_is_planned_and_all_is_stored(office: Office) -> None:
    office.database.write(lambda conn: conn.execute(programmes_store.programme_versions.delete()))
    office.hand_in(SOUND)
    assert office.trip("T1")
    assert office.plan("T1") == []


def test_a_trip_that_moves_its_departure_forgets_the_landing(office: Office) -> None:
    office.hand_in(SOUND)
    trips = trips_store.trips
    office.database.write(lambda conn: conn.execute(trips.update().values(landing_at=NOW)))
    office.hand_in({"trips": changed(TRIPS, "2026-09-01", "2026-09-02")}, now=LATER)
    assert (office.trip("T1").landing_at, office.trip("T2").landing_at) == (None, NOW)


def test_the_journal_holds_names_of_fields_and_never_a_value(office: Office) -> None:
    office.hand_in(SOUND)
    office.hand_in({"people": changed(PEOPLE, "13800138000", "13900139000")}, now=LATER)
    student = office.person("S1").id
    query = select(journal.c.action, journal.c.detail).where(journal.c.at == LATER, journal.c.person_id == student)
    assert [tuple(row) for row in office.read(lambda conn: conn.execute(query).all())] == [
        ("person.changed", {"fields": "phone"})
    ]


def test_a_large_roster_goes_in_at_once(office: Office) -> None:
    people_text = "number,name,email,counsellor,role\nC1,林,,,counsellor\n"
    people_text += "".join(f"S{number},N{number},s{number}@example.edu,C1,\n" for number in range(1200))
    trips_text = TRIPS.splitlines()[0] + "\n"
    trips_text += "".join(f"T{n},S{n},NYU,New York,US,2026-09-10,2026-12-20,交换,\n" for n in range(1200))
    found = office.hand_in({"people": people_text, "trips": trips_text})
    assert len(found.changes) == 2401
    assert not office.hand_in({"people": people_text, "trips": trips_text})


def test_a_reader_comes_in_with_the_roster_by_either_name(office: Office) -> None:
    row = "R{},杜老师,大学/文学院,{},region:EU,,,,,,,\n"
    office.hand_in(SOUND | {"people": PEOPLE + row.format(1, "只读") + row.format(2, "reader")})
    for number in ("R1", "R2"):
        assert office.person(number).roles == (Role(RoleKind.READER, ((ScopeKind.REGION, "EU"),)),)
