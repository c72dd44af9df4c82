"""A group is found by its name in the settings; what is said when it is not."""

import pytest

from bot.settings import Settings
from handlers.group_told import NoSuchGroupError, group_named

HOOK = "http://127.0.0.1:9/cgi-bin/webhook/send?key=k"


def settings_with(**channels: object) -> Settings:
    return Settings.model_validate({"channels": channels})


def test_without_any_group_every_table_for_one_is_named() -> None:
    with pytest.raises(NoSuchGroupError) as refused:
        group_named(settings_with(), "Berlin")
    assert "[[channels.wecom.groups]]" in str(refused.value)
    assert "[[channels.dingtalk.groups]]" in str(refused.value)


def test_a_group_of_a_channel_that_is_off_is_not_called_missing() -> None:
    settings = settings_with(wecom={"groups": [{"name": "Berlin", "webhook": HOOK}]})
    with pytest.raises(NoSuchGroupError, match=r"^\[channels\.wecom\] is switched off, .*'Berlin'$"):
        group_named(settings, "Berlin")
