"""What stands in a passive reply and in the fields of a template."""

from datetime import UTC, datetime

from bot.channels.wechat.markup import fields, joined
from bot.outbox.model import Button, Rendered
from bot.settings_wechat import Template

NOW = datetime(2026, 11, 24, 10, 30, tzinfo=UTC)
BUTTONS = ((Button("平安", data="answer:1:fine"), Button("有点难", data="answer:1:hard")),)


def test_fields_hold_as_much_as_wechat_takes() -> None:
    names = {"thing1": "{text}", "thing2": "{reply}", "time3": "{time}", "phrase4": "{title}", "const5": "雁信{other}"}
    message = Rendered("这周还好吗？\n" + "长" * 50, BUTTONS)
    found = {name: one["value"] for name, one in fields(Template(id="t" * 8, fields=names), message, NOW).items()}
    assert found["thing1"] == "这周还好吗？ " + "长" * 12 + "…"
    assert found["thing2"] == "回复 1 平安 2 有点难"
    assert found["time3"] == "2026-11-24 18:30"  # in Beijing
    assert found["phrase4"] == "这周还好…"
    assert found["const5"] == "雁信"


def test_a_label_that_has_its_number_already_gets_no_second_one() -> None:
    choices = (Button("1 我安全", data="roll:1:safe"), Button("2 我需要帮助", data="roll:1:urgent"))
    template = Template(id="t" * 8, fields={"thing1": "{reply}"})
    found = fields(template, Rendered("你安全吗？", (choices,)), NOW)
    assert found["thing1"]["value"] == "回复 1 我安全 2 我需要帮助"


def test_replies_are_joined_while_they_fit_and_only_one_has_signs() -> None:
    plain, asks = Rendered("收到。"), Rendered("还好吗？", BUTTONS)
    text, count = joined([plain, asks], 2048)
    assert (text.startswith("收到。\n\n还好吗？"), count) == (True, 2)
    assert joined([asks, asks, plain], 2048)[1] == 1
    assert joined([plain, Rendered("长" * 800)], 2048) == ("收到。", 1)
    assert joined([Rendered("长" * 800)], 2048) == ("", 0)
    assert joined([], 2048) == ("", 0)
