"""`yanxin reports` lists states without a word of a report, and writes documents of what is handed in."""

import io
import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from docx import Document
from PIL import Image

from bot.cli.context import Tool
from bot.cli.reports import reports as command
from bot.clock import ManualClock
from bot.engine.report_life import hand_in
from bot.reports import drafts, files, store
from bot.reports.sections import shipped
from bot.storage.opening import open_database
from bot.storage.vault import Vault
from tests.fakes.ground import NOW, Ground
from tests.support.home_branch import home_branch, owes, study


@pytest.fixture
def tool(tmp_path: Path) -> Tool:
    config = tmp_path / "c.toml"
    config.write_text(
        f'[database]\nurl = "sqlite:///{tmp_path}/y.db"\n[security]\nkey_file = "{tmp_path}/keys.txt"\n'
        f'[reports]\nfolder = "{tmp_path}/files"\n',
        encoding="utf-8",
    )
    made = Tool(config, ManualClock(NOW))
    database = open_database(made.settings)
    ground = Ground(database)
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
    digest = Vault(tmp_path / "files", database.keyring).put(picture.getvalue())
    for number in ("S1", "S2"):
        person = ground.student(number, name="王雨桐", reachable=False)
        trip = ground.trip(person)

        def fill(conn, person=person, trip=trip, number=number):  # type: ignore[no-untyped-def]  # noqa: ANN001, ANN202
            report = store.add(conn, person, trip, "return_report", None, NOW)
            drafts.say(conn, report, "done", "两门课", "web", NOW)
            files.add_file(conn, report, digest, "jpeg", "合影.jpg", 9, NOW)
            if number == "S1":
                hand_in(conn, report, shipped(), "zh", "web", NOW, sure=True)

        database.write(fill)
    database.close()
    return made


def run(tool: Tool, *words: str) -> str:
    result = CliRunner().invoke(command, list(words), obj=tool)
    assert result.exit_code == 0, result.output
    return result.output


def test_json_tells_states_and_no_words(tool: Tool) -> None:
    said = run(tool)
    assert {one["number"]: one["state"] for one in json.loads(said)} == {"S1": "submitted", "S2": "drafting"}
    assert "两门课" not in said
    assert [one["number"] for one in json.loads(run(tool, "--state", "drafting"))] == ["S2"]


def test_documents_of_what_is_handed_in(tool: Tool, tmp_path: Path) -> None:
    assert "Wrote 1 document into" in run(tool, "--format", "docx", "--out", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").iterdir()
    document = Document(str(file))
    assert "两门课" in [paragraph.text for paragraph in document.paragraphs]
    assert len(document.inline_shapes) == 1


def test_where_nothing_is_handed_in_no_folder_is_named_that_is_not_made(tool: Tool, tmp_path: Path) -> None:
    out = tmp_path / "none"
    asked = ["--format", "docx", "--state", "accepted", "--out", str(out)]
    result = CliRunner().invoke(command, asked, obj=tool)
    assert result.exit_code == 1
    assert "no report that is handed in" in result.output
    assert "Wrote" not in result.output
    assert not out.exists()


def test_study_reports_are_taken_out_for_whoever_leads_the_home_branch_and_for_nobody_else(
    tool: Tool, tmp_path: Path
) -> None:
    database = open_database(tool.settings)
    ground = Ground(database)
    member = ground.student("S3", name="李思齐", reachable=False)
    trip, secretary = ground.trip(member), ground.staff("B1", "secretary")
    ground.staff("B2", "secretary")
    branch = home_branch(ground, "机械党支部", secretary, [member])
    study(ground, owes(ground, member, branch, trip), "读了第三章", handed=True)
    database.close()
    assert "读了第三章" not in run(tool, "--format", "docx", "--out", str(tmp_path / "stays"))
    assert not list((tmp_path / "stays").glob("S3*"))
    assert [one["number"] for one in json.loads(run(tool, "--study-for", "B1"))] == ["S3"]
    assert "Wrote 1 document into" in run(tool, "--study-for", "B1", "--format", "docx", "--out", str(tmp_path / "out"))
    (file,) = (tmp_path / "out").iterdir()
    assert "读了第三章" in [paragraph.text for paragraph in Document(str(file)).paragraphs]
    for other in ("B2", "S3", "nobody"):
        refused = CliRunner().invoke(command, ["--study-for", other], obj=tool)
        assert (refused.exit_code, "leads no home branch" in refused.output) == (2, True)


def test_documents_need_a_place(tool: Tool) -> None:
    result = CliRunner().invoke(command, ["--format", "docx"], obj=tool)
    assert result.exit_code == 2
    assert "--out" in result.output
