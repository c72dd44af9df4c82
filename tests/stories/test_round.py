"""A branch without a fair hour: a round is begun in the form, spoken in by chat and voice, and written up."""

from io import BytesIO
from pathlib import Path

from openpyxl import load_workbook
from sqlalchemy import Connection

from bot.branches.store import branches
from bot.people.store import by_number
from handlers.links_made import login_link
from tests.fakes.web import Shown, Visitor
from tests.fakes.wecom_member import Member
from tests.stories.test_sessions import branch
from tests.stories.world import World, instant

VOICE = b"OggS" + bytes(200)
IN_CHAT = b"#!AMR\n" + bytes(500)


def secretary(world: World) -> Visitor:
    """Sign in whoever leads the branch."""
    world.staff("B1", "secretary", language="zh", linked=False)

    def lead(conn: Connection) -> None:
        person = by_number(conn, "B1")
        assert person is not None
        conn.execute(branches.update().values(secretary_id=person.id))

    world.app.database.write(lead)
    return signed_in(world)


def signed_in(world: World) -> Visitor:
    link = world.app.database.write(lambda conn: login_link(conn, world.app.settings, "B1", world.clock.real()))
    visitor = Visitor(world.app.web)
    visitor.get(link.removeprefix(world.app.settings.service.url))
    visitor.press("登录")
    return visitor


def leaves_voice(world: World, path: str, data: bytes) -> str:
    body = b'--x\r\ncontent-disposition: form-data; name="voice"; filename="a.ogg"\r\n\r\n' + data + b"\r\n--x--\r\n"
    browser = Visitor(world.app.web)
    token = path.rpartition("/")[2]
    sent = browser.send(f"/round-voice/{token}", body, **{"content-type": "multipart/form-data; boundary=x"})
    return browser.get(sent.headers["location"]).words if sent.status == 303 else str(sent.status)


def speaks_in_chat(world: World, speaker: Member, other: Member) -> None:
    """Let one speak in WeCom, where it is fetched and kept; what is no voice, and what nobody asked for, is said."""
    for data, reply in ((IN_CHAT, "记下了"), (b"<html>", "没收到"), (bytes(8_500_000), "太长了")):
        speaker.sends_file("voice", data)
        world.settle()
        speaker.hears(reply)
    other.sends_file("voice", IN_CHAT)
    world.settle()
    other.hears("小组交流", "在交流里说几句")
    folder = Path(world.app.settings.reports.folder)
    assert {one.parent.parent.name for one in folder.rglob("*") if one.is_file()} == {"branch"}


def hears_the_voice(world: World, visitor: Visitor, seen: Shown) -> None:
    """Let whoever leads listen to it, and nobody else."""
    voice = seen.text.partition('<audio controls preload="none" src="')[2].partition('"')[0]
    assert visitor.get(voice).body == VOICE
    spoken = seen.text.partition("聊天里的语音")[0].rpartition('href="')[2].partition('"')[0]
    saved = visitor.get(spoken)
    assert (saved.body, "attachment" in saved.headers["content-disposition"]) == (IN_CHAT, True)
    assert Visitor(world.app.web).get(voice).status == 401


def takes_the_record(visitor: Visitor, board: str) -> None:
    csrf = visitor.get("/console/me").forms[0].fields["csrf"]
    taken = visitor.post(f"{board}/record", {"csrf": csrf, "format": "xlsx", "reason": "record", "number": ""})
    rows = load_workbook(BytesIO(taken.body)).worksheets[0].iter_rows(values_only=True)
    said = [str(cell) for row in rows for cell in row]
    assert ("48 小时交流" in said, any("2880" in cell for cell in said)) == (True, False)
    # Nobody replies to a round beforehand, and whoever is there has spoken.
    assert ("没有答复" in said, "说过了" in said, "说过：2 / 6" in said, "到" in said) == (False, True, True, False)


def test_each_is_asked_in_her_own_day_and_the_minutes_assemble_themselves(tmp_path: Path) -> None:
    with branch(tmp_path) as (world, members, _wecom):
        world.fast_forward(to=instant("2026-10-22 12:00"))  # 08:00 in New York, 23:00 in Sydney
        for one in members.values():
            one.forgets()
        visitor = secretary(world)
        csrf = visitor.get("/console/me").forms[0].fields["csrf"]
        typed = {"csrf": csrf, "branch": "B1", "title": "读书会", "minutes": "60", "material": "第三章"}
        assert "没有对每个人都合适的时间" in visitor.post("/console/sessions/hours", typed).words
        board = visitor.post("/console/sessions/round", typed).headers["location"]
        assert visitor.post("/console/sessions/round", typed).headers["location"] == board  # pressed twice
        world.settle()
        for number in ("S1", "S2", "S3", "S4", "S5"):
            text = members[number].hears("不用上线开会", "10月24日", "1 说几句")
            assert "读书会" not in text
        assert members["S6"].unheard == []  # she sleeps
        world.fast_forward(to=instant("2026-10-22 20:00"))  # seven in Sydney
        members["S6"].hears("不用上线开会")

        mei, other = members["S1"], members["S3"]
        mei.says("1")
        world.settle()
        page = next(part for part in mei.hears("读书会", "第三章", "留一段录音").split() if "/a/" in part)
        for words in ("我觉得第三章最难", "说错了"):
            mei.says(words)
            world.settle()
            mei.hears("记下了")
        mei.says("A")
        world.settle()
        mei.hears("已经收回")
        found = [leaves_voice(world, page[page.index("/a/") :], data) for data in (VOICE, b"<html>", bytes(9_500_000))]
        assert ("录音收到了" in found[0], "不是能保存的录音" in found[1], found[2]) == (True, True, "413")
        for words in ("1", "同意"):
            other.says(words)
            world.settle()
            other.hears()
        speaks_in_chat(world, other, members["S2"])
        world.fast_forward(to=instant("2026-10-23 21:00"))  # a day later whoever was silent is asked once more
        for number in ("S2", "S4", "S5", "S6"):
            members[number].hears("还没听到你的声音")
        assert (mei.unheard, other.unheard) == ([], [])

        visitor = signed_in(world)
        seen = visitor.get(board)
        assert "2 人说过了，共 6 人" in seen.words
        for said in ("我觉得第三章最难", "同意", "（语音，已存为文件）"):
            assert said in seen.words
        assert "说错了" not in seen.words
        hears_the_voice(world, visitor, seen)
        takes_the_record(visitor, board)

        world.fast_forward(to=instant("2026-10-24 12:00"))
        mei.says("还有一句")
        world.settle()
        mei.forgets()
        visitor = signed_in(world)
        after = visitor.get(board)
        assert "还有一句" not in after.words
        assert "已结束" in visitor.get("/console/sessions").words
        for one in members.values():
            one.forgets()
