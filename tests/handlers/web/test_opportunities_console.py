"""The office enters, changes and takes back opportunities in the console, and sees how many, never who."""

import json
from datetime import timedelta
from typing import Any

import pytest
from click.testing import CliRunner

from bot.cli.main import cli
from bot.opportunities import interests
from bot.opportunities.model import Follows
from bot.opportunities.store import opportunities, opportunities_heard
from tests.fakes.ground import NOW
from tests.handlers.web.conftest import Town

HERE = "/console/opportunities"
KYOTO = {
    "opportunity": "X1",
    "title": "京都交换",
    "host": "Kyoto University",
    "country": "日本",
    "type": "exchange",
    "due": "2027-03-01",
    "time": "17:00",
    "level": "master",
    "text": "一学期\n学分互认",
}


@pytest.fixture
def people(town: Town) -> list[int]:
    """Return five students of whom all follow Japan; O1 is the office, C1 a counsellor."""
    town.ground.staff("O1", "office")
    town.ground.staff("C1", "counsellor")
    found = [town.ground.student(f"S{number}", name=f"学生{number}", reachable=False) for number in range(5)]
    for one in found:
        town.app.database.write(lambda conn, one=one: interests.add(conn, one, Follows.COUNTRY, "JP"))  # type: ignore[misc]
    return found


def stored(town: Town) -> list[dict[str, Any]]:
    return town.app.database.read(lambda conn: [dict(row._mapping) for row in conn.execute(opportunities.select())])


@pytest.mark.usefixtures("people")
def test_it_is_entered_changed_and_taken_back(town: Town) -> None:
    office = town.signed_in("O1")
    office.get(f"{HERE}/new")
    shown = office.press("存下", **KYOTO | {"country": "亚特兰蒂斯", "due": ""})
    assert shown.status == 200
    for words in ("没有国家", "应为日期", "京都交换"):
        assert words in shown.text
    assert stored(town) == []
    assert office.press("存下", **KYOTO).status == 303
    assert "录好了" in office.follow().words
    (row,) = stored(town)
    assert (row["country"], row["levels"], row["next_at"]) == ("JP", "master", NOW)
    assert row["text"] == "一学期\n学分互认"
    office.get(f"{HERE}/new")
    assert "这个编号已经用了" in office.press("存下", **KYOTO).words
    assert 'value="日本"' in office.get(f"{HERE}/{row['id']}").text
    assert office.press("存下", due="2027-04-01").status == 303
    assert stored(town)[0]["due_at"] - row["due_at"] == timedelta(days=31)
    office.follow()
    assert office.press("撤回").headers["location"].endswith("said=withdrawn")
    assert stored(town)[0]["withdrawn_at"] == NOW
    office.get(f"{HERE}/{row['id']}")
    office.press("存下")
    assert stored(town)[0]["withdrawn_at"] is None


def test_the_office_sees_how_many_and_never_who(town: Town, people: list[int]) -> None:
    empty = dict.fromkeys(("title_en", "tag", "funding", "levels", "text", "text_en", "link"), "")
    row = empty | {"key": "X1", "title": "Kyoto", "host": "Kyoto University", "country": "JP", "type": "exchange"}
    due = NOW + timedelta(days=60)
    made = town.ground.put(opportunities, **row, due_at=due, entered_at=NOW)
    heard = {"opportunity_id": made, "due_at": due, "state": "waiting", "is_new": False, "is_own": False}
    for one in people[:4]:
        town.ground.put(opportunities_heard, person_id=one, **heard)
    office = town.signed_in("O1")
    shown = office.get(HERE).words
    assert "关注人数 不到 5 人" in shown
    town.ground.put(opportunities_heard, person_id=people[4], **heard)
    shown = office.get(HERE).words
    assert "关注人数 5" in shown
    assert not [number for number in range(5) if f"学生{number}" in shown]
    assert town.signed_in("C1").get(HERE).status == 404
    town.ground.staff("O2", "office", ("unit", "University"))
    town.ground.staff("O3", "office", ("unit", "University/Law"))
    town.ground.staff("R1", "reader")
    assert [town.signed_in(one).get(HERE).status for one in ("O2", "O3", "R1")] == [200, 404, 200]
    assert [town.signed_in(one).get(f"{HERE}/new").status for one in ("O2", "O3", "R1")] == [200, 404, 404]


def test_the_command_prints_them(town: Town, tmp_path: Any) -> None:
    empty = dict.fromkeys(("title_en", "tag", "funding", "levels", "text", "text_en", "link"), "")
    row = empty | {"key": "X1", "title": "Kyoto", "host": "Kyoto University", "country": "JP", "type": "exchange"}
    town.ground.put(opportunities, **row, due_at=NOW + timedelta(days=9000), entered_at=NOW)
    town.app.close()
    config = tmp_path / "my.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/yanxin.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n', "utf-8"
    )
    done = CliRunner().invoke(cli, ["opportunities", "--format", "json", "--config", str(config)])
    assert done.exit_code == 0, done.output
    (one,) = json.loads(done.output)
    assert (one["opportunity"], one["state"], one["followers"]) == ("X1", "open", "0")
