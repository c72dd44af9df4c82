from bot.roster.diff import difference
from bot.roster.model import ChangeKind, FieldChange, Record, Stored, StoredRow, Value


def person(number: str, **values: Value) -> Record:
    return Record("people", 2, (number,), {"number": number, "name": "N", **values})


def known(*records: Record, gone: bool = False, own: frozenset[str] = frozenset()) -> Stored:
    return Stored({"people": {record.key: StoredRow(7, record.values, gone=gone, own=own) for record in records}})


def test_a_new_row_gets_the_defaults() -> None:
    [change] = difference([person("1")], Stored({}), set()).changes
    assert (change.kind, change.values["role"], change.values["zone"]) == (
        ChangeKind.ADD,
        ("student",),
        "Asia/Shanghai",
    )
    assert change.values["language"] == "zh"


def test_only_what_the_sheet_has_is_compared() -> None:
    stored = known(person("1", email="a@b.cn", role=("office",)))
    assert not difference([person("1")], stored, set())
    found = difference([person("1", email=None)], stored, set())
    assert found.changes[0].fields == (FieldChange("email", "a@b.cn", None),)
    assert found.changes[0].values["role"] == ("office",)


def test_what_she_chose_herself_stays() -> None:
    stored = known(person("1", language="en"), own=frozenset({"language"}))
    assert not difference([person("1", language="zh")], stored, set())


def test_rows_that_are_not_listed_stay_unless_pruned() -> None:
    stored = known(person("1"), person("2"))
    found = difference([person("1")], stored, set())
    assert (not found, found.same["people"], found.kept["people"]) == (True, 1, 1)
    [change] = difference([person("1")], stored, {"people"}).changes
    assert (change.kind, change.key) == (ChangeKind.ABSENT, ("2",))
    assert not difference([person("1")], known(person("1")), {"people"})


def test_a_row_that_comes_back_is_revived_with_what_changed() -> None:
    [change] = difference([person("1", email="x@y.z")], known(person("1"), gone=True), set()).changes
    assert (change.kind, change.fields) == (ChangeKind.REVIVE, (FieldChange("email", None, "x@y.z"),))


def test_who_is_absent_already_is_not_pruned_again() -> None:
    assert not difference(
        [person("2")],
        Stored({"people": {("1",): StoredRow(1, {}, gone=True), ("2",): StoredRow(2, person("2").values)}}),
        {"people"},
    )
