"""Wrong settings of WeCom: every mistake at once, never a secret; and a rehearsal that stays on this machine."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.rehearsal.loopback import outside
from bot.settings import Settings, load
from bot.settings_wecom import WeCom

AES_KEY = "a1" * 21 + "Z"
RIGHT = {
    "corp_id": '"ww1"',
    "agent_id": "1000002",
    "secret": '"a-secret"',
    "token": '"aToken"',
    "aes_key": f'"{AES_KEY}"',
}


def section(**changes: str | None) -> str:
    values = {"enabled": "true"} | RIGHT | changes
    return "\n".join(
        ["[channels.wecom]", *(f"{name} = {value}" for name, value in values.items() if value is not None), ""]
    )


def read(folder: Path, text: str) -> WeCom:
    path = folder / "config.toml"
    path.write_text(text, encoding="utf-8")
    return load(path).channels.wecom


def mistakes(folder: Path, text: str) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    return [str(one).removeprefix(f"{folder / 'config.toml'}: [channels.wecom] ") for one in caught.value.mistakes]


def test_what_is_right(tmp_path: Path) -> None:
    found = read(tmp_path, section())
    assert (found.account, found.aes_key, found.cards) == ("ww1:1000002", AES_KEY, False)
    assert read(tmp_path, "[channels.wecom]\n").enabled is False


def test_all_that_is_missing_is_told_at_once(tmp_path: Path) -> None:
    told = mistakes(tmp_path, '[channels.wecom]\nenabled = true\nsecret_file = "nowhere"\n')
    assert [line.split(":")[0] for line in told] == ["secret_file", "corp_id", "agent_id", "token", "aes_key"]


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"aes_key": '"too-short"'}, "aes_key"),
        ({"aes_key": f'"{AES_KEY}="'}, "aes_key"),
        ({"token": '"not allowed!"'}, "token"),
        ({"agent_id": '"1000002"'}, "agent_id"),
        ({"agent_id": "-1"}, "agent_id"),
        ({"corp_id": '"ww 1"'}, "corp_id"),
        ({"api_url": '"qyapi.weixin.qq.com"'}, "api_url"),
        ({"proxy": '"socks5://127.0.0.1:1"'}, "proxy"),
        ({"cards": '"sometimes"'}, "cards"),
        ({"agentid": "1"}, "agentid"),
    ],
)
def test_what_is_wrong(tmp_path: Path, changes: dict[str, str], place: str) -> None:
    told = mistakes(tmp_path, section(**changes))
    assert [line.split(":")[0] for line in told] == [place]
    assert not any("too-short" in line or "not allowed!" in line or "a-secret" in line for line in told)


def test_secrets_may_be_in_files(tmp_path: Path) -> None:
    for name in ("secret", "token", "aes_key"):
        (tmp_path / name).write_text(RIGHT[name].strip('"') + "\n", encoding="utf-8")
    files = {f"{name}_file": f'"{tmp_path / name}"' for name in ("secret", "token", "aes_key")}
    found = read(tmp_path, section(secret=None, token=None, aes_key=None, **files))
    assert (found.secret, found.token, found.aes_key) == ("a-secret", "aToken", AES_KEY)


def test_an_empty_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("\n", encoding="utf-8")
    told = mistakes(tmp_path, section(aes_key=None, aes_key_file=f'"{tmp_path / "key"}"'))
    assert told == [f"aes_key_file: there is nothing in '{tmp_path / 'key'}'; put it on its first line"]


def test_a_rehearsal_stays_on_this_machine() -> None:
    values = {"enabled": True, "corp_id": "ww1", "agent_id": 1, "secret": "s", "token": "t", "aes_key": AES_KEY}
    away = Settings.model_validate({"channels": {"wecom": values}})
    assert [line.split("]")[0] for line in outside(away)] == ["[channels.wecom"]
    assert "qyapi.weixin.qq.com" in next(outside(away))
    near = Settings.model_validate({"channels": {"wecom": values | {"api_url": "http://127.0.0.1:9001"}}})
    assert list(outside(near)) == []
