"""The digest as mail, read back from a real SMTP server, and a letter that breaks while it is written."""

import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from jinja2 import TemplateRuntimeError

from bot.outbox.model import Rendered
from bot.rendering.renderer import Renderer
from tests.fakes.mail import Reader
from tests.fakes.web import Visitor
from tests.stories.mail_ground import TEACHER, knows_mail, university
from tests.stories.world import instant

OTHER = "other@uni.example"


class Words(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, _tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.found.append(data)


def test_text_and_html_say_the_same_dates_are_the_readers_and_one_click_ends_it(tmp_path: Path) -> None:
    with university(tmp_path, "2026-11-24 06:00") as (world, smtp):
        world.staff("C1", "counsellor", linked=False, email=TEACHER, zone="America/New_York")
        world.student("A", "Kyoto", "JP")
        knows_mail(world)
        teacher = Reader(smtp, TEACHER)
        world.fast_forward(to=instant("2026-11-27 18:30"))  # Friday 13:30 in New York
        world.forgets()
        while teacher.unread:  # the alarm of the day before
            assert "List-Unsubscribe" not in teacher.reads().mail
        world.fast_forward(to=instant("2026-11-27 19:15"))
        letter = teacher.reads()
        assert letter.subject == "Yanxin: your digest"
        assert "1 abroad: 1 silent" in letter.text
        assert "Student A · Kyoto: did not answer, case since Thu 26 Nov, 04:00" in letter.text  # 18:00 in Kyoto
        words = Words()
        words.feed(letter.html)
        of_html = sorted(re.findall(r"\S+", " ".join(words.found)))
        assert of_html == sorted(re.findall(r"\S+", re.sub(r"(?m)^--\s*$", "", letter.text)))
        link = str(letter.mail["List-Unsubscribe"]).strip("<>")
        assert letter.mail["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        mail_program = Visitor(world.app.web)
        path = urlsplit(link).path
        assert mail_program.get(path).status == 200  # a scanner looks at it, and nothing ends
        assert mail_program.post(path, {"List-Unsubscribe": "One-Click"}).status in {200, 303}
        world.fast_forward(days=7)
        assert not [one for one in teacher.unread if "List-Unsubscribe" in one.mail]
        world.forgets()


def test_a_letter_that_breaks_while_it_is_written_stops_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with university(tmp_path, "2026-11-24 06:00") as (world, smtp):
        one = world.staff("C1", "counsellor")
        world.staff("C2", "counsellor", linked=False, email=OTHER)
        world.student("A", linked=False)
        world.student("B", linked=False, counsellor="C2")
        knows_mail(world)
        write = Renderer.chat

        def breaks(self: Renderer, template: str, language: str, context: dict[str, Any]) -> Rendered:
            if template == "digest/letter" and "Student A" in str(context["care"]):
                raise TemplateRuntimeError("of a template")
            return write(self, template, language, context)

        monkeypatch.setattr(Renderer, "chat", breaks)
        world.expects_errors = True
        world.fast_forward(to=instant("2026-11-27 05:30"))
        world.forgets()
        world.fast_forward(to=instant("2026-11-27 06:30"))
        assert one.unheard == []
        assert "1 abroad: 1 not reached" in smtp.to(OTHER)[-1].text
        monkeypatch.undo()
        one.says("/status")  # and whatever else is said to its reader still comes
        world.settle()
        assert one.unheard
        world.forgets()
