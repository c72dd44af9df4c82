"""The settings of WeChat: what is missing or does not fit is said at once, and no secret is quoted."""

from pathlib import Path

import pytest

from bot.channels.wechat.channel import forms_of
from bot.errors import SettingsError
from bot.settings import load

GOOD = """
[channels.wechat]
enabled = true
app_id = "wx12345"
secret = "s"
token = "Token123"
aes_key = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
"""


def said(folder: Path, text: str) -> str:
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(file)
    return str(caught.value)


def test_a_whole_section_and_its_templates(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("from-a-file\n", encoding="utf-8")
    text = GOOD.replace('secret = "s"', f'secret_file = "{tmp_path}/secret"')
    text += 'templates = [{ id = "template-1", kinds = ["question"], fields = { thing1 = "{text}" }, once = true }]\n'
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    section = load(tmp_path / "config.toml").channels.wechat
    assert (section.secret, section.account) == ("from-a-file", "wx12345")
    assert [(form.id, form.kinds, form.once) for form in forms_of(section)] == [
        ("template-1", frozenset({"question"}), True)
    ]


def test_everything_that_is_missing(tmp_path: Path) -> None:
    text = said(tmp_path, "[channels.wechat]\nenabled = true\n")
    for name in ("app_id", "secret", "token", "aes_key"):
        assert f"[channels.wechat] {name}" in text


def test_what_does_not_fit(tmp_path: Path) -> None:
    text = said(tmp_path, GOOD.replace("Token123", "To ken").replace("ABCDEFG", "") + 'secret_file = "nowhere"\n')
    assert "token: does not look like one" in text.replace("token does", "token: does")
    assert "there is no file 'nowhere'" in text
    assert "To ken" not in text
    lines = (
        'templates = [{ id = "template-1", kinds = ["questions"], fields = { thing1 = "{body}" } },'
        ' { id = "template-2" }]\n'
    )
    text = said(tmp_path, GOOD + lines)
    assert "there is no kind 'questions'" in text
    assert "there is no {body}" in text
    assert "templates[2] fields" in text
