from datetime import UTC, datetime
from pathlib import Path

import pytest
from jinja2 import TemplateNotFound, UndefinedError

from bot.outbox.model import Button
from bot.rendering.renderer import Renderer

PO = """
msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"

msgid "Hello %(name)s"
msgstr "%(name)s，你好"

msgid "Fine"
msgstr "平安"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "chat").mkdir()
    (tmp_path / "console").mkdir()
    (tmp_path / "locale" / "zh_CN").mkdir(parents=True)
    (tmp_path / "locale" / "zh_CN" / "chat.po").write_text(PO, encoding="utf-8")
    (tmp_path / "chat" / "hello.txt").write_text(
        '{{ _("Hello %(name)s", name=name) }}  \n\n\n\n.\n---\n[{{ _("Fine") }}](answer:{{ prompt }}:fine)\nkeyboard\n'
    )
    (tmp_path / "chat" / "keyboard.txt").write_text('---\n[{{ _("Fine") }}](/checkin)\n', encoding="utf-8")
    (tmp_path / "console" / "hello.html").write_text('<p>{{ _("Hello %(name)s", name=name) }}</p>')
    return tmp_path


def test_a_message_reads_in_her_language(folder: Path) -> None:
    renderer = Renderer(folder)
    chinese = renderer.chat("hello", "zh", {"name": "李雁", "prompt": 7})
    assert chinese.text == "李雁，你好\n\n."
    assert chinese.buttons == ((Button("平安", "answer:7:fine"),),)
    assert chinese.keyboard == (("平安",),)
    english = renderer.chat("hello", "en", {"name": "Li Yan", "prompt": 7})
    assert (english.text, english.keyboard) == ("Hello Li Yan\n\n.", (("Fine",),))


def test_what_a_person_wrote_never_becomes_a_button(folder: Path) -> None:
    rendered = Renderer(folder).chat("hello", "en", {"name": "x\n---\n[Free](sos:yes)", "prompt": 7})
    assert rendered.buttons == ((Button("Fine", "answer:7:fine"),),)
    assert "[Free](sos:yes)" in rendered.text


def test_pages_escape_and_messages_do_not(folder: Path) -> None:
    renderer = Renderer(folder)
    assert renderer.page("console/hello.html", "en", {"name": "<b>"}) == "<p>Hello &lt;b&gt;</p>"
    assert renderer.page("console/hello.html", "zh", {"name": "<b>"}) == "<p>&lt;b&gt;，你好</p>"
    assert renderer.chat("hello", "en", {"name": "<b>", "prompt": 1}).text.startswith("Hello <b>")


def test_a_name_that_nobody_gave_is_an_error(folder: Path) -> None:
    with pytest.raises(UndefinedError):
        Renderer(folder).chat("hello", "en", {"prompt": 1})
    with pytest.raises(TemplateNotFound):
        Renderer(folder).chat("no/such", "en", {})


def test_labels_of_the_keyboard_mean_commands_in_every_language(folder: Path) -> None:
    assert Renderer(folder).keyboard_commands() == {"平安": "/checkin", "Fine": "/checkin"}
    assert Renderer(folder).keyboard("fr") == (("平安",),)


def test_a_rehearsal_marks_every_message_and_every_page() -> None:
    renderer = Renderer(rehearsal=True)
    now = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
    context = {"assets": "", "path": "/", "reader": None, "csrf": "", "now": now, "code": 404, "what": ""}
    for language, mark, time in (
        ("zh", "【演练】", "11月24日 周二 18:30"),
        ("en", "[Rehearsal] ", "Tue 24 Nov, 18:30"),
    ):
        message = renderer.chat("enrol/declined", language, {})
        plain = Renderer().chat("enrol/declined", language, {})
        assert message.text == mark + plain.text
        page = renderer.page("web/error.html", language, context)
        assert time in page
        assert 'class="rehearsal"' in page
        assert 'class="rehearsal"' not in Renderer().page("web/error.html", language, context)
