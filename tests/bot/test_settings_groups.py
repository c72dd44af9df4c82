"""Groups with a robot in the settings: secrets in files, every mistake at once and never a secret, and rehearsals."""

import re
from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.rehearsal.loopback import outside
from bot.settings import Settings, load

DING = "https://oapi.dingtalk.com/robot/send?access_token=hush"
WECOM = "https://qyapi.weixin.qq.com/cgi-bin/webhook/send?key=hush"
APP = 'enabled = true\nclient_id = "ding1"\nclient_secret = "a"\nrobot_code = "ding2"\n'


def text(*groups: str) -> str:
    return f"[channels.dingtalk]\n{APP}" + "".join(f"[[channels.dingtalk.groups]]\n{one}\n" for one in groups)


def read(folder: Path, text: str) -> Settings:
    (folder / "config.toml").write_text(text, encoding="utf-8")
    return load(folder / "config.toml")


def mistakes(folder: Path, text: str) -> str:
    with pytest.raises(SettingsError) as caught:
        read(folder, text)
    return str(caught.value)


def test_webhook_and_secret_may_be_in_files(tmp_path: Path) -> None:
    (tmp_path / "hook").write_text(f"{DING}\n")
    (tmp_path / "secret").write_text("SECx\n")
    names = f'webhook_file = "{tmp_path}/hook"\nsecret_file = "{tmp_path}/secret"'
    (group,) = read(tmp_path, text(f'name = "赴美同学"\n{names}')).channels.dingtalk.groups
    assert (group.name, group.webhook, group.secret) == ("赴美同学", DING, "SECx")


def test_every_mistake_is_told_and_no_secret(tmp_path: Path) -> None:
    told = mistakes(
        tmp_path,
        text(
            'name = "a"',
            'name = "b"\nwebhook = "https://oapi.dingtalk.com/robot/hush"',
            f'name = "a"\nwebhook = "{DING}"\nsecret_file = "nowhere"',
            f'name = ""\nwebhook = "{DING}"',
            f'name = "e"\nwebhook = "{DING}"\nkey = "hush"',
            'name = "f"\nwebhook = 7',
        ),
    )
    assert "groups, no. 1, webhook: is missing" in told
    assert "groups, no. 2, webhook: does not look like one" in told
    assert "groups, no. 3, secret_file: there is no file 'nowhere'" in told
    assert "two are called 'a'" in told
    assert re.search(r"\[channels.dingtalk.groups.3\] name", told)
    assert "[channels.dingtalk.groups.4] key: there is no such setting" in told
    assert "[channels.dingtalk.groups.5] webhook: is no text; write it in quotation marks" in told
    assert "hush" not in told


def test_a_name_is_one_group_s_on_whichever_channel(tmp_path: Path) -> None:
    wecom = 'enabled = true\ncorp_id = "ww1"\nagent_id = 2\nsecret = "a"\ntoken = "a"\naes_key = "' + "a" * 43 + '"\n'
    more = f'[channels.wecom]\n{wecom}[[channels.wecom.groups]]\nname = "a"\nwebhook = "{WECOM}"\n'
    assert "two are called 'a'" in mistakes(tmp_path, text(f'name = "a"\nwebhook = "{DING}"') + more)
    signed = more.replace('name = "a"', 'name = "b"\nsecret = "a"')
    assert "secret: there is no such setting" in mistakes(tmp_path, signed)  # WeCom signs nothing


def test_a_rehearsal_stays_on_this_machine(tmp_path: Path) -> None:
    near = text('name = "a"\nwebhook = "http://127.0.0.1:9/robot/send?access_token=hush"')
    here = near.replace(APP, f'{APP}api_url = "http://127.0.0.1:9"\n')
    assert list(outside(read(tmp_path, here))) == []
    (told,) = outside(read(tmp_path, here.replace("http://127.0.0.1:9/robot", "https://oapi.dingtalk.com/robot")))
    assert told.startswith("[channels.dingtalk.groups.0] webhook leads to oapi.dingtalk.com")
    assert "hush" not in told
    off = here.replace("http://127.0.0.1:9/robot", "https://oapi.dingtalk.com/robot").replace("true", "false", 1)
    assert list(outside(read(tmp_path, off))) == []
