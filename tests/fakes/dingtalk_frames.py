"""Frames as DingTalk pushes them, for `tests/fakes/dingtalk.py` and tests of single connections."""

import json
from typing import Any

ROBOT_TOPIC = "/v1.0/im/bot/messages/get"
CARD_TOPIC = "/v1.0/card/instances/callback"
AT = 1795780800000


def callback(topic: str, data: dict[str, Any], message_id: str) -> dict[str, Any]:
    return _frame("CALLBACK", topic, json.dumps(data, ensure_ascii=False), message_id)


def event(kind: str, data: dict[str, Any], message_id: str) -> dict[str, Any]:
    frame = _frame("EVENT", "*", json.dumps(data), message_id)
    frame["headers"] |= {"eventType": kind, "eventId": f"e-{message_id}", "eventBornTime": str(AT)}
    return frame


def system(topic: str, data: dict[str, Any], message_id: str) -> dict[str, Any]:
    return _frame("SYSTEM", topic, json.dumps(data), message_id)


def _frame(kind: str, topic: str, data: str, message_id: str) -> dict[str, Any]:
    headers = {
        "appId": "app",
        "connectionId": "connection",
        "contentType": "application/json",
        "messageId": message_id,
        "time": str(AT),
        "topic": topic,
    }
    return {"specVersion": "1.0", "type": kind, "headers": headers, "data": data}


def message(user: str, number: str, kind: str, **content: Any) -> dict[str, Any]:
    """Return the data of a message to the robot in a chat of two."""
    return {
        "conversationId": "cid+fake==",
        "chatbotCorpId": "dingfakecorp",
        "chatbotUserId": "$:LWCP_v1:$robot",
        "msgId": number,
        "senderNick": f"{user} nick",
        "isAdmin": False,
        "senderStaffId": user,
        "sessionWebhookExpiredTime": AT + 5_400_000,
        "createAt": AT,
        "senderCorpId": "dingfakecorp",
        "conversationType": "1",
        "senderId": f"$:LWCP_v1:${user}",
        "sessionWebhook": "https://example.org/robot/sendBySession?session=secret",
        "robotCode": "dingfakerobot",
        "msgtype": kind,
    } | content


def press(user: str, card: str, action: str) -> dict[str, Any]:
    """Return the data of a press on a card."""
    content = {"cardPrivateData": {"actionIds": [action], "params": {}}}
    return {
        "extension": "{}",
        "corpId": "dingfakecorp",
        "type": "actionCallback",
        "userId": user,
        "userIdType": 1,
        "content": json.dumps(content),
        "value": json.dumps(content),
        "outTrackId": card,
        "spaceType": "IM",
        "spaceId": user,
    }
