"""What programs get: rosters in with the faults of a file, responses and statistics out, each within its token."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.api_tokens.model import Right
from bot.api_tokens.store import api_tokens
from bot.errors import MistakesError, UsageError
from bot.journal.store import journal
from bot.people.store import by_number
from bot.programmes.versions import Programmes
from bot.roster.read import read_roster
from bot.trips.store import by_key
from handlers.api_tokens_made import make_token, revoke_token
from handlers.roster_imported import import_roster
from tests.fakes.ground import NOW
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town

ROSTER: dict[str, Any] = {
    "people": [{"number": "S1", "name": "苏晚晴", "unit": "大学/文学院", "level": "doctor", "role": ["student"]}],
    "trips": [
        {
            "trip": "T1",
            "number": "S1",
            "host": "Bonn",
            "city": "波恩",
            "country": "德国",
            "departs": "2026-09-01",
            "returns": "2027-01-31",
            "type": "exchange",
        }
    ],
    "intake": [{"year": 2026, "unit": "大学/文学院", "level": "doctor", "intake": 30}],
}


def token(town: Town, number: str, *rights: Right, days: int = 90) -> str:
    real = town.clock.real()
    return town.app.database.write(
        lambda conn: make_token(conn, number, rights or tuple(Right), "test", days, now=NOW, real=real)
    )


def caller(town: Town, number: str, *rights: Right) -> Visitor:
    return town.visitor(authorization=f"Bearer {token(town, number, *rights)}")


def sent(visitor: Visitor, roster: Any, query: str = "") -> Shown:
    return visitor.send(f"/api/v1/roster{query}", json.dumps(roster).encode(), content_type="application/json")


def actions(town: Town) -> list[str]:
    query = select(journal.c.action).order_by(journal.c.id)
    return list(town.app.database.read(lambda conn: conn.execute(query).scalars().all()))


def test_a_roster_comes_in_and_a_second_time_changes_nothing(town: Town) -> None:
    town.ground.staff("O1", "office")
    program = caller(town, "O1")
    dry = sent(program, ROSTER, "?dry_run=true")
    assert json.loads(dry.text)["sheets"]["people"] == {"add": 1, "change": 0, "revive": 0, "absent": 0, "same": 0}
    assert town.app.database.read(lambda conn: by_number(conn, "S1")) is None
    first = sent(program, ROSTER)
    assert first.status == 200, first.text
    trip = town.app.database.read(lambda conn: by_key(conn, "T1"))
    assert trip is not None
    assert (trip.country, trip.zone) == ("DE", "Europe/Berlin")
    assert actions(town)[-1] == "api.roster"
    again = json.loads(sent(program, ROSTER).text)
    assert {name: counts["same"] for name, counts in again["sheets"].items()} == {"people": 1, "trips": 1, "intake": 1}


def test_faults_are_those_of_a_file(town: Town, tmp_path: Path) -> None:
    town.ground.staff("O1", "office")
    wrong: dict[str, list[dict[str, Any]]] = {
        "people": [{"number": "S1", "name": "A", "role": "magician"}, {"number": "S1", "name": "", "role": None}],
        "trips": [{"trip": "T9", "number": "S9", "host": "H", "birthday": "x"}],
        "pets": [{"name": "cat"}],
    }
    answer = sent(caller(town, "O1"), wrong)
    assert answer.status == 422
    said = [(one["where"], one["what"], one["mend"]) for one in json.loads(answer.text)["mistakes"]]
    for name, rows in wrong.items():
        lines = [",".join(rows[0]), *(",".join(str(value or "") for value in row.values()) for row in rows)]
        (tmp_path / f"{name}.csv").write_text("\n".join(lines) + "\n")
    with pytest.raises(MistakesError) as caught:
        town.app.database.read(
            lambda conn: import_roster(
                conn, read_roster(tmp_path), prune=set(), dry_run=True, now=NOW, programmes=Programmes()
            )
        )
    # A file's rows begin below its headers.
    in_file = [(str(one), one) for one in caught.value.mistakes]
    assert len(said) == len(in_file)
    assert {(what, mend) for _, what, mend in said if "row" not in what} == {
        (one.what, one.mend) for _, one in in_file if "row" not in one.what
    }
    assert {"people!1 role", "pets"} <= {where for where, _, _ in said}


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{", b'{"people": 3}', b'{"people": [3]}', b'{"people": [{"number": {}}]}', b"[" * 100_000]
)
def test_what_is_no_roster_is_refused_in_words(town: Town, body: bytes) -> None:
    town.ground.staff("O1", "office")
    answer = caller(town, "O1").send("/api/v1/roster", body)
    assert answer.status == 422
    assert json.loads(answer.text)["mistakes"][0]["mend"].startswith("expected")


@pytest.mark.parametrize("is_announced", [True, False])
def test_a_roster_over_the_limit_is_refused_in_json(town: Town, *, is_announced: bool) -> None:
    town.ground.staff("O1", "office")
    body = b" " * (town.app.settings.limits.api_body_bytes + 1)
    length = {"content-length": str(len(body))} if is_announced else {}
    answer = caller(town, "O1").send("/api/v1/roster", body, content_type="application/json", **length)
    assert answer.status == 413
    assert answer.headers["content-type"] == "application/json"
    assert json.loads(answer.text) == {"error": "the body is larger than this service takes"}


def test_a_row_that_leaves_a_column_out_clears_nothing(town: Town) -> None:
    town.ground.staff("O1", "office")
    roster = {"people": [{"number": "S1", "name": "A", "email": "a@b.example"}, {"number": "S2", "name": "B"}]}
    answer = sent(caller(town, "O1"), roster)
    assert json.loads(answer.text)["mistakes"] == [
        {
            "where": "people!2 email",
            "what": "is missing here and given elsewhere",
            "mend": "expected the same columns in every row of a sheet, and null where one is to be empty",
        }
    ]


def test_without_a_token_that_works_nothing_is_told(town: Town) -> None:
    town.ground.staff("O1", "office")
    secret = token(town, "O1", Right.STATISTICS)
    assert town.visitor().get("/api/v1/responses").status == 401
    assert town.visitor(authorization="Bearer yanxin_forged").get("/api/v1/responses").status == 401
    assert town.visitor(authorization=f"Basic {secret}").get("/api/v1/statistics").status == 401
    program = town.visitor(authorization=f"Bearer {secret}")
    assert program.get("/api/v1/responses").status == 403
    assert sent(program, ROSTER).status == 403
    assert program.get("/api/v1/statistics").status == 200
    town.app.database.write(lambda conn: revoke_token(conn, 1, now=NOW, real=town.clock.real()))
    assert program.get("/api/v1/statistics").status == 401
    with pytest.raises(UsageError):
        town.app.database.write(lambda conn: revoke_token(conn, 1, now=NOW, real=town.clock.real()))


def test_a_token_ends_by_itself_and_with_the_role_of_its_person(town: Town) -> None:
    town.ground.staff("O1", "office")
    short = town.visitor(authorization=f"Bearer {token(town, 'O1', days=1)}")
    assert short.get("/api/v1/statistics").status == 200
    town.clock.advance(timedelta(days=2))
    assert short.get("/api/v1/statistics").status == 401


def test_only_a_hash_of_a_token_is_stored(town: Town) -> None:
    town.ground.staff("O1", "office")
    secret = token(town, "O1")
    row = town.app.database.read(lambda conn: conn.execute(select(api_tokens)).one())
    assert secret not in " ".join(map(str, row))


@pytest.mark.parametrize(("role", "rights"), [("supervisor", ()), ("secretary", ()), ("counsellor", (Right.ROSTER,))])
def test_nobody_gets_a_token_for_more_than_she_may_herself(town: Town, role: str, rights: tuple[Right, ...]) -> None:
    town.ground.staff("X1", role)
    with pytest.raises(UsageError):
        token(town, "X1", *(rights or (Right.RESPONSES,)))


def test_responses_come_in_pages_and_then_only_what_has_changed(town: Town) -> None:
    town.ground.staff("O1", "office")
    for place in range(5):
        at = NOW - timedelta(hours=place * 3)
        town.ground.answered(town.ground.student(f"S{place}"), "fine", answered_at=at, opened=timedelta(days=1))
    program = caller(town, "O1", Right.RESPONSES)
    seen, cursor = [], ""
    while True:
        page = json.loads(program.get(f"/api/v1/responses?limit=2{cursor}").text)
        seen += [row["number"] for row in page["rows"]]
        if page["next"] is None:
            break
        cursor = f"&cursor={page['next']}"
    assert seen == [f"S{place}" for place in range(5)]
    since = (NOW - timedelta(hours=4)).isoformat().replace("+", "%2B")
    changed = json.loads(program.get(f"/api/v1/responses?since={since}").text)
    assert [row["number"] for row in changed["rows"]] == ["S0", "S1"]
    assert {action for action in actions(town) if action == "console.exported"}
    for odd in ("cursor=nonsense", "limit=0", "limit=9999", "since=yesterday", "since=2026-01-01T00:00"):
        assert program.get(f"/api/v1/responses?{odd}").status in {400, 422}


def test_a_hard_week_is_told_only_to_whom_it_was_shared_with(town: Town) -> None:
    her = town.ground.staff("C1", "counsellor")
    town.ground.staff("O1", "office")
    for number, whom in (("S1", "counsellor"), ("S2", "office"), ("S3", "nobody")):
        town.ground.answered(town.ground.student(number, counsellor=her), "hard", whom)

    def told(number: str) -> dict[str, str]:
        rows = json.loads(caller(town, number, Right.RESPONSES).get("/api/v1/responses").text)["rows"]
        return {row["number"]: row["answer"] for row in rows}

    assert told("C1") == {"S1": "hard", "S2": "answered", "S3": "answered"}
    assert told("O1") == {"S1": "answered", "S2": "hard", "S3": "answered"}


def test_a_foreign_unit_is_as_if_there_were_none(town: Town) -> None:
    town.ground.staff("K1", "coordinator", ("unit", "大学/文学院"))
    town.ground.unit("大学/文学院")
    town.ground.unit("大学/理学院")
    program = caller(town, "K1", Right.STATISTICS)
    answers = {
        program.get(f"/api/v1/statistics?unit={unit}").text
        for unit in ("%E5%A4%A7%E5%AD%A6%2F%E7%90%86%E5%AD%A6%E9%99%A2", "nowhere", "")
    }
    assert answers == {'{"error":"there are no such statistics"}'}


def test_it_describes_itself_and_answers_json_only(town: Town) -> None:
    described = json.loads(town.visitor().get("/api/v1/openapi.json").text)
    assert set(described["paths"]) == {"/roster", "/responses", "/statistics"}
    assert "trips" in json.dumps(described["paths"]["/roster"])
    assert json.loads(town.visitor().get("/api/v1/nothing").text) == {"error": "Not Found"}
    assert town.visitor().get("/api/v1/docs").status == 404


def test_a_fault_of_ours_is_plain_json_and_noted(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:
    town.ground.staff("O1", "office")
    program = caller(town, "O1", Right.STATISTICS)

    def broken(*_args: object) -> None:
        raise RuntimeError("secret words")

    monkeypatch.setattr("handlers.api.statistics_out.statistics", broken)
    answer = program.get("/api/v1/statistics")
    assert (answer.status, answer.text) == (500, '{"error":"a fault of ours; it was noted"}')
