"""The page of a report: kept while she types, on two devices, with photos; handed in there; refused with the reason."""

import io
import json
from datetime import timedelta

import pytest
from docx import Document
from PIL import Image

from bot.reports import drafts, store
from bot.reports.files import files_of
from bot.reports.model import Report, Stage
from bot.reports.versions import version_of
from handlers.links_made import report_link
from tests.fakes.ground import NOW
from tests.fakes.web import Shown, Visitor
from tests.handlers.web.conftest import Town

JSON = {"accept": "application/json"}


@pytest.fixture
def report(town: Town) -> Report:
    person = town.ground.student("S1", name="王雨桐", reachable=False)
    trip = town.ground.trip(person)
    return town.app.database.write(lambda conn: store.add(conn, person, trip, "return_report", None, NOW))


@pytest.fixture
def path(town: Town, report: Report) -> str:
    made = town.app.database.write(
        lambda conn: report_link(conn, town.app.settings, report.person_id, town.clock.real())
    )
    return made.removeprefix(town.app.settings.service.url)


def body_of(town: Town, report: Report, section: str = "done") -> str:
    return town.app.database.read(lambda conn: drafts.drafts_of(conn, report))[section].body


def typed(visitor: Visitor, path: str, text: str, base: int, tab: str = "a" * 16) -> dict[str, object]:
    """Do what the script does a second after she typed."""
    given = {"text.done": text, "base.done": str(base), "tab": tab}
    shown = visitor.post(f"{path}/save", given, **JSON)
    assert shown.status == 200
    found: dict[str, object] = json.loads(shown.body)["sections"]["done"]
    return found


def upload(visitor: Visitor, path: str, data: bytes, name: str = "p.jpg") -> Shown:
    head = f'--b\r\ncontent-disposition: form-data; name="file"; filename="{name}"\r\ncontent-type: image/jpeg\r\n\r\n'
    body = head.encode() + data + b"\r\n--b--\r\n"
    return visitor.send(
        path.replace("/report/", "/report-files/"), body, content_type="multipart/form-data; boundary=b"
    )


def photo(form: str = "JPEG") -> bytes:
    made = io.BytesIO()
    Image.new("RGB", (80, 60), "green").save(made, form)
    return made.getvalue()


def test_what_she_types_is_kept_and_what_another_device_wrote_stays(town: Town, report: Report, path: str) -> None:
    phone, laptop = town.visitor(), town.visitor()
    assert "交流总结" in phone.get(path).words
    assert typed(phone, path, "两门课", 0) == {"revision": 1, "count": 3, "kept": True}
    assert typed(laptop, path, "一台望远镜", 0, "b" * 16) == {"revision": 1, "count": 3, "kept": False}
    assert typed(laptop, path, "一台望远镜，自己装的", 0, "b" * 16)["kept"] is False
    assert body_of(town, report) == "两门课"
    page = laptop.get(path)
    assert "一台望远镜，自己装的" in page.words
    assert page.words.count("一台望远镜") == 1
    laptop.press("加到末尾")
    assert laptop.follow().status == 200
    assert body_of(town, report) == "两门课\n一台望远镜，自己装的"


def test_whoever_reads_it_in_another_language_reads_its_parts_in_that(town: Town, report: Report, path: str) -> None:
    town.app.database.write(lambda conn: drafts.say(conn, report, "done", "两门课", "web", NOW))
    visitor = town.visitor()
    assert "做了什么" in (own := visitor.get(path).words)
    assert "还空着：" in own
    visitor.get("/language/en")
    page = visitor.get(path).words
    assert "What was done" in page
    assert "still empty: The stay, Results and papers" in page
    for chinese in ("做了什么", "成果与论文", "课程、研究"):
        assert chinese not in page
    assert "两门课" in page, "her own words stay as they are"


def test_it_works_without_scripts_too(town: Town, report: Report, path: str) -> None:
    visitor = town.visitor()
    page = visitor.get(path)
    form = next(one for one in page.forms if one.action.endswith("/save"))
    visitor.post(f"{path}/save", form.fields | {"text.done": "两门课"})
    assert "记下了" in visitor.follow().words
    assert body_of(town, report) == "两门课"


def test_it_is_handed_in_once_and_then_it_can_only_be_read(town: Town, report: Report, path: str) -> None:
    visitor = town.visitor()
    visitor.post(f"{path}/submit", {})
    assert "还没有你自己写的话" in visitor.follow().words
    given = {"text.done": "两门课", "base.done": "0", "text.host": "宿舍冷", "base.host": "0"}
    visitor.post(f"{path}/submit", given)
    page = visitor.follow()
    assert "有几部分还空着" in page.words
    visitor.post(f"{path}/submit", {"text.done": "两门课", "base.done": "1", "sure": "1"})
    assert "交上去了" in visitor.follow().words
    again = town.app.database.read(lambda conn: store.by_id(conn, report.id))
    version = town.app.database.read(lambda conn: version_of(conn, report, 1))
    assert again is not None
    assert version is not None
    assert (again.stage, [part.body for part in version.parts]) == (Stage.SUBMITTED, ["两门课"])
    page = visitor.get(path)
    assert "textarea" not in page.text
    assert visitor.post(f"{path}/save", {"text.done": "改", "base.done": "1"}, **JSON).status == 410
    visitor.post(f"{path}/submit", {"text.done": "改", "base.done": "1", "sure": "1"})
    assert "已经交过了" in visitor.follow().words


def test_it_is_not_handed_in_over_words_of_another_device(town: Town, report: Report, path: str) -> None:
    visitor = town.visitor()
    typed(visitor, path, "两门课", 0)
    visitor.post(f"{path}/submit", {"text.done": "一门课", "base.done": "0", "sure": "1", "tab": "b" * 16})
    assert "两份都留着" in visitor.follow().words
    again = town.app.database.read(lambda conn: store.by_id(conn, report.id))
    assert again is not None
    assert again.stage is Stage.OPEN


def test_photos_and_documents(town: Town, report: Report, path: str) -> None:
    visitor = town.visitor()
    assert upload(visitor, path, photo(), "../../我的 照片<1>.html").status == 303
    page = visitor.follow()
    (file,) = town.app.database.read(lambda conn: files_of(conn, report))
    assert (file.name, file.kind) == ("我的 照片1.jpg", "jpeg")
    assert "我的 照片1.jpg" in page.words
    sent = visitor.get(f"{path}/files/{file.id}")
    assert (sent.status, sent.headers["content-type"]) == (200, "image/jpeg")
    assert sent.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in sent.headers["content-security-policy"]
    assert visitor.get(f"{path}/files/{file.id + 1}").status == 404
    visitor.post(f"{path}/files/{file.id}/remove")
    assert visitor.get(f"{path}/files/{file.id}").status == 404


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"<html><script>alert(1)</script></html>", "我们看内容，不看文件名"),
        (b"%PDF-1.4 << /S /JavaScript /JS (x) >> %%EOF", "打开就会运行的东西"),
        (photo()[:200], "文件坏了打不开"),
        (b"", "没有选文件"),
    ],
)
def test_what_cannot_be_kept_is_refused_with_the_reason(
    town: Town, report: Report, path: str, data: bytes, words: str
) -> None:
    visitor = town.visitor()
    upload(visitor, path, data)
    assert words in visitor.follow().words
    assert town.app.database.read(lambda conn: files_of(conn, report)) == []


def test_a_file_may_be_larger_than_a_form_and_no_larger_than_the_limit(town: Town, path: str) -> None:
    visitor = town.visitor()
    assert upload(visitor, path, b"x" * 3_000_000).status == 303
    assert upload(visitor, path, b"x" * 14_000_000).status == 413
    assert visitor.post(f"{path}/save", {"text.done": "x" * 2_000_000}).status == 413


def test_a_link_opens_its_own_report_for_thirty_days(town: Town, path: str) -> None:
    assert town.visitor().get("/report/forged").status == 404
    assert town.visitor().post("/report/forged/save", {"text.done": "x"}).status == 404
    town.clock.advance(timedelta(days=30))
    page = town.visitor().get(path)
    assert page.status == 410
    assert "写总结" in page.words
    assert typed_status(town, path) == 410


def typed_status(town: Town, path: str) -> int:
    return town.visitor().post(f"{path}/save", {"text.done": "x", "base.done": "0"}, **JSON).status


def test_what_she_types_is_text_and_never_markup(town: Town, path: str) -> None:
    visitor = town.visitor()
    typed(visitor, path, "</textarea><script>alert(1)</script>", 0)
    assert "<script>alert" not in visitor.get(path).text


def test_the_same_words_in_the_form_of_others(town: Town, report: Report, path: str) -> None:
    visitor = Visitor(town.app.web)
    town.app.database.write(lambda conn: drafts.say(conn, report, "done", "两门课", "web", NOW))
    page = visitor.get(path)
    assert "学校的交流总结表" in page.words
    assert "还没写全" in page.words
    assert "留学基金委" not in page.words  # her stay is not paid by it
    sent = visitor.get(f"{path}/forms/university/1/docx")
    text = [one.text for one in Document(io.BytesIO(sent.body)).paragraphs]
    assert "两门课" in text
    visitor.get(path)
    visitor.press("我交了")
    assert "已交" in visitor.follow().words
    visitor.press("其实还没交")
    assert "还没写全" in visitor.follow().words
    for wrong in ("forms/council/1/docx", "forms/university/2/docx"):
        assert visitor.get(f"{path}/{wrong}").status == 404


def test_the_page_says_all_that_can_be_added(town: Town, path: str) -> None:
    shown = town.visitor().get(path)
    assert "加照片、PDF 或 Word 文档（.docx）" in shown.words
    assert 'accept="image/jpeg,image/png,image/webp,application/pdf,.docx"' in shown.text
