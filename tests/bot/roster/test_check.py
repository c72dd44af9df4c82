from collections.abc import Iterable
from datetime import date

from bot.roster.check import check
from bot.roster.model import Record, Sheet, Sheets, Stored, StoredRow, Value

EMPTY = Stored({})


def person(number: str, line: int = 2, role: str = "student", **values: Value) -> Record:
    return Record("people", line, (number,), {"number": number, "role": tuple(role.split(";")), **values})


def trip(key: str, departs: str, returns: str, line: int = 2, number: str = "s") -> Record:
    days = {"departs": date.fromisoformat(departs), "returns": date.fromisoformat(returns)}
    return Record("trips", line, (key,), {"trip": key, "number": number, **days})


def stored(records: Iterable[Record], units: Iterable[str] = (), *, gone: bool = False) -> Stored:
    rows: dict[str, dict[tuple[str, ...], StoredRow]] = {}
    for number, record in enumerate(records, 1):
        rows.setdefault(record.sheet, {})[record.key] = StoredRow(number, record.values, gone=gone)
    return Stored(rows, frozenset(units))


def said(records: list[Record], known: Stored = EMPTY, prune: Iterable[str] = ()) -> list[str]:
    names = {record.sheet for record in records}
    sheets = Sheets({name: Sheet(name, name, {}, ((2, {}),)) for name in names})
    return [str(sheets.mistake(fault)) for fault in check(records, known, sheets, set(prune))]


STUDENT = person("s")


def test_a_sound_roster_has_no_fault() -> None:
    records = [
        person("c", role="counsellor", scope=("unit:U", "unit:U/V", "country:DE"), unit="U/V"),
        person("p", role="supervisor"),
        person("s", counsellor="c", supervisor="p"),
        trip("T1", "2026-09-01", "2027-01-31"),
        trip("T2", "2027-01-31", "2027-03-31"),
        Record("branches", 2, ("B",), {"branch": "B", "secretary": "s"}),
        Record("branch_members", 2, ("B", "s"), {"branch": "B", "number": "s"}),
    ]
    assert said(records) == []


def test_unknown_people_units_and_branches_are_named() -> None:
    records = [
        person("s", counsellor="x", supervisor="y", scope=()),
        person("c", 3, role="counsellor", scope=("unit:Nowhere",)),
        Record("trips", 2, ("T1",), {"trip": "T1", "number": "z"}),
        Record("branches", 2, ("B",), {"branch": "B", "secretary": "q"}),
        Record("branch_members", 2, ("C", "r"), {"branch": "C", "number": "r"}),
    ]
    assert [fault.split(";")[0] for fault in said(records)] == [
        "people!2 counsellor: there is nobody with the number “x”",
        "people!2 supervisor: there is nobody with the number “y”",
        "people!3 scope: there is no unit “Nowhere”",
        "trips!2 number: there is nobody with the number “z”",
        "branches!2 secretary: there is nobody with the number “q”",
        "branch_members!2 branch: there is no branch “C”",
        "branch_members!2 number: there is nobody with the number “r”",
    ]


def test_what_the_database_knows_may_be_referred_to() -> None:
    branch = Record("branches", 2, ("B",), {"branch": "B"})
    known = stored([person("c", role="counsellor"), STUDENT, branch], ["U"])
    member = Record("branch_members", 2, ("B", "s"), {"branch": "B", "number": "s"})
    records = [person("n", counsellor="c"), person("k", 3, role="office", scope=("unit:U",)), member]
    assert said([*records, trip("T1", "2026-09-01", "2026-09-02")], known) == []


def test_who_is_absent_or_goes_with_this_import_may_not() -> None:
    known = stored([person("c", role="counsellor")])
    assert said([person("s", counsellor="c")], known, ["people"])
    gone = stored([person("c", role="counsellor")], gone=True)
    assert "any more" in said([person("s", counsellor="c")], gone)[0]
    branch = Record("branches", 2, ("B",), {"branch": "B"})
    member = Record("branch_members", 2, ("B", "s"), {"branch": "B", "number": "s"})
    other = Record("branches", 3, ("A",), {"branch": "A"})
    assert said([STUDENT, other, member], stored([branch]), ["branches"])


def test_a_fellow_student_or_a_supervisor_is_no_counsellor() -> None:
    records = [
        person("a", counsellor="b"),
        person("b", 3),
        person("c", 4, counsellor="d"),
        person("d", 5, "supervisor"),
    ]
    assert [fault.split(";")[0] for fault in said(records)] == [
        "people!2 counsellor: “b” has the role student only",
        "people!4 counsellor: “d” has the role supervisor only",
    ]


def test_whoever_has_a_faulty_role_cell_is_not_called_the_wrong_one() -> None:
    broken = Record("people", 3, ("c",), {"number": "c"}, frozenset({"role"}))
    assert said([person("s", counsellor="c"), broken]) == []


def test_keys_are_there_once() -> None:
    member = [Record("branch_members", line, ("B", "s"), {}) for line in (2, 9)]
    branch = Record("branches", 2, ("B",), {})
    records = [STUDENT, person("s", 7), trip("T", "2026-01-01", "2026-02-01"), trip("T", "2027-01-01", "2027-02-01", 8)]
    assert [fault.split(";")[0] for fault in said([*records, branch, *member])] == [
        "people!7 number: “s” is in row 2 already",
        "trips!8 trip: “T” is in row 2 already",
        "branch_members!9 number: “B / s” is in row 2 already",
    ]


def test_a_return_before_the_departure_is_a_fault() -> None:
    [fault] = said([STUDENT, trip("T", "2026-09-01", "2026-08-31")])
    assert fault.startswith("trips!2 returns: 2026-08-31 is before the departure on 2026-09-01")


def test_trips_of_one_person_do_not_overlap_and_the_later_row_says_so() -> None:
    long = trip("L", "2026-01-01", "2026-12-31")
    records = [STUDENT, long, trip("A", "2026-02-01", "2026-03-01", 3), trip("B", "2026-05-01", "2026-06-01", 4)]
    assert [fault.split(" (")[0] for fault in said(records)] == [
        "trips!3 departs: the trip overlaps “L” in row 2",
        "trips!4 departs: the trip overlaps “L” in row 2",
    ]
    other = person("o", 3)
    assert said([STUDENT, other, long, trip("A", "2026-02-01", "2026-03-01", 3, "o")]) == []


def test_a_trip_may_not_overlap_one_that_only_the_database_has() -> None:
    known = stored([STUDENT, trip("K", "2026-01-01", "2026-12-31")])
    new = trip("A", "2026-02-01", "2026-03-01")
    assert "overlaps “K” in the database" in said([new], known)[0]
    assert said([STUDENT, new], known, ["trips"]) == []
    assert said([new, trip("K", "2025-01-01", "2025-12-31", 3)], known) == []
    assert said([new], stored([STUDENT])) == []
    gone = Stored(
        {"people": known.rows["people"], "trips": {("K",): StoredRow(1, known.rows["trips"][("K",)].values, gone=True)}}
    )
    assert said([new], gone) == []


def test_stored_trips_that_overlap_do_not_stop_another_import() -> None:
    known = stored([STUDENT, trip("K", "2026-01-01", "2026-12-31"), trip("L", "2026-02-01", "2026-03-31")])
    assert said([person("n")], known) == []


def test_a_trip_never_changes_hands() -> None:
    known = stored([STUDENT, person("o"), trip("T", "2026-01-01", "2026-02-01", number="o")])
    assert "stored as one of “o”" in said([trip("T", "2026-01-01", "2026-02-01")], known)[0]


def test_a_trip_of_somebody_who_is_no_student_would_be_silent() -> None:
    [fault] = said([person("s", role="secretary"), trip("T", "2026-09-01", "2026-10-01")])
    assert "not the role student" in fault


def test_a_student_has_no_scope() -> None:
    assert "a student has no scope" in said([person("s", scope=("region:EU",))])[0]


def test_pruning_needs_the_sheet_and_never_leaves_nobody() -> None:
    assert said([STUDENT], prune=["trips"])[0].startswith("trips: --prune trips needs it")
    empty = Sheets({"people": Sheet("people", "人员", {}, ())})
    [fault] = check([], EMPTY, empty, {"people"})
    assert str(empty.mistake(fault)).startswith("人员: --prune people would leave nobody")
