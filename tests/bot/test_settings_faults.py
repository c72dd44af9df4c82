"""Wrong settings: every mistake at once, with its place, and never a secret."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings, load


def mistakes(folder: Path, text: str) -> list[str]:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError) as caught:
        load(path)
    return [str(mistake).removeprefix(f"{path}: ") for mistake in caught.value.mistakes]


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        '[service]\nport = "x"\nfoo = 1\n[channels.telegram]\nenabled = true\nmode = "carrier"\n[nope]\na = 1\n',
    )
    places = [line.split(":")[0] for line in told]
    assert places == [
        "[service] port",
        "[service] foo",
        "[channels.telegram] mode",
        "[nope]",
        "[channels.telegram] token",
        "[channels.telegram] bot_username",
    ]


@pytest.mark.parametrize("text", ["channels = 5", "[channels]\ntelegram = 5", "[channels]\ntelegram = []"])
def test_a_section_of_the_wrong_type_is_told_too(tmp_path: Path, text: str) -> None:
    assert mistakes(tmp_path, text)


def test_a_secret_is_never_repeated(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[channels.telegram]\ntoken = 123456\nwebhook_secret = "not allowed!"\n')
    assert len(told) == 2
    assert not any("123456" in line or "not allowed!" in line for line in told)


def test_a_secret_may_be_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("1:abc\n", encoding="utf-8")
    path = tmp_path / "config.toml"
    path.write_text(
        f'[channels.telegram]\nenabled = true\nbot_username = "b"\ntoken_file = "{tmp_path}/token"\n', encoding="utf-8"
    )
    assert load(path).channels.telegram.token == "1:abc"


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[channels.telegram]\nenabled = true\nbot_username = "b"\ntoken_file = "nowhere"\n')
    assert told == ["[channels.telegram] token_file: there is no file 'nowhere'; name the file it is in"]


@pytest.mark.parametrize("content", [b"[service\n", b"\xff\xfe"])
def test_what_is_not_toml_is_one_clear_sentence(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "config.toml"
    path.write_bytes(content)
    with pytest.raises(SettingsError):
        load(path)


def test_without_a_file_the_defaults_hold() -> None:
    assert load(None) == Settings()
    assert load(None).service.url == "http://127.0.0.1:8080"
