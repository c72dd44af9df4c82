"""Responses: what opened, when, what came back, and no more than the reader may know."""

import json
from datetime import date, timedelta

import pytest

from bot.outbox.model import OutboxState
from bot.views.outbox_list import messages
from bot.views.responses import COLUMNS, responses
from bot.views.scope import Scope
from bot.views.table_text import as_csv, as_json, neutral
from tests.fakes.ground import NOW, Ground


def rows(ground: Ground, scope: Scope | None = None, since: date | None = None) -> list[dict[str, str]]:
    return ground.database.read(lambda conn: list(responses(conn, scope or Scope.everything(), since, NOW)))


def test_a_row_has_instants_in_utc_and_on_her_wall(ground: Ground) -> None:
    person = ground.student("S1", name="王小明")
    trip = ground.trip(person, key="T1")
    ground.answered(person, "fine", trip_id=trip, occasion="2026-11-17")
    [row] = rows(ground)
    assert tuple(row) == COLUMNS
    assert row == {
        "number": "S1",
        "name": "王小明",
        "trip": "T1",
        "kind": "checkin",
        "item": "checkin",
        "occasion": "2026-11-17",
        "zone": "America/New_York",
        "opened_at": "2026-11-17T18:00:00+00:00",
        "asked_at": "2026-11-17T18:00:00+00:00",
        "due_at": "2026-11-19T18:00:00+00:00",
        "state": "answered",
        "answer": "fine",
        "answered_at": "2026-11-18T10:00:00+00:00",
        "channel": "web",
        "opened_local": "2026-11-17T13:00:00-05:00",
        "asked_local": "2026-11-17T13:00:00-05:00",
        "due_local": "2026-11-19T13:00:00-05:00",
        "answered_local": "2026-11-18T05:00:00-05:00",
    }


def test_what_has_not_opened_is_not_there(ground: Ground) -> None:
    person = ground.student("S1")
    ground.prompt(person, "scheduled", occasion="1")
    ground.prompt(person, "withdrawn", occasion="2")
    ground.prompt(person, "excused", occasion="3", asked_at=None)
    queued = ground.prompt(person, "withdrawn", occasion="4")
    ground.message(person, queued, state="withdrawn")
    ground.prompt(person, "withdrawn", occasion="5", asked_at=NOW)
    ground.prompt(person, "not_asked", occasion="6")
    assert [row["occasion"] for row in rows(ground)] == ["4", "5", "6"]


def test_since_is_her_own_date(ground: Ground) -> None:
    person = ground.student("S1")
    # 02:00 UTC on the 18th is still the 17th in New York, and already the 18th in Sydney.
    ground.prompt(person, "open", opened=timedelta(hours=10), occasion="ny")
    ground.prompt(person, "open", opened=timedelta(hours=10), occasion="syd", zone="Australia/Sydney")
    assert [row["occasion"] for row in rows(ground, since=date(2026, 11, 18))] == ["syd"]
    assert len(rows(ground, since=date(2026, 11, 17))) == 2


@pytest.mark.parametrize(
    ("choice", "share_with", "operator", "counsellor", "coordinator"),
    [
        ("fine", None, "fine", "answered", "answered"),
        ("hard", None, "answered", "answered", "answered"),
        ("hard", "nobody", "answered", "answered", "answered"),
        ("hard", "support", "answered", "answered", "answered"),
        ("hard", "counsellor", "answered", "hard", "answered"),
        ("hard", "office", "hard", "answered", "answered"),
        ("urgent", None, "urgent", "urgent", "urgent"),
    ],
)
def test_an_answer_reads_as_each_reader_may_know_it(
    ground: Ground, choice: str, share_with: str | None, operator: str, counsellor: str, coordinator: str
) -> None:
    her = ground.staff("C", "counsellor")
    ground.answered(ground.student("S1", counsellor=her), choice, share_with)
    assert rows(ground)[0]["answer"] == operator
    assert rows(ground, Scope(her, own=True))[0]["answer"] == counsellor
    assert rows(ground, Scope(99, whole=True))[0]["answer"] == coordinator


def test_only_students_in_scope_are_listed(ground: Ground) -> None:
    her = ground.staff("C", "counsellor")
    ground.prompt(ground.student("mine", counsellor=her), "open")
    ground.prompt(ground.student("other"), "open")
    assert [row["number"] for row in rows(ground, Scope(her, own=True))] == ["mine"]


def test_no_answer_is_an_empty_cell(ground: Ground) -> None:
    ground.prompt(ground.student("S1"), "alive")
    assert (rows(ground)[0]["answer"], rows(ground)[0]["state"]) == ("", "alive")


@pytest.mark.parametrize("value", ["=1+1", "+86", "-2", "@SUM(A1)", "\tx", "\rx"])
def test_no_cell_is_a_formula(value: str) -> None:
    assert neutral(value) == f"'{value}"
    assert neutral("王小明") == "王小明"


def test_the_outbox_list_names_state_and_reason_and_no_words(ground: Ground) -> None:
    person = ground.student("S1")
    ground.message(person, None, key="a")
    ground.message(person, None, key="b", state="failed", reason="no_address", data={"text": "secret"})
    listed = ground.database.read(lambda conn: list(messages(conn, Scope.everything(), None)))
    assert [(row["state"], row["reason"], row["priority"]) for row in listed] == [
        ("accepted", "", "prompt"),
        ("failed", "no_address", "prompt"),
    ]
    assert "secret" not in str(listed)
    assert "checkin" not in str(listed)
    failed = ground.database.read(lambda conn: list(messages(conn, Scope.everything(), OutboxState.FAILED)))
    assert len(failed) == 1
    assert not ground.database.read(lambda conn: list(messages(conn, Scope(1, whole=True, office=True), None)))


def test_a_table_is_csv_or_json() -> None:
    rows = [{"a": "=1", "b": 'x,"y"'}, {"a": "王", "b": "line\nline"}]
    assert as_csv(("a", "b"), rows) == 'a,b\r\n\'=1,"x,""y"""\r\n王,"line\nline"\r\n'
    assert json.loads(as_json(rows)) == rows
    assert json.loads(as_json([])) == []
