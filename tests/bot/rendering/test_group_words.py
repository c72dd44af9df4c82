"""What whoever sent words into a group reads when they did not get there: each reason in both languages."""

import pytest

from bot.rendering.renderer import Renderer

REASONS = (
    *("keyword_missing", "sign_refused", "ip_not_allowed", "group_gone", "robot_off", "words_refused"),
    *("group_removed", "message_invalid"),
)


def said(language: str, *, state: str = "failed", reason: str = "", part: int = 1) -> str:
    data = {"group": "赴美同学", "state": state, "reason": reason, "part": part, "parts": 3}
    return Renderer().chat("staff/group_not_told", language, data).text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_reason_has_words_of_its_own(language: str) -> None:
    texts = {said(language, reason=reason) for reason in REASONS} | {said(language, state="expired", reason="busy")}
    assert len(texts) == len(REASONS) + 1
    assert all("赴美同学" in text and "_" not in text for text in texts)


def test_how_far_it_got_and_what_nobody_knows() -> None:
    assert "共 3 段，发出了 1 段" in said("zh", part=2, reason="group_gone")
    assert "1 of 3 parts are there" in said("en", part=2, reason="group_gone")
    unknown = said("zh", state="unknown", reason="timed_out")
    assert "先到群里看看" in unknown
    assert "自己把文字转发" not in unknown
