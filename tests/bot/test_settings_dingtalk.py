"""Wrong settings of DingTalk: every mistake at once, never a secret; and a rehearsal that stays on this machine."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.rehearsal.loopback import outside
from bot.settings import Settings, load
from bot.settings_dingtalk import DingTalk

RIGHT = {"client_id": '"ding1"', "client_secret": '"a-secret"', "robot_code": '"ding2"'}


def section(**changes: str | None) -> str:
    values = {"enabled": "true"} | RIGHT | changes
    given = [f"{name} = {value}" for name, value in values.items() if value is not None]
    return "\n".join(["[channels.dingtalk]", *given, ""])


def read(folder: Path, text: str) -> DingTalk:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path).channels.dingtalk


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    start = f"{folder / 'config.toml'}: [channels.dingtalk] "
    return [str(one).removeprefix(start) for one in caught.value.mistakes]


def test_what_is_right(tmp_path: Path) -> None:
    found = read(tmp_path, section())
    assert (found.account, found.connections, found.cards, found.client_secret) == ("ding1", 2, False, "a-secret")
    assert read(tmp_path, "[channels.dingtalk]\n").enabled is False


def test_the_secret_may_be_in_a_file(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("of-the-file\n", encoding="utf-8")
    assert read(tmp_path, section(client_secret=None, client_secret_file=f'"{file}"')).client_secret == "of-the-file"
    file.write_text("\n", encoding="utf-8")
    told = mistakes(tmp_path, section(client_secret=None, client_secret_file=f'"{file}"'))
    assert [line.split(":")[0] for line in told] == ["client_secret_file"]


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[channels.dingtalk]\nenabled = true\nclient_secret_file = "nowhere"\n')
    assert [line.split(":")[0] for line in told] == ["client_secret_file", "client_id", "robot_code"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"connections": "1"}, "connections"),
        ({"connections": "9"}, "connections"),
        ({"connections": '"2"'}, "connections"),
        ({"client_id": '"ding 1"'}, "client_id"),
        ({"client_secret": "7"}, "client_secret"),
        ({"api_url": '"https://api.example.org/"'}, "api_url"),
        ({"proxy": '"socks5://127.0.0.1:1"'}, "proxy"),
        ({"cards": '"maybe"'}, "cards"),
        ({"card_template": '""'}, "card_template"),
        ({"clientid": '"x"'}, "clientid"),
    ],
)
def test_what_is_wrong_is_told_with_its_place_and_without_secrets(
    tmp_path: Path, changes: dict[str, str], place: str
) -> None:
    told = mistakes(tmp_path, section(**changes))
    assert len(told) == 1
    assert place in told[0]
    assert "a-secret" not in told[0]


def test_a_rehearsal_stays_on_this_machine() -> None:
    def led(**values: object) -> list[str]:
        channels = {"dingtalk": {"enabled": True, "client_id": "d"} | values}
        return list(outside(Settings.model_validate({"channels": channels})))

    assert len(led()) == 1
    assert led(api_url="http://127.0.0.1:9001") == []
    assert len(led(api_url="http://127.0.0.1:9001", proxy="http://proxy.example.org:1")) == 1
