"""A rehearsal starts only when nothing can leave the machine, whatever channels there will be."""

from typing import Any

import pytest
from pydantic import BaseModel

from bot.errors import UsageError
from bot.rehearsal.loopback import is_near, outside, refuse_outside
from bot.settings import Settings


def settings(telegram: dict[str, Any] | None = None, **service: str) -> Settings:
    base = {"enabled": True, "token": "1:x", "bot_username": "b"}
    channels = {} if telegram is None else {"telegram": base | telegram}
    return Settings.model_validate({"channels": channels, "service": service})


@pytest.mark.parametrize(
    "place",
    [
        "http://127.0.0.1:8081",
        "127.0.0.1",
        "127.8.9.1:25",
        "http://localhost:1",
        "http://[::1]:80",
        "https://LOCALHOST",
    ],
)
def test_near(place: str) -> None:
    assert is_near(place)


@pytest.mark.parametrize(
    "place",
    [
        *("https://api.telegram.org", "192.168.1.2", "http://127.0.0.1.example.org", "http://127.0.0.1@example.org"),
        *("0.0.0.0", "http://localhost.example.org", "http://[::1", "", "socks5://10.0.0.1:1080", "::"),
    ],
)
def test_far(place: str) -> None:
    assert not is_near(place)


def test_the_page_alone_and_what_is_switched_off_stay_here() -> None:
    assert list(outside(settings())) == []
    assert list(outside(settings({"enabled": False}))) == []
    assert list(outside(settings(base_url="https://yanxin.example.org", bind="0.0.0.0"))) == []


def test_telegram_on_loopback_stays_here() -> None:
    assert list(outside(settings({"api_url": "http://127.0.0.1:8081"}))) == []


def test_every_way_out_is_one_sentence() -> None:
    with pytest.raises(UsageError) as refused:
        refuse_outside(settings({}, heartbeat_url="https://watch.example.org/secret"))
    lines = str(refused.value).splitlines()
    assert len(lines) == 2
    assert any("[channels.telegram] api_url leads to api.telegram.org" in line for line in lines)
    assert any("[service] heartbeat_url leads to watch.example.org" in line for line in lines)
    assert "secret" not in str(refused.value)


def test_a_proxy_elsewhere_is_a_way_out_and_its_password_is_not_told() -> None:
    far = {"api_url": "http://127.0.0.1:8081", "proxy": "http://user:pass@proxy.example.org:3128"}
    (line,) = outside(settings(far))
    assert "proxy leads to proxy.example.org" in line
    assert "pass" not in line


def test_what_lies_in_a_channel_on_loopback_need_not_lead_anywhere() -> None:
    template = {"id": "template-for-questions", "fields": {"thing1": "{text}"}}
    wechat = {"enabled": True, "app_id": "wx1", "api_url": "http://127.0.0.1:8082", "templates": [template]}
    mail = {"enabled": True, "host": "127.0.0.1", "from": "yanxin@uni.example", "imap": {"host": ""}}
    assert list(outside(Settings.model_validate({"channels": {"wechat": wechat, "mail": mail}}))) == []


class Mail(BaseModel):
    enabled: bool = True
    host: str = "smtp.example.org"


class Silent(BaseModel):
    enabled: bool = True
    token: str = "x"


class Channels(BaseModel):
    mail: Mail = Mail()
    silent: Silent = Silent()


class Hook(BaseModel):
    webhook: str = "https://group.example.org/hook"


class Later(BaseModel):
    channels: Channels = Channels()
    alarms: list[Hook] = [Hook(webhook="http://127.0.0.1/hook"), Hook()]


def test_channels_that_come_later_are_looked_at_too() -> None:
    lines = list(outside(Later()))  # type: ignore[arg-type]  # settings of a later version
    assert [line.partition("]")[0] for line in lines] == ["[channels.mail", "[channels.silent", "[alarms.1"]
    assert "does not say" in lines[1] or "says not where" in lines[1]


def woken(*urls: str) -> Settings:
    return Settings.model_validate({"duty": {"alarm_urls": {"T001": list(urls)}}})


@pytest.mark.parametrize("url", ["json://127.0.0.1:9/hook", "ntfy://localhost:2586/topic", "forms://[::1]/x"])
def test_alarm_urls_on_loopback_stay_here(url: str) -> None:
    assert list(outside(woken(url))) == []


@pytest.mark.parametrize(
    "url",
    [
        "ntfys://ntfy.example.edu/hush",
        "ntfy://127.0.0.1",  # without a topic the host is one, at the service of whoever wrote ntfy
        "schan://hush",
        "mailto://127.0.0.1:25/?smtp=hush.example.edu",
        "json://127.0.0.1/?method=hush",
    ],
)
def test_alarm_urls_that_may_ring_elsewhere_are_refused_and_not_told(url: str) -> None:
    (told,) = outside(woken("json://127.0.0.1:9/hook", url))
    assert told.startswith("[duty] alarm_urls of T001 ")
    assert "hush" not in told
