"""Photos and documents sent in chat: they find their place, or she hears kindly why not and where they belong."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
from sqlalchemy import Connection, select

from bot.checklists.store import checklist_files
from bot.fetches.store import fetches
from bot.reports.files import files_of
from tests.fakes.dingtalk import FakeDingTalk
from tests.fakes.pictures import PDF, PDF_THAT_RUNS, a_bomb, a_photo
from tests.fakes.telegram_failures import server_error
from tests.fakes.telegram_phone import Message, Phone
from tests.stories.test_dingtalk import joins
from tests.stories.test_reports import at_home, begins, presses, report_of, says, text_of
from tests.stories.world import World, world_at

T = TypeVar("T")


def read(world: World, look: Callable[[Connection], T]) -> T:
    return world.app.database.read(look)


def sends(world: World, phone: Phone, content: bytes, kind: str = "photo", caption: str = "") -> Message:
    phone.sends_file(kind, content, caption)
    world.settle()
    return phone.hears()


def names(world: World) -> list[tuple[str, str | None]]:
    return [(one.name, one.section) for one in read(world, lambda conn: files_of(conn, report_of(world)))]


def test_a_photo_goes_where_she_writes_and_a_bad_file_nowhere(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-11-24 02:00", digests=False, more={"reports": SMALL | _folder(tmp_path)}) as world:
        mei = at_home(world)
        assert "has its place with me" in sends(world, mei, a_photo()).text  # she is nowhere yet
        begins(world, mei)
        assert "The file is in “What was done” ✓" in sends(world, mei, a_photo()).text
        mei.sends_file("photo", a_photo(50), caption="The telescope, at last")
        world.settle()
        mei.hears("In “What was done” ✓")  # the words below it are hers like all others
        kept = mei.hears("Photos and files by now: 2.")
        assert text_of(world, "done") == "The telescope, at last"
        assert names(world)[1] == ("The telescope at last.jpg", "done")
        assert "left: 1." in presses(world, mei, "Take this out again").text
        assert kept.labels[0] == "Take this out again"
        for content, kind, why in (
            (PDF_THAT_RUNS, "document", "runs when it is opened"),
            (a_bomb(), "document", "enormous size"),
            (b"MZ", "document", "Neither a photo"),
            (b"x" * 60_001, "document", "too large; at most 0 MB"),
        ):
            assert why in sends(world, mei, content, kind).text
        assert "voice" not in sends(world, mei, b"", "voice").text
        assert "“What was done” ✓" in sends(world, mei, PDF, "document").text
        assert [kind for _, kind in names(world)] == ["done", "done"]
        assert read(world, lambda conn: conn.execute(select(fetches.c.id)).all()) == []
        mei.sends_file("photo", a_photo(), caption="SOS")
        world.settle()
        world.forgets()
        assert world.cases("S1")[-1] == ("urgent", "open")


SMALL = {"file_bytes": 60_000}


def _folder(tmp_path: Path) -> dict[str, str]:
    return {"folder": str(tmp_path / "files")}


def test_a_step_is_proven_in_chat(tmp_path: Path) -> None:
    with world_at(tmp_path, "2026-07-03 02:00", digests=False) as world:
        world.staff("C1", "counsellor", scope="University")
        mei = world.student("S1", "Berlin", "DE", departs="2026-09-01")
        world.forgets()
        says(world, mei, "/list")
        (first,) = [one for one in sends(world, mei, a_photo()).labels if one != "Tell us how you are"]
        assert "Send it here as a photo or a file" in presses(world, mei, first).text
        done = sends(world, mei, a_photo(), caption="page one")
        assert "I have it for" in done.text
        rows = read(world, lambda conn: conn.execute(select(checklist_files)).all())
        assert [(row.kind, row.name) for row in rows] == [("jpeg", "page one.jpg")]
        presses(world, mei, "Take this out again")
        assert read(world, lambda conn: conn.execute(select(checklist_files)).all()) == []
        assert world.cases("S1") == []


@pytest.mark.parametrize("times", [1, 9])
def test_what_the_app_does_not_give_out_is_asked_for_again_and_then_said(tmp_path: Path, times: int) -> None:
    with world_at(tmp_path, "2026-11-24 02:00", digests=False) as world:
        mei = at_home(world)
        begins(world, mei)
        world.telegram.fails("getFile", *[server_error() for _ in range(times)])
        mei.sends_file("photo", a_photo())
        world.settle()
        assert mei.unheard == []
        world.fast_forward(hours=8)
        assert ("✓" if times == 1 else "Please send it once more") in mei.hears().text
        world.forgets()


def test_pictures_between_words_in_dingtalk(tmp_path: Path) -> None:
    with FakeDingTalk() as dingtalk:
        dingtalk.files["code"] = a_photo()
        with world_at(tmp_path, "2026-11-24 02:00", channels={"dingtalk": dingtalk.values()}, digests=False) as world:
            dingtalk.waits_until_open()
            begins(world, at_home(world))
            member = joins(world, dingtalk.member("S1"))
            world.forgets()
            member.says("/write")
            member.sends("richText", richText=[{"text": "Our lab."}, {"type": "picture", "downloadCode": "code"}])
            world.settle()
            assert text_of(world, "done") == "Our lab."
            assert [section for _, section in names(world)] == ["done"]
            world.forgets()
