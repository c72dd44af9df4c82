"""Turns a rendered message into what DingTalk's calls take.

Plain text with signs to reply with is the default, and the same words for many people go out in one call. Where a
school turns cards on, a message with buttons is a card of its own for each person.
"""

import json
import secrets
from typing import Any

from bot.channels.plain import pieces
from bot.channels.splitting import split, utf8
from bot.outbox.model import Button, Rendered

CARD_BUTTONS = 8
_DONE = {"zh": "已收到 ✓", "en": "Received ✓"}
_CHOOSE = {"zh": "请选择：", "en": "Please choose:"}

Body = dict[str, Any]


def texts(message: Rendered, limit: int) -> list[Body]:
    """Return a message without buttons: what batchSend takes beside robot and people; each of at most `limit` bytes."""
    return [_text(part) for part in pieces(message, limit, utf8)]


def has_card(message: Rendered) -> bool:
    """Tell whether a message has buttons that fit on a card."""
    return 1 <= len(_buttons(message)) <= CARD_BUTTONS


def before_card(message: Rendered, limit: int) -> tuple[list[Body], str]:
    """Return what goes in front of a card because it has no room there, and the text that stands on it."""
    links = [f"{button.label}\n{button.url}" for row in message.buttons for button in row if button.url is not None]
    whole = "\n\n".join([message.text.strip(), *links])
    if utf8(whole) <= limit:
        return [], whole
    choose = _CHOOSE.get(message.language, _CHOOSE["zh"])
    return [_text(part) for part in split(whole, limit, utf8)], choose


def card(message: Rendered, text: str, user: str, robot: str, template: str) -> Body:
    """Return a card for one person, as createAndDeliver takes it; `outTrackId` is what it is changed by."""
    return {
        "cardTemplateId": template,
        "outTrackId": f"{message.language}-{secrets.token_hex(16)}",
        "callbackType": "STREAM",
        "cardData": {"cardParamMap": _card_data(text, _buttons(message))},
        "userIdType": 1,
        "openSpaceId": f"dtv1.card//IM_ROBOT.{user}",
        "imRobotOpenSpaceModel": {"supportForward": False},
        "imRobotOpenDeliverModel": {"spaceType": "IM_ROBOT", "robotCode": robot},
    }


def edited(message: Rendered, card_id: str, limit: int) -> Body:
    """Return what changes a card into another text with other buttons, or none."""
    text = split(message.text.strip(), limit, utf8)[0]
    data = _card_data(text, _buttons(message))
    return {
        "outTrackId": card_id,
        "cardData": {"cardParamMap": data},
        "cardUpdateOptions": {"updateCardDataByKey": True},
    }


def pressed(card_id: str | None) -> Body:
    """Return what answers a press: the buttons go, and the card says that it arrived, in its own language."""
    language = (card_id or "").partition("-")[0]
    data = {"tips": _DONE.get(language, _DONE["zh"]), "sys_full_json_obj": json.dumps({"msgButtons": []})}
    return {"cardUpdateOptions": {"updateCardDataByKey": True}, "cardData": {"cardParamMap": data}}


def _card_data(text: str, buttons: list[Button]) -> dict[str, str]:
    shown = [
        {"text": button.label, "id": button.data, "color": "blue" if number == 0 else "gray", "request": True}
        for number, button in enumerate(buttons)
    ]
    return {
        "markdown": "\n\n".join(text.splitlines()),  # a single line end is none there
        "tips": "",
        "sys_full_json_obj": json.dumps({"msgButtons": shown}, ensure_ascii=False),
    }


def _buttons(message: Rendered) -> list[Button]:
    return [button for row in message.buttons for button in row if button.data is not None]


def _text(part: str) -> Body:
    return {"msgKey": "sampleText", "msgParam": json.dumps({"content": part}, ensure_ascii=False)}
